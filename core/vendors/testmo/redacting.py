"""What goes to Testmo without our token: a test may have printed it, and many people read a run's page there."""

from dataclasses import replace
from typing import Any

from core.junit_read import JUnitCase
from core.text.secret import Redactor


def redacted(case: JUnitCase, redact: Redactor) -> JUnitCase:
    """The same case; one that holds no secret is itself. It comes before any text is cut: half a token hides well."""
    texts = [*case.attributes.values()]
    for complaint in case.complaints:
        texts += (complaint.message, complaint.type, complaint.text)
    for each in case.properties:
        texts += (each.name, each.value)
    for output in case.outputs:
        texts.append(output.text)
        for directive in output.directives:
            texts += (directive.name, directive.value)
    whole = "\n".join(texts)
    return case if redact(whole) is whole else _without(case, redact)


def _without(case: JUnitCase, redact: Redactor) -> JUnitCase:
    return replace(
        case,
        attributes={name: redact(text) for name, text in case.attributes.items()},
        complaints=tuple(
            replace(each, message=redact(each.message), type=redact(each.type), text=redact(each.text))
            for each in case.complaints
        ),
        properties=tuple(replace(each, name=redact(each.name), value=redact(each.value)) for each in case.properties),
        outputs=tuple(
            replace(
                each,
                text=redact(each.text),
                directives=tuple(
                    replace(one, name=redact(one.name), value=redact(one.value)) for one in each.directives
                ),
            )
            for each in case.outputs
        ),
    )


def in_body(value: Any, redact: Redactor) -> Any:
    """A body with every text of it redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: in_body(item, redact) for name, item in value.items()}
    if isinstance(value, list):
        return [in_body(item, redact) for item in value]
    return value
