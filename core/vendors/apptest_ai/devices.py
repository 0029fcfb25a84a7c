"""The devices of a result, from any of its forms: JUnit, JUnit without its root, the newer dialect, or JSON.

One case is one device. The vendor writes neither counts nor class names, and in place of a reason there is a link.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from core.guarded_json import loads
from core.guarded_xml import elements
from core.model import Outcome

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
    return _limited(device for suite in _suites(root) for device in _of_suite(suite))


def of_json(value: object) -> list[Device]:
    """The same of the vendor's JSON, which mirrors it: a text, or what it holds. Raises ValueError."""
    found: Any = loads(value.encode()) if isinstance(value, str) else value
    try:
        suites = found["testsuites"]["testsuite"]
        return _limited(
            _case(str(suite.get("name") or ""), case, _children(case))
            for suite in _several(suites)
            for case in _several(suite.get("testcase", []))
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not in the known form ({error})") from error


def _limited(found: Iterable[Device]) -> list[Device]:
    devices = []
    for device in found:
        devices.append(device)
        if len(devices) > MOST:
            raise ValueError(f"it has more than {MOST} devices")
    return devices


def _suites(root: Element) -> list[Element]:
    return [root] if root.tag == "testsuite" else list(root)


def _of_suite(suite: Element) -> Iterator[Device]:
    """An element that is neither a case nor known as harmless may tell of trouble: it counts as an error."""
    name = suite.get("name") or ""
    if suite.tag != "testsuite":
        yield _case(name or suite.tag, suite.attrib, [(suite.tag, _text(suite))])
        return
    for child in suite:
        if child.tag == "testcase":
            yield _case(name, child.attrib, [(part.tag, _text(part)) for part in child])
        elif child.tag not in NEUTRAL:
            yield _case(name, child.attrib, [(child.tag, _text(child))])


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


def _several(value: Any) -> list[Any]:
    """A list; what is no list is its only item."""
    return value if isinstance(value, list) else [value]


def _case(suite: str, attributes: Mapping[str, Any], children: Iterable[tuple[str, str]]) -> Device:
    """A device; of several children the worst decides."""
    outcome, said = Outcome.PASSED, ""
    for tag, text in children:
        found = Outcome.PASSED if tag in NEUTRAL else OUTCOMES.get(tag, Outcome.ERRORED)
        if _SEVERITY.index(found) > _SEVERITY.index(outcome):
            outcome, said = found, text
        said = said or text
    name = next((str(attributes[key]) for key in NAMES if attributes.get(key)), "")
    time = next((attributes[key] for key in TIMES if attributes.get(key) is not None), None)
    return Device(name=name, suite=suite, outcome=outcome, seconds=_seconds(time), said=said)


_SEVERITY = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED)


def _seconds(value: Any) -> float | None:
    """Seconds; None for what is no sensible duration."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found < 1e9 else None
