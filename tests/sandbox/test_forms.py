"""Forms with files: what is kept of them, in whatever pieces they come."""

import hashlib

import pytest

from core.sandbox.forms import FIELD_LIMIT, read_form
from tests.sandbox.multipart import BOUNDARY, CONTENT_TYPE, field, file, form, part

CONTENT = b"--b0undar\r\n--b0undar\r\n\r\n-\r" * 9  # almost a mark, again and again
WHOLE = form(field("data", '{"a": "\u00e4"}'), file("app_file", "app.apk", CONTENT), field("empty", ""))


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_a_form_is_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    found = read_form(CONTENT_TYPE, (WHOLE[at : at + size] for at in range(0, len(WHOLE), size)))
    assert [(one.name, one.filename, one.size, one.text) for one in found.parts] == [
        ("data", None, 11, '{"a": "\u00e4"}'.encode()),
        ("app_file", "app.apk", len(CONTENT), b""),
        ("empty", None, 0, b""),
    ]
    assert found.parts[1].sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert found.parts[1].content_type == "application/octet-stream"
    assert found.problem == ""


@pytest.mark.parametrize("cut", [0, 1, 60, 100, len(WHOLE) - 150, len(WHOLE) - 5, len(WHOLE) - 4])
def test_a_form_that_is_cut_has_only_the_parts_that_came_whole(cut: int) -> None:
    found = read_form(CONTENT_TYPE, [WHOLE[:cut]])
    assert found.problem == "cut off"
    assert all(WHOLE[:cut].count(one.name.encode()) for one in found.parts)
    assert len(found.parts) == WHOLE[:cut].count(f"\r\n--{BOUNDARY}".encode())


@pytest.mark.parametrize(
    ("content_type", "problem"),
    [
        ("multipart/form-data", "no boundary"),
        ("multipart/form-data; boundary=", "no boundary"),
        ("", "no boundary"),
        (f"multipart/mixed; boundary={BOUNDARY}", "no form"),
        ("multipart/form-data; boundary=another", "cut off"),
    ],
)
def test_a_form_is_none_without_its_boundary(content_type: str, problem: str) -> None:
    pieces = iter([WHOLE])
    found = read_form(content_type, pieces)
    assert (found.parts, found.problem) == ((), problem)
    assert next(pieces, None) is None, "the body has been read all the same"


@pytest.mark.parametrize(
    ("head", "name", "filename"),
    [
        ('Content-Disposition: form-data; name="a"; filename="b c.apk"', "a", "b c.apk"),
        ("content-disposition:form-data;name=a;filename=b.apk", "a", "b.apk"),
        (r'Content-Disposition: form-data; name="a"; filename="b\"c\\d.apk"', "a", r"b\"c\d.apk".replace(r"\"", '"')),
        ('Content-Disposition: form-data; name="a"; filename="\uc571.apk"', "a", "\uc571.apk"),
        ("Content-Disposition: form-data; name=\"a\"; filename*=UTF-8''%EC%95%B1.apk", "a", "\uc571.apk"),
        ('X-Trace: 1\r\nContent-Disposition: form-data; name="a"', "a", None),
        ("X-Trace: 1", "", None),
    ],
)
def test_the_head_of_a_part_says_what_it_is(head: str, name: str, filename: str | None) -> None:
    (found,) = read_form(CONTENT_TYPE, [form(part(head, "x"))]).parts
    assert (found.name, found.filename) == (name, filename)


def test_a_quoted_boundary_and_what_surrounds_the_marks_do_no_harm() -> None:
    found = read_form(f'Multipart/Form-Data; charset=x; boundary="{BOUNDARY}"', [WHOLE, b"\r\n--b0undary\r\nepilogue"])
    assert len(found.parts) == 3
    assert read_form(CONTENT_TYPE, [b"preamble\r\n" + WHOLE]).parts == found.parts


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (form(field("data", b"x" * (FIELD_LIMIT + 1))), "a field is too long"),
        (form(part("X: " + "y" * 20_000, "x")).replace(b"\r\n\r\n", b""), "a head is too long"),
    ],
)
def test_nobody_fills_the_memory(body: bytes, problem: str) -> None:
    assert read_form(CONTENT_TYPE, [body]).problem == problem
