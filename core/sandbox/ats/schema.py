"""Mendix ATS: what the three services take and give, and the check of a request against it."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.sandbox.ats.soap import MENDIX, NIL, SOAP, XSI

_BOOLEANS: Final = frozenset(("true", "false", "1", "0"))


class MisfitError(Exception):
    """A request is not what the service takes: a faultcode and a sentence."""

    def __init__(self, text: str, code: str = "Client") -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a request, at its fixed place."""

    name: str
    boolean: bool = False
    required: bool = True
    late: bool = False  # came with ATS 2.11.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One published web service with its one operation: `<element><record>fields</record></element>`."""

    name: str  # in the URL
    element: str
    record: str
    fields: tuple[Field, ...]
    answer: str  # the record in the response


def _included(name: str) -> Field:
    return Field(name=name, boolean=True, required=False, late=True)


SERVICES: Final[dict[str, Service]] = {
    "run-job": Service(
        name="RunJob",
        element="RunJob",
        record="TestRun",
        fields=(Field(name="AppAPIToken"), Field(name="AppID"), Field(name="JobTemplateID")),
        answer="RunJob",
    ),
    "get-test-run": Service(
        name="GetJobStatus",
        element="GetTestRun",
        record="TestRun",
        fields=(
            Field(name="AppAPIToken"),
            Field(name="JobID"),
            Field(name="AppID"),
            _included("IncludeExecutionFlags"),
            _included("IncludeExecutionResultBreakdown"),
            _included("IncludeDetailsPerTestCase"),
        ),
        answer="TestRun",
    ),
    "rerun-not-passed": Service(
        name="RerunNotPassed",
        element="RerunNotPassed",
        record="RerunNotPassed",
        fields=(Field(name="AppAPIToken"), Field(name="AppID"), Field(name="FinishedJobID")),
        answer="RunJob",
    ),
}


def header_of(envelope: ET.Element) -> Mapping[str, str]:
    """Return what the authentication header holds; without one that is nothing."""
    found = envelope.find(f"{{{SOAP}}}Header/{{{MENDIX}}}authentication")
    return {} if found is None else {child.tag: child.text or "" for child in found}


def fields_of(service: Service, envelope: ET.Element, *, old: bool) -> Mapping[str, str]:
    """Check a request and return its fields by name. Raises MisfitError. `old`: the server is older than 2.11.2."""
    if envelope.tag != f"{{{SOAP}}}Envelope":
        raise MisfitError(f"{envelope.tag} is no envelope of SOAP 1.1", "VersionMismatch")
    body = envelope.find(f"{{{SOAP}}}Body")
    if body is None:
        raise MisfitError("the envelope has no body")
    element = _only(body, f"{{{MENDIX}}}{service.element}")
    record = _only(element, service.record)
    _plain(record)
    return _sequence(record, [field for field in service.fields if not (old and field.late)])


def _only(parent: ET.Element, tag: str) -> ET.Element:
    """Return the one child that there must be."""
    _plain(parent)
    if [child.tag for child in parent] != [tag]:
        found = ", ".join(child.tag for child in parent) or "nothing"
        raise MisfitError(f"{parent.tag} must hold {tag} alone, not {found}")
    return parent[0]


def _sequence(record: ET.Element, fields: list[Field]) -> Mapping[str, str]:
    """Read the fields in their order; only such that are not required may be left out."""
    values: dict[str, str] = {}
    given = list(record)
    for field in fields:
        if given and given[0].tag == field.name:
            child = given.pop(0)
            values[field.name] = "" if _nil(child) else _value(child, field)
        elif field.required:
            found = given[0].tag if given else "the end"
            raise MisfitError(f"{field.name} is expected in {record.tag}, not {found}")
    if given:
        raise MisfitError(f"{given[0].tag} is not expected in {record.tag}: all fields stand in a fixed order")
    return values


def _value(child: ET.Element, field: Field) -> str:
    text = child.text or ""
    if len(child):
        raise MisfitError(f"{field.name} must hold text alone")
    if field.boolean and text.strip() not in _BOOLEANS:
        raise MisfitError(f"{field.name} must be true or false, not {text!r}")
    return text


def _nil(child: ET.Element) -> bool:
    foreign = [name for name in child.attrib if not name.startswith(f"{{{XSI}}}")]
    if foreign:
        raise MisfitError(f"the attribute {foreign[0]} is not expected in {child.tag}")
    return child.get(NIL) in {"true", "1"}


def _plain(parent: ET.Element) -> None:
    """Refuse text between elements."""
    if any((text or "").strip() for text in (parent.text, *(child.tail for child in parent))):
        raise MisfitError(f"{parent.tag} must hold elements alone, no text")
