"""Each kind of input takes what it promises, and says what it wanted for anything else."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inputs import kinds


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h", 3600), ("1h30m", 5400), ("2m5s", 125), ("720h", 2592000)]
)
def test_a_duration_has_units(text: str, seconds: float) -> None:
    assert kinds.duration(text) == seconds


def test_a_bare_number_is_no_duration_and_the_error_suggests_units() -> None:
    with pytest.raises(ValueError, match=r"30s, 30m or 30h"):
        kinds.duration("30")


@pytest.mark.parametrize("text", ["", "s", "-5m", "1.5h", "5 m", "١m", "5d", "0s", "721h", "9" * 400 + "h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|range|unit"):
        kinds.duration(text)


@pytest.mark.parametrize("text", ["yes", "1", "on", "tRuE", "y", "True "])
def test_booleans_are_strict(text: str) -> None:
    with pytest.raises(ValueError, match="neither true nor false"):
        kinds.boolean(text)


@pytest.mark.parametrize("text", ["0", "-1", "١٢", "1e3", "", "12a", "9" * 19])
def test_an_id_is_a_positive_number(text: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        kinds.identifier(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://app.autify.com/api/v1/", "https://app.autify.com/api/v1"),
        ("HTTPS://vendor.example.com", "https://vendor.example.com"),
        ("http://127.0.0.1:8080/s/passing/api/v1", "http://127.0.0.1:8080/s/passing/api/v1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_a_base_url_keeps_its_path_prefix(text: str, kept: str) -> None:
    assert kinds.base_url(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "http://vendor.example.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://0.0.0.0",
        "ftp://vendor.example.com",
        "vendor.example.com",
        "https://",
        "https://a b",
        "https://user:word@vendor.example.com",
        "https://vendor.example.com/?token=x",
        "https://vendor.example.com/#x",
        "https://vendor.example.com/\nx",
    ],
)
def test_a_base_url_is_https_or_loopback_and_holds_no_secret(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|https|secrets"):
        kinds.base_url(text)


def test_words_are_a_closed_list_and_never_stands_alone() -> None:
    kind = kinds.words("failed", "timed-out", alone="never")
    assert kind.convert("failed, timed-out") == {"failed", "timed-out"}
    assert kind.convert("failed\ntimed-out") == {"failed", "timed-out"}
    assert kind.convert("never") == frozenset()
    with pytest.raises(ValueError, match="'never'"):
        kind.convert("never,failed")
    with pytest.raises(ValueError, match="'flaky'"):
        kind.convert("flaky")


def test_lists_of_lines_keep_commas_and_lists_of_ids_split_at_them() -> None:
    assert kinds.lines(" a,b \n\n c ") == ("a,b", "c")
    assert kinds.items("1, 2\n3") == ("1", "2", "3")


def test_objects_are_inline_yaml_and_one_counts_as_a_list() -> None:
    assert kinds.objects("{os_type: linux}") == ({"os_type": "linux"},)
    assert kinds.objects("- os: OS X\n  browser: Safari\n- {os: Linux}") == (
        {"os": "OS X", "browser": "Safari"},
        {"os": "Linux"},
    )
    for text in ("linux", "[linux]", "[]", "[1]"):
        with pytest.raises(ValueError, match="list of objects"):
            kinds.objects(text)


@given(st.text(max_size=60))
def test_no_text_makes_a_kind_fail_with_anything_but_a_value_error(text: str) -> None:
    for convert in (kinds.duration, kinds.boolean, kinds.identifier, kinds.base_url, kinds.integer(0, 8).convert):
        try:
            convert(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 -- a sentence, whatever the text was


@pytest.mark.parametrize("text", [",", " , ,", "\n,\n"])
def test_a_list_of_words_without_a_word_is_no_way_to_say_never(text: str) -> None:
    words = kinds.words("failed", "cancelled", alone="never")
    assert words.convert("never") == frozenset()
    with pytest.raises(ValueError, match=r"names nothing.* or never alone"):
        words.convert(text)


@pytest.mark.parametrize(
    "text",
    ["https://a..b", "https://.x.com", "https://h:99999", "https://h:0", "https://[zz]", f"https://{'a' * 64}.com"],
)
def test_a_host_that_cannot_exist_is_told_before_anything_is_tried(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no host|is no address"):
        kinds.base_url(text)


def test_a_bundle_without_a_certificate_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(ValueError, match="holds no certificates"):
        kinds.ca_bundle(str(path))


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "app.apk"
    os.mkfifo(pipe)
    for path in (str(pipe), str(tmp_path), str(tmp_path / "none")):
        with pytest.raises(ValueError, match=r"is a pipe|can't be read"):
            kinds.regular_file(path)
