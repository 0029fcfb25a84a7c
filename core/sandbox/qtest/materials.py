"""qTest: the tests that jobs are made of."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.sandbox import hostile
from core.sandbox.qtest.knobs import knobs_of
from core.sandbox.qtest.records import Material
from core.sandbox.scenario import Scenario

FIRST_TEST_RUN: Final = 88_120
COUNT: Final = 3  # tests of a job, where nobody says how many
FAILING: Final = "shop.FailingTest"  # class of the tests that are there to fail
_NAMED: Final = (
    ("Cart adds item", "shop.CartTest#addsItem"),
    ("Cart removes item", "shop.CartTest#removesItem"),
    ("Checkout pays by card", "shop.CheckoutTest#paysByCard"),
)
HOSTILE: Final = (
    "test_p[a,b]",
    "two words",
    'it\'s "quoted"',
    "Class#method; touch pwned",
    "$(touch pwned)`touch pwned`",
    "first\nsecond",
    "-rf",
    "--output=/etc/passwd",
    "\uc7a5\ubc14\uad6c\ub2c8#\ucd94\uac00",
    "List&lt;String&gt;#adds",
    "x" * 65_536,
    "nul\x00byte",
    hostile.EVERYTHING,
)


def materials_of(scenario: Scenario, test_runs: Sequence[int]) -> tuple[Material, ...]:
    """Return the materials of a job; the last ones are there to fail if the scenario wants that.

    What a test run is about follows from its number, whoever asks for it.
    """
    knobs = knobs_of(scenario)
    first, fine = FIRST_TEST_RUN + knobs.first_number, len(test_runs) - scenario.failing
    given = [content for contents in knobs.contents for content in contents]
    found = []
    for place, run in enumerate(test_runs):
        index = run - first
        if index < len(given):
            found.append(Material(test_run=run, name=f"Case {index}", content=given[index]))
        else:
            found.append(_material(index, run, fails=place >= fine))
    if knobs.one_run:
        found = [replace(material, test_run=test_runs[0]) for material in found]
    return tuple(found)


def attack(test_run: int, index: int) -> tuple[Material, ...]:
    name = hostile.NAMES[index % len(hostile.NAMES)]
    return (Material(test_run=test_run, name=name, content=HOSTILE[index]),)


def odd(test_runs: Sequence[int]) -> tuple[tuple[Material, ...], ...]:
    """Return materials that are hard to run: none, no content, an empty one, one twice."""
    one, other = test_runs[:2]
    twice = (
        Material(test_run=one, name="Cart adds item", content="shop.CartTest#addsItem"),
        Material(test_run=other, name="Cart adds item again", content="shop.CartTest#addsItem"),
    )
    return (
        (),
        (Material(test_run=one, name="Null content", content=None),),
        (Material(test_run=one, name="Absent content", content=None, absent=True),),
        (Material(test_run=one, name="Empty content", content=""),),
        twice,
    )


def _material(index: int, test_run: int, *, fails: bool) -> Material:
    if fails:
        return Material(test_run=test_run, name=f"Case {index} fails", content=f"{FAILING}#case{index}")
    if index < len(_NAMED):
        name, content = _NAMED[index]
        return Material(test_run=test_run, name=name, content=content)
    return Material(test_run=test_run, name=f"Case {index}", content=f"shop.Suite{index // 50}Test#case{index}")
