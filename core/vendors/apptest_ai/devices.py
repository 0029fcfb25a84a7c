"""The devices of a result, from any of its forms: JUnit, JUnit without its root, the newer dialect, or JSON.

One case is one device. The vendor writes neither counts nor class names, and in place of a reason there is a link.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from core.guarded.json import loads
from core.guarded.xml import elements
from core.model import LONGEST_SECONDS, Outcome
from core.vendors.apptest_ai.attributes import bad, outcome

OUTCOMES = {"error": Outcome.ERRORED, "failure": Outcome.FAILED, "skipped": Outcome.SKIPPED}
"""By the child of a case. A case without one of these passed; the vendor is only known to write `error`."""

NEUTRAL = ("system-out", "system-err", "properties")
NAMES = ("name", "device")  # the second of each is the newer dialect's
TIMES = ("time", "total_time")
MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What came of one device. `said` is the text of its child: a link in all known results."""

    name: str
    suite: str
    outcome: Outcome
    seconds: float | None
    said: str


def of_xml(text: str) -> list[Device]:
    """The devices of a JUnit text, with or without the element around its suites. Raises ValueError."""
    bare = text.strip()
    if bare.startswith("<testsuite") and not bare.startswith("<testsuites"):
        bare = f"<testsuites>{bare}</testsuites>"
    root = elements(bare)
    if root.tag not in ("testsuites", "testsuite"):
        raise ValueError("it is no JUnit")
    return _limited(
        _of_root(root.attrib if root.tag == "testsuites" else {}, [_of_suite(each) for each in _suites(root)])
    )


def of_json(value: object) -> list[Device]:
    """The same of the vendor's JSON, which mirrors it: a text, or what it holds. Raises ValueError."""
    found: Any = loads(value.encode()) if isinstance(value, str) else value
    try:
        root = found["testsuites"]
        around = Suite("", {}, [*_stray("", _parts(found, "testsuites")), *_stray("", _parts(root, "testsuite"))])
        return _limited(_of_root(root, [*map(_of_object, _several(root["testsuite"])), around]))
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not in the known form ({error})") from error


class Suite(NamedTuple):
    """A suite's own attributes, and what is listed in it."""

    name: str
    attributes: Mapping[str, Any]
    devices: Sequence[Device]

    @property
    def listed(self) -> int:
        """How many that did not pass."""
        return sum(device.outcome in (Outcome.FAILED, Outcome.ERRORED) for device in self.devices)


def _limited(found: Iterable[Device]) -> list[Device]:
    devices = []
    for device in found:
        devices.append(device)
        if len(devices) > MOST:
            raise ValueError(f"it has more than {MOST} devices")
    return devices


def _of_root(attributes: Mapping[str, Any], suites: Sequence[Suite]) -> Iterator[Device]:
    """All devices, and one more for each suite, or the root, that tells of more trouble than it lists."""
    for suite in suites:
        yield from suite.devices
        yield from _unlisted(suite.name, suite.attributes, suite.listed)
    yield from _unlisted("", attributes, sum(max(suite.listed, bad(suite.attributes)) for suite in suites))


def _unlisted(name: str, attributes: Mapping[str, Any], listed: float) -> Iterator[Device]:
    counted = bad(attributes)
    if counted > listed:
        said = f"It counts {counted:.0f} that did not pass, and lists {listed:.0f}."
        yield Device(name=name or "the result", suite=name, outcome=Outcome.ERRORED, seconds=None, said=said)
    elif outcome(attributes) is Outcome.ERRORED and not listed:
        said = "Its own status is none of a pass."
        yield Device(name=name or "the result", suite=name, outcome=Outcome.ERRORED, seconds=None, said=said)


def _suites(root: Element) -> list[Element]:
    return [root] if root.tag == "testsuite" else list(root)


def _of_suite(suite: Element) -> Suite:
    """An element that is neither a case nor known as harmless may tell of trouble: it counts as an error."""
    name = suite.get("name") or ""
    if suite.tag != "testsuite":
        return Suite(name, {}, [_case(name or suite.tag, suite.attrib, [(suite.tag, _text(suite))])])
    devices = [
        _case(name, part.attrib, [(child.tag, _text(child)) for child in part])
        if part.tag == "testcase"
        else _case(name, part.attrib, [(part.tag, _text(part))])
        for part in suite
        if part.tag not in NEUTRAL
    ]
    return Suite(name, suite.attrib, devices)


def _of_object(suite: Mapping[str, Any]) -> Suite:
    """The same of JSON."""
    name = str(suite.get("name") or "")
    cases = [_case(name, case, _children(case)) for case in _several(suite.get("testcase", []))]
    return Suite(name, suite, [*cases, *_stray(name, _parts(suite, "testcase"))])


def _stray(name: str, parts: Iterable[tuple[str, str]]) -> list[Device]:
    """What stands in JSON where only suites or cases should: each part that may tell of trouble."""
    return [_case(name, {}, [part]) for part in parts if part[0] not in NEUTRAL]


def _text(element: Element) -> str:
    return (element.get("message") or "".join(element.itertext())).strip()


def _children(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parts of a case in JSON, where they stand among its attributes."""
    for key, value in case.items():
        if key in OUTCOMES or key in NEUTRAL or isinstance(value, dict | list):
            for part in _several(value):
                contents = part.get("message") or part.get("contents") if isinstance(part, dict) else part
                texts = contents if isinstance(contents, list) else [contents]
                yield key, " ".join(text for text in texts if isinstance(text, str)).strip()


def _parts(value: Mapping[str, Any], known: str) -> Iterator[tuple[str, str]]:
    """The parts of a suite or what is around it; what is neither a list nor an object is an attribute there."""
    return _children({key: part for key, part in value.items() if key != known and isinstance(part, dict | list)})


def _several(value: Any) -> list[Any]:
    """A list; what is no list is its only item."""
    return value if isinstance(value, list) else [value]


def _case(suite: str, attributes: Mapping[str, Any], children: Iterable[tuple[str, str]]) -> Device:
    """A device; of its status and several children the worst decides."""
    worst, said = outcome(attributes), ""
    for tag, text in children:
        found = Outcome.PASSED if tag in NEUTRAL else OUTCOMES.get(tag, Outcome.ERRORED)
        if _SEVERITY.index(found) > _SEVERITY.index(worst):
            worst, said = found, text
        said = said or text
    name = next((str(attributes[key]) for key in NAMES if attributes.get(key)), "")
    time = next((attributes[key] for key in TIMES if attributes.get(key) is not None), None)
    return Device(name=name, suite=suite, outcome=worst, seconds=_seconds(time), said=said)


_SEVERITY = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED)


def _seconds(value: Any) -> float | None:
    """Seconds; None for what is no sensible duration."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found < LONGEST_SECONDS else None
