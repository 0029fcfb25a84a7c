"""What a case holds besides its outcome, as Testmo's fields and artifacts: properties, outputs, directives, steps.

The rules are those of the vendor's command line, but for what docs/testmo-cli-differences.md lists.
"""

import re
from collections.abc import Iterator
from html import escape

from core.junit_read import Complaint, Directive, JUnitCase, Output, Property
from core.vendors.testmo.artifacts import artifact, is_address
from core.vendors.testmo.texts import TEXT, html, middle_out, short

STRING_FIELD, TEXT_FIELD, HTML_FIELD, CONSOLE_FIELD, URL_FIELD = 1, 2, 3, 4, 5
TYPES = {"string": STRING_FIELD, "text": TEXT_FIELD, "html": HTML_FIELD, "console": CONSOLE_FIELD, "url": URL_FIELD}
_CUTS = {TEXT_FIELD: middle_out, CONSOLE_FIELD: middle_out, HTML_FIELD: html}
_TITLES = {"skipped": "Skipped", "failure": "Failure", "error": "Error"}  # in the order of the fields
_ATTEMPTS = {
    "rerunFailure": "Further failure",
    "rerunError": "Further error",
    "flakyFailure": "Earlier failure",
    "flakyError": "Earlier error",
}
MOST, MOST_STEPS = 25, 100
_STEP_STATUS = re.compile(r"step[0-9]*\[([^\]]+)\]", re.IGNORECASE)

Field = dict[str, object]


class Extras:
    """Fields and artifacts of one case, sorted into the order that Testmo shows them in."""

    def __init__(self, case: JUnitCase) -> None:
        self.artifacts: list[dict[str, object]] = []
        self._attachments: list[Field] = []  # those that are no link
        self._properties: list[Field] = []
        self._steps: list[tuple[str, str]] = []  # (status, text)
        for output in sorted(case.outputs, key=lambda each: each.is_error):
            for directive in output.directives:
                self._take_directive(directive)
        for each in case.properties:
            self._take(each)
        self._complaints = list(_complaints(case))
        self._outputs = list(_outputs(case))

    @property
    def fields(self) -> list[Field]:
        limited = [*self._complaints, *self._outputs, *self._properties][:MOST]
        steps = [_steps(self._steps[:MOST_STEPS])] if self._steps else []
        return [*self._attachments[:MOST], *limited, *steps]

    def _take_directive(self, each: Directive) -> None:
        if each.kind == "ATTACHMENT":
            self._attach("attachment", each.value)
        elif each.kind == "STEP":
            self._step(each.name, each.value)
        else:
            self._take(Property(name=each.name, value=each.value, is_text=each.is_text))

    def _take(self, each: Property) -> None:
        name, value = each.name.strip(), each.value.strip()
        lower = name.lower()
        if not name or not value:
            return
        if lower.startswith("attachment"):
            self._attach(name, value)
        elif lower.startswith("step"):
            status = _STEP_STATUS.match(name)
            self._step(status[1].strip() if status else "", value)
        else:
            self._properties.append(_property(name, value, is_text=each.is_text))

    def _attach(self, name: str, value: str) -> None:
        if is_address(value):
            if len(self.artifacts) < MOST:
                self.artifacts.append(artifact(value))
        elif value:
            self._attachments.append({"type": STRING_FIELD, "name": short(name), "value": short(value)})

    def _step(self, status: str, value: str) -> None:
        if value:
            self._steps.append((status, value))


def field(kind: int, name: str, value: str, *, highlight: bool = False) -> Field:
    """One field, its texts cut to what Testmo takes."""
    return {
        "type": kind,
        "name": short(name),
        "value": _CUTS.get(kind, short)(value),
        "is_highlight": highlight,
    }


def _property(name: str, value: str, *, is_text: bool) -> Field:
    """A prefix of the name may choose the type; `url:` only for what is safely a link."""
    prefix, colon, rest = name.partition(":")
    kind = TYPES.get(prefix) if colon and rest.strip() else None
    if kind is None:
        return field(TEXT_FIELD if is_text else STRING_FIELD, name, value)
    if kind == URL_FIELD and not value.startswith("https://"):
        kind = STRING_FIELD
    return field(kind, rest.strip(), value)


def _complaints(case: JUnitCase) -> Iterator[Field]:
    """Skipped, failures, errors, then the attempts that did not decide; an element that says nothing gives none."""
    for kind, title in (*_TITLES.items(), *_ATTEMPTS.items()):
        for each in case.complaints:
            if each.kind == kind:
                yield from _complaint(each, title, highlight=kind in _TITLES)


def _complaint(each: Complaint, title: str, *, highlight: bool) -> Iterator[Field]:
    """Its text, or else its message, or else its type; what is left of the two goes into `meta`."""
    texts = {"text": each.text.strip(), "message": each.message.strip(), "type": each.type.strip()}
    chosen = next((name for name, text in texts.items() if text), None)
    if chosen is None:
        return
    found = field(CONSOLE_FIELD, title, texts[chosen], highlight=highlight)
    meta = {name: short(text) for name, text in texts.items() if text and name not in (chosen, "text")}
    if chosen == "type":
        meta = {}
    yield found | ({"meta": meta} if meta else {})


def _outputs(case: JUnitCase) -> Iterator[Field]:
    """The first system-out and the first system-err."""
    for is_error, title in ((False, "Output"), (True, "Errors")):
        first: Output | None = next((each for each in case.outputs if each.is_error is is_error), None)
        if first is not None and first.text.strip():
            yield field(CONSOLE_FIELD, title, first.text.strip())


def _steps(steps: list[tuple[str, str]]) -> Field:
    """All steps in one field of HTML; as many as there is room for, so that no element is cut in two."""
    pieces, room = [], TEXT - len("<test-steps></test-steps>")
    for status, text in steps:
        mark = f' status="{escape(status)}"' if status else ""
        piece = f"<test-step{mark}>{text}</test-step>\n"
        room -= len(piece)
        if room < 0:
            break
        pieces.append(piece)
    return field(HTML_FIELD, "Steps", f"<test-steps>{''.join(pieces)}</test-steps>")
