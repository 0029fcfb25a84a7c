"""What a reply's tree must be before zeep may read fields from it."""

from typing import Any

from lxml import etree

DEEPEST = 64
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
FIELDS = frozenset(
    (
        *("RunJob", "RerunNotPassed", "Started", "ErrorMessage", "JobID"),
        *("TestRun", "ExecutionStatus", "ExecutionResult", "ExecutionFlags", "Flags", "Canceled", "Warning"),
        *("ExecutionResultBreakdown", "ResultBreakdown", "CountPassed", "CountNotExecuted", "CountFailed"),
        *("ExecutionDetailsPerTestCase", "ExecutionDetailsTestCase", "Name", "Result", "Duration"),
    )
)
"""Every element of a reply that means something."""


class Gate:
    """A plugin of zeep: sees each reply after it was parsed as XML, and keeps it."""

    def __init__(self) -> None:
        self.envelope: etree._Element | None = None

    def ingress(self, envelope: etree._Element, http_headers: Any, operation: Any) -> tuple[etree._Element, Any]:  # noqa: ARG002 -- zeep's shape
        """Raises ValueError for a tree that reads in more than one way: of a mixed text zeep sees the beginning."""
        self.envelope = envelope
        if len(_answers(envelope)) != 1:
            raise ValueError("no answer, or several")
        if next(envelope.iter(etree.PI, etree.Entity), None) is not None:
            raise ValueError("a processing instruction or an entity")
        depth = 0
        for event, element in etree.iterwalk(envelope, events=("start", "end")):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise ValueError("too deep")
            element.attrib.pop(XSI_TYPE, None)  # our WSDLs say what a field is
            if event == "start" and len(element) and etree.QName(element).localname in FIELDS and _is_mixed(element):
                raise ValueError("elements in a text")
        return envelope, http_headers

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> tuple[Any, Any]:  # noqa: ARG002 -- zeep's shape
        return envelope, http_headers


def _answers(envelope: etree._Element) -> list[etree._Element]:
    """What stands in the envelope's body, or bodies."""
    return [answer for body in envelope.findall("{*}Body") for answer in body]


def _is_mixed(element: etree._Element) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def texts(envelope: etree._Element | None) -> dict[str, Any]:
    """The fields of a reply to a start by their local names, whatever holds them; nothing if one is there twice.

    What the elements around them are called in a reply to RerunNotPassed is not known for sure.
    """
    if envelope is None:
        return {}
    (answer,) = _answers(envelope)
    found = {name: answer.findall(f".//{{*}}{name}") for name in ("Started", "ErrorMessage", "JobID")}
    if not found["JobID"] or any(len(elements) > 1 for elements in found.values()):
        return {}
    return {name: (elements[0].text if elements else None) for name, elements in found.items()}
