"""What the inputs of a run on Autify web must be, and what they are called by the client."""

from collections.abc import Iterator

from core.inputs import kinds
from core.inputs.options import Problem
from core.vendors.autify.naming import projects
from core.vendors.autify.options import Settings

identifier = kinds.identifier


def check_start(settings: Settings) -> Iterator[Problem]:
    """What a run needs."""
    if bool(settings.scenarios) == bool(settings.test_plan):
        both = "give one of the two, not both" if settings.scenarios else "give it, or `test-plan`"
        yield "scenarios", f"{both}: a run is of scenarios or of a test plan."
    elif settings.test_plan:
        for name, value in (("capabilities", settings.capabilities), ("execution-type", settings.execution_type)):
            if value:
                yield name, "only goes with `scenarios`: a test plan holds its own."


def check_foreign(settings: Settings) -> Iterator[Problem]:
    """Inputs of the other product."""
    for name, value in (
        ("app-file", settings.app_file),
        ("build-id", settings.build_id),
        ("device-ids", settings.device_ids),
    ):
        if value:
            yield name, "only goes with `product: mobile`, and `product` is web."


def project(settings: Settings) -> int:
    """The project that the inputs name; 0 where none of them does."""
    return next((kinds.identifier(text) for text in projects(settings, "")), 0)
