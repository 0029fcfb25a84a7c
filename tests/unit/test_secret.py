"""A secret shows itself nowhere, and its encoded forms are hidden too."""

import base64
import copy
import json
import pickle
import re
import sys
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import sanitize
from core.text.secret import MASK, Redactor, Secret, encoded_forms

CANARY = 'canary-7f3a/+&<"ü% x'


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>40}", f"{secret!r}", f"{[secret]}", "{}".format(secret)]  # noqa: UP032 -- one more way in
    assert all("canary" not in text for text in shown)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        _ = secret + "x"  # type: ignore[operator]
    assert secret.reveal() == CANARY
    assert copy.copy(secret.reveal()) == CANARY


@pytest.mark.parametrize("before", ["", "x", "xy", "user:"])
@pytest.mark.parametrize(
    "encode",
    [
        str,
        quote,
        lambda text: quote(text, safe=""),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        escape,
        lambda text: escape(text, {'"': "&quot;"}),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
        lambda text: text.encode().hex(),
        lambda text: repr(text)[1:-1],
    ],
    ids=["raw", "url", "url-all", "json", "json-utf8", "xml", "xml-attribute", "base64", "base64url", "hex", "repr"],
)
def test_every_form_of_a_secret_is_hidden(encode: object, before: str) -> None:
    assert callable(encode)
    hidden = Redactor([Secret(CANARY)])(f"a {encode(before + CANARY + 'tail')} b")
    assert MASK in hidden
    for form in encoded_forms(CANARY):
        assert form not in hidden


def test_each_line_of_a_secret_is_hidden() -> None:
    hidden = Redactor([Secret("first-line\nsecond-line\n")])("a second-line b first-line")
    assert hidden == f"a {MASK} b {MASK}"


def test_a_very_short_secret_does_not_make_the_log_unreadable() -> None:
    assert Redactor([Secret("a"), Secret("")])("a banana") == "a banana"


@given(st.text(min_size=3, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_no_text_around_a_secret_brings_it_back(secret: str, before: str, after: str) -> None:
    if secret.strip() != secret or len(secret.splitlines()) != 1 or secret in MASK * 2:
        return
    assert secret not in Redactor([Secret(secret)])(before + secret + after).replace(MASK, "\0")


def test_a_secret_in_json_that_stands_as_a_text_in_json_is_hidden() -> None:
    secret = 'pw"\\x<&>1'
    nested = json.dumps({"data": json.dumps({"login": secret}, ensure_ascii=False)}, ensure_ascii=False)
    assert Redactor([Secret(secret)])(nested) == '{"data": "{\\"login\\": \\"***\\"}"}'


@pytest.mark.parametrize(
    "sign", ["\u200b", "\xad", "\u034f", "\u3164", "\x00", "\x1b[7m", "\u200b\x1b[0m\ufe0f", "\U000e0041"]
)
def test_a_secret_that_invisible_characters_lie_in_is_hidden(sign: str) -> None:
    redact = Redactor([Secret("tok_bbbbbbbbbbbb")])
    assert redact(f"a tok_{sign}bbbb{sign}bbbbbbbb c") == f"a {MASK} c"
    assert redact.beginning(f"a tok_{sign}bbb") == f"a {MASK}"


def test_invisible_characters_that_hide_nothing_stay() -> None:
    redact = Redactor([Secret("tok_bbbbbbbbbbbb")])
    text = "tok_\xadbbb \x1b[31mred\x1b[0m\r\n family: \U0001f468\u200d\U0001f469"
    assert redact(text) is text
    assert redact(text + " tok_bbbbbbbbbbbb") == f"{text} {MASK}"


def test_every_invisible_character_is_looked_for() -> None:
    """By the bytes that it is made of: that is how a text is known to have none."""
    signs = re.findall(sanitize._HIDDEN.removesuffix("+"), "".join(map(chr, range(sys.maxunicode + 1))))
    assert len(signs) > 4_000
    assert [sign for sign in signs if not sanitize.hides(f"a{sign}b")] == []
    assert not sanitize.hides("plain\n\t~ ü é Ж 日本 ° « “ ” … \U0001f600")
