"""Faults as text: what a person may write, and which calls are hit."""

import pytest

from core.sandbox import FAULTS, Fault
from core.sandbox.faults import covers, hits

STARTS = frozenset(("execute-scenarios", "execute-schedule"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("503@describe-result", Fault(kind="503", at="describe-result")),
        ("503=7@any#3*2", Fault(kind="503", at="any", argument="7", nth=3, times=2)),
        ("429=date:7@start*forever", Fault(kind="429", at="start", argument="date:7", times=None)),
        ("hang@describe-result[600-3000]", Fault(kind="hang", at="describe-result", since=600.0, until=3000.0)),
        ("hang@any[0.5-]", Fault(kind="hang", at="any", since=0.5)),
        ("redirect307=http://u@h/a?b#c@start", Fault(kind="redirect307", at="start", argument="http://u@h/a?b#c")),
    ],
)
def test_text_and_fault_are_the_same(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault
    assert str(fault) == text


@pytest.mark.parametrize("kind", FAULTS)
def test_every_kind_needs_no_argument_and_is_explained(kind: str) -> None:
    assert Fault.parse(f"{kind}@any") == Fault(kind=kind, at="any")
    assert FAULTS[kind]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "503",
        "@any",
        "503@",
        "503@any#0",
        "503@any*0",
        "503@any#1*x",
        "503@any[1-2]*2",
        "503@any#2[1-2]",
        "503=x@any",
        "500=7@any",
        "echo-secret=200@any",
        "redirect=a b@any",
        "redirect=a\r\nSet-Cookie: b@any",
        "503@any[5]",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"fault|argument|counted"):
        Fault.parse(text)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("503@any", [1]),
        ("503@any#3", [3]),
        ("503@any#2*3", [2, 3, 4]),
        ("503@any#4*forever", [4, 5, 6]),
        ("503@any[10-20]", [2, 3]),
        ("503@any[40-]", [5, 6]),
    ],
)
def test_calls_are_counted_and_windows_timed(text: str, calls: list[int]) -> None:
    fault = Fault.parse(text)
    times = {1: 0.0, 2: 10.0, 3: 19.9, 4: 20.0, 5: 40.0, 6: 50.0}
    assert [count for count, elapsed in times.items() if hits(fault, count=count, elapsed=elapsed)] == calls


@pytest.mark.parametrize(
    ("at", "operations"),
    [
        ("any", ["execute-schedule", "execute-scenarios", "describe-result"]),
        ("start", ["execute-schedule", "execute-scenarios"]),
        ("describe-result", ["describe-result"]),
    ],
)
def test_a_fault_covers_calls_by_name(at: str, operations: list[str]) -> None:
    every = ["execute-schedule", "execute-scenarios", "describe-result"]
    assert [name for name in every if covers(Fault(kind="503", at=at), name, STARTS)] == operations


@pytest.mark.parametrize(("nth", "times"), [(0, 1), (1, 0)])
def test_calls_are_counted_from_one(nth: int, times: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        Fault(kind="503", at="any", nth=nth, times=times)
