"""The ports themselves: the examples of GitLab's documentation and of its own tests."""

import pytest

from tests.readers.gitlab import RefusedError, read_annotations, read_dotenv, read_log


def test_a_section_of_the_documentation_is_found_with_its_header() -> None:
    log = read_log(
        "\x1b[0Ksection_start:1560896352:my_first_section[collapsed=true]\r\x1b[0KHeader\nfolded\n"
        "\x1b[0Ksection_end:1560896353:my_first_section\r\x1b[0K\nafter\n"
    )
    assert log.sections == [("start", "my-first-section", "[collapsed=true]"), ("end", "my-first-section", "")]
    assert log.lines == ["Header", "folded", "after"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("section_start:1:a\n", ["section_start:1:a"]),
        ("section_start:1:a\r\x1b[K\n", []),
        ("section_start:one:a\r\x1b[0K\n", []),
        ("\x1b[31mred\x1b[0m\n", ["red"]),
        ("gone\rshown\n", ["shown"]),
    ],
)
def test_what_is_no_section_is_text(text: str, lines: list[str]) -> None:
    log = read_log(text)
    assert (log.sections, log.lines) == ([], lines)


def test_a_marker_acts_in_the_middle_of_a_line_and_without_a_sequence_before_it() -> None:
    assert read_log("text section_start:1:a\r\x1b[0Kb\n").sections == [("start", "a", "")]


def test_a_dotenv_is_read_as_gitlab_does() -> None:
    assert read_dotenv("A=1\n B = x=y \nA=2") == {"A": "2", "B": "x=y"}


@pytest.mark.parametrize("text", ["A=1\n\nB=2\n", "# a\n", "A-B=1\n", "A=" + "x" * 5118, "=1\n"])
def test_a_dotenv_that_gitlab_refuses_is_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        read_dotenv(text)


@pytest.mark.parametrize("text", ["[]", '{"a": {}}', '{"a": [{"link": {}}]}', '{"a": [{"external_link": {"x": 1}}]}'])
def test_annotations_that_gitlab_refuses_are_refused(text: str) -> None:
    with pytest.raises(RefusedError):
        read_annotations(text)
