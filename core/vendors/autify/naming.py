"""What the inputs name at Autify: scenarios, a test plan, a project, each an id or an address of the right product."""

from collections.abc import Callable, Iterator

from core.inputs.options import Problem
from core.vendors.autify.options import Settings
from core.vendors.autify.references import HOSTS, Ref, run_reference


def references(settings: Settings) -> Iterator[tuple[str, Ref]]:
    """Every reference in the inputs, with the input's name."""
    for scenario in settings.scenarios:
        yield "scenarios", scenario
    if settings.test_plan is not None:
        yield "test-plan", settings.test_plan


def check_ids(settings: Settings, convert: Callable[[str], object]) -> Iterator[Problem]:
    """What is no id of the product, or an address of the other one."""
    product, other = ("mobile", "web") if settings.product == "mobile" else ("web", "mobile")
    if settings.project_id:
        yield from _wrong("project-id", settings.project_id, convert)
    for name, ref in references(settings):
        if ref.host == HOSTS[other]:
            text = f"is an address of the product {other}, and `product` is {product}."
            yield name, f"{text} Set `product: {other}`, or copy the address from {HOSTS[product]}."
            continue
        for text in (ref.project, ref.id) if ref.project else (ref.id,):
            yield from _wrong(name, text, convert)


def _wrong(name: str, text: str, convert: Callable[[str], object]) -> Iterator[Problem]:
    try:
        convert(text)
    except ValueError as error:
        yield name, str(error)


def projects(settings: Settings, run_id: str) -> list[str]:
    """The projects that the inputs name, by an id or inside an address: check() has made sure that it is one."""
    found = {ref.project for _, ref in references(settings)} | {settings.project_id, _project_of(run_id)}
    web = settings.product == "web"  # there 077 is 77
    plain = {text.lstrip("0") if web else text for text in found if text}
    return sorted(plain, key=lambda text: (len(text), text))


def _project_of(run_id: str) -> str:
    try:
        return run_reference(run_id).project
    except ValueError:
        return ""
