"""What an error answer says is wrong, in each of the vendors' shapes, and nothing that is none."""

import json

import pytest

from core.http.failures import of_status
from core.http.said import LONGEST_EXCERPT, said

JSON, PLAIN, HTML = "application/json", "text/plain; charset=utf-8", "text/html"
LARAVEL = {"message": "The given data was invalid.", "errors": {"config": ["The selected config is invalid."]}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (LARAVEL, "The given data was invalid. config: The selected config is invalid."),
        ({"errors": {"a": ["x."], "b": "y.", "c": [], "d": [1], "e": None}}, "a: x. b: y."),
        ({"errors": [{"message": "first"}, {"message": "second"}]}, "first"),
        ({"errors": ["no object"], "message": "m"}, "m"),
        ({"Message": "Automation Settings are not activated"}, "Automation Settings are not activated"),
        ({"error": "invalid_token", "error_description": "The token is gone"}, "The token is gone"),
        ({"error": "invalid_token", "error_description": " "}, "invalid_token"),
        ({"message": 7, "error": {"code": 1}}, ""),
        ("Module does not exist", "Module does not exist"),
        ([], ""),
        ({"message": "a\n\n b"}, "a b"),
    ],
)
def test_each_shape_is_read(value: object, expected: str) -> None:
    assert said(json.dumps(value).encode(), JSON) == expected


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"Module does not exist", PLAIN, "Module does not exist"),
        (b" two\r\nlines ", "Text/Plain", "two lines"),
        (b"<html>no</html>", PLAIN, ""),
        (b"Bad gateway", HTML, ""),
        (b"no type", "", ""),
        (b"x" * 1_001, PLAIN, ""),
        (b"\xff\xfe", PLAIN, "\ufffd\ufffd"),
        (b"", PLAIN, ""),
    ],
)
def test_a_short_plain_text_is_read_and_no_page(body: bytes, kind: str, expected: str) -> None:
    assert said(body, kind) == expected


def test_a_long_text_is_cut() -> None:
    assert len(said(json.dumps({"message": "m" * 9_000, "errors": {"f" * 900: ["e" * 900]}}).encode(), JSON)) <= (
        2 * LONGEST_EXCERPT + 1
    )


def test_the_fact_ends_as_a_sentence() -> None:
    body = json.dumps(LARAVEL).encode()
    fact = of_status("POST /runs", 422, {"Content-Type": JSON}, body).fact
    assert fact.endswith("answered 422: The given data was invalid. config: The selected config is invalid.")
    assert of_status("GET /x", 404, {"Content-Type": PLAIN}, b"Module does not exist").fact == (
        "GET /x answered 404: Module does not exist."
    )
