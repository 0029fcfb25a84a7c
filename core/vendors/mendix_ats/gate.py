"""What a reply's tree must be before zeep may read fields from it: one answer, each field once, nothing else."""

from typing import Any

from lxml import etree

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
CASE = "ExecutionDetailsTestCase"  # the one element of which there may be many
RECORD = ""  # stands for the one element right inside the answer, whose name is not sure
CHILDREN: dict[str, frozenset[str]] = {
    RECORD: frozenset(
        (
            *("Started", "ErrorMessage", "JobID", "ExecutionStatus", "ExecutionResult"),
            *("ExecutionFlags", "ExecutionResultBreakdown", "ExecutionDetailsPerTestCase"),
        )
    ),
    "ExecutionFlags": frozenset({"Flags"}),
    "Flags": frozenset({"Canceled", "Warning"}),
    "ExecutionResultBreakdown": frozenset({"ResultBreakdown"}),
    "ResultBreakdown": frozenset({"CountPassed", "CountNotExecuted", "CountFailed"}),
    "ExecutionDetailsPerTestCase": frozenset({CASE}),
    CASE: frozenset({"Name", "Result", "Duration", "ErrorMessage"}),
}
"""Every element of a reply that means something, by the one that holds it."""
FIELDS = frozenset({"RunJob", "RerunNotPassed", "TestRun"}.union(*CHILDREN.values()))
OWN = FIELDS - {"Name", "Result", "Duration", "ErrorMessage", "Started", "Flags", "Warning"}
"""Names that stand for nothing else: inside something new they still are what they say."""


class Gate:
    """A plugin of zeep: sees each reply after it was parsed as XML, and keeps its answer."""

    def __init__(self) -> None:
        self.answer: etree._Element | None = None

    def ingress(self, envelope: etree._Element, http_headers: Any, operation: Any) -> tuple[etree._Element, Any]:  # noqa: ARG002 -- zeep's shape
        """Leave in the tree what we know. Raises ValueError where it reads in two ways, LookupError where in none.

        Of a text with something inside zeep sees the beginning, of two equal fields one. What is new is taken out:
        over elements that alternate with others zeep takes minutes. What we know in another place than its own is
        neither new nor read: a failed case there would be lost.
        """
        self.answer = None
        if next(envelope.iter(etree.PI, etree.Entity), None) is not None:
            raise ValueError("a processing instruction or an entity")
        for header in envelope.findall("{*}Header"):
            envelope.remove(header)
        answers = [answer for body in envelope.findall("{*}Body") for answer in body]
        if not answers:
            raise LookupError("no answer")
        if len(answers) > 1:
            raise ValueError("two answers")
        if _name(answers[0]) != "Fault":
            if len(answers[0]) > 1:
                raise ValueError("two answers in one")
            _clean(answers[0])
        self.answer = answers[0]
        return envelope, http_headers

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> tuple[Any, Any]:  # noqa: ARG002 -- zeep's shape
        return envelope, http_headers


def _clean(answer: etree._Element) -> None:
    """The name of the element right inside the answer is not sure; below it all names are."""
    _strip(answer, list(answer))
    waiting = [(record, RECORD) for record in answer]
    while waiting:
        element, place = waiting.pop()
        children = list(element)
        _strip(element, children)
        seen: set[str] = set()
        for child in children:
            name = _name(child)
            if name not in CHILDREN.get(place, ()):
                _expect_new(child)
                element.remove(child)
                continue
            if name in seen and name != CASE:
                raise ValueError(f"{name} twice")
            seen.add(name)
            waiting.append((child, name))


def _strip(element: etree._Element, children: list[etree._Element]) -> None:
    """Leave no attribute but nil: a reply has no say in what a field is, that stands in our WSDLs."""
    nil = element.get(NIL)
    element.attrib.clear()
    if children and _is_mixed(element, children):
        raise ValueError("elements in a text")
    if nil is not None:
        if nil.strip() in ("true", "1") and (children or (element.text or "").strip()):
            raise ValueError(f"{_name(element)} is nil and holds something")
        element.set(NIL, nil)


def _expect_new(element: etree._Element) -> None:
    """Raises ValueError for an element that we know, or that holds one that can't be anything else."""
    if _name(element) in FIELDS:
        raise ValueError(f"{_name(element)} in a place that is not its own")
    for inner in element.iter("{*}*"):
        if _name(inner) in OWN:
            raise ValueError(f"{_name(inner)} in a place that is not its own")


def _name(element: etree._Element) -> str:
    name: str = etree.QName(element).localname
    return name


def _is_mixed(element: etree._Element, children: list[etree._Element]) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in children)))


def texts(answer: etree._Element | None) -> dict[str, Any]:
    """The fields of a reply to a start by their local names, whatever holds them; nothing if one is there twice.

    What the elements around them are called in a reply to RerunNotPassed is not known for sure.
    """
    if answer is None:
        return {}
    found = {name: answer.findall(f".//{{*}}{name}") for name in ("Started", "ErrorMessage", "JobID")}
    if not found["JobID"] or any(len(elements) > 1 for elements in found.values()):
        return {}
    return {name: (elements[0].text if elements else None) for name, elements in found.items()}
