"""Durations in every spelling."""

import pytest

from core.junit_read.durations import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 0.25 ", 0.25),
        ("1e-3", 0.001),
        ("0,25", 0.25),
        ("2,503", 2.503),
        ("2,503.1", 2503.1),
        ("2.503,1", 2503.1),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("2 503.1", 2503.1),
        ("2\xa0503,1", 2503.1),
        ("250ms", 0.25),
        ("250 ms", 0.25),
        ("1.5s", 1.5),
        ("1,5 sec", 1.5),
        ("2 Minutes", 120.0),
        ("1m 30s", 90.0),
        ("1h2m3s", 3723.0),
        ("70µs", 0.00007),
        ("0:01:30", 90.0),
        ("00:00:01.2500000", 1.25),
        ("02:03", 123.0),
    ],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "-1 s",
        "nan",
        "inf",
        "1e300",
        "soon",
        "5 parsecs",
        "1:2:3:4",
        ".",
        ",",
        "s",
        "1,2,3.4.5",
        "9" * 500,
    ],
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert seconds_of(text) is None
