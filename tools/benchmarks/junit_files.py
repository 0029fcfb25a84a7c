"""JUnit files of any size for the benchmarks: seeded, written in a stream, the same bytes on each run.

Per 100 cases: 5 failures with traces of 20 lines, 2 skipped, 10 with properties, 4 with five lines of output.
"""

import random
from collections.abc import Iterator

from core.model import Outcome, TestCase, TestSuite

SEED = 20_261_126
PER_SUITE = 100
STAMP = "2026-11-26T08:00:00"
_TRACE = "".join(f'  File "shop/cart_{n}.py", line {n * 7}, in adds &lt;T&gt; &amp; "quoted"\n' for n in range(20))
_DETAILS = "".join(f'  File "shop/cart_{n}.py", line {n * 7}, in adds <T> & "quoted"\n' for n in range(20))
_OUTPUT = "".join(f"line {n} of what the test printed &amp; nobody read\n" for n in range(5))


def write(path: str, cases: int) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(_pieces(cases))


def _pieces(cases: int) -> Iterator[str]:
    rng = random.Random(SEED)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="bench">\n'
    for first in range(0, cases, PER_SUITE):
        count = min(PER_SUITE, cases - first)
        yield f'<testsuite name="shop.Suite{first}" tests="{count}" timestamp="{STAMP}">\n'
        yield '<properties><property name="os" value="linux"/><property name="browser" value="firefox"/></properties>\n'
        for number in range(first, first + count):
            yield _case(number, rng)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _case(number: int, rng: random.Random) -> str:
    inside = ""
    drawn = rng.random()
    if drawn < 0.05:
        inside = f'<failure message="expected &lt;1&gt; got 0" type="AssertionError">{_TRACE}</failure>\n'
    elif drawn < 0.07:
        inside = '<skipped message="not on this system"/>\n'
    if rng.random() < 0.10:
        inside += f'<properties><property name="id" value="TC-{number}"/></properties>\n'
    if rng.random() < 0.04:
        inside += f"<system-out>{_OUTPUT}</system-out>\n"
    head = f'<testcase classname="shop.cart.CartTest{number % 97}" name="adds &lt;item&gt; número {number}"'
    head += f' time="{rng.random():.3f}" file="tests/shop/test_cart_{number % 97}.py" line="{number % 900}"'
    return f"{head}>\n{inside}</testcase>\n" if inside else f"{head}/>\n"


def suites(cases: int) -> list[TestSuite]:
    """As many cases for the writer, of the same kinds; each time one is iterated, its cases are made again."""
    return [
        TestSuite(name=f"shop.Suite{first}", cases=Made(first, min(PER_SUITE, cases - first)), timestamp=STAMP)
        for first in range(0, cases, PER_SUITE)
    ]


class Made:
    """The cases of one suite."""

    def __init__(self, first: int, count: int) -> None:
        self._numbers = range(first, first + count)

    def __iter__(self) -> Iterator[TestCase]:
        for number in self._numbers:
            place = number % 100
            bad = place % 20 == 0
            yield TestCase(
                name=f"adds <item> número {number}",
                classname=f"shop.cart.CartTest{number % 97}",
                outcome=Outcome.FAILED if bad else Outcome.SKIPPED if place in (1, 2) else Outcome.PASSED,
                seconds=number % 1000 / 1000,
                message="expected <1> got 0" if bad else "not on this system" if place in (1, 2) else "",
                details=_DETAILS if bad else "",
                properties=(("id", f"TC-{number}"),) if place % 10 == 3 else (),
            )
