"""What the inputs of a run on Autify for mobile must be."""

from collections.abc import Iterator

from core.inputs.options import Problem
from core.vendors.autify.options import Settings
from core.vendors.autify.references import opaque

identifier = opaque


def check_start(settings: Settings) -> Iterator[Problem]:
    """What a run needs: a test plan, and a build by its id or as a file that can be sent."""
    if settings.test_plan is None:
        yield "test-plan", "is required with `product: mobile`: the test plan's id, or the address of its page."
    if bool(settings.app_file) == bool(settings.build_id):
        both = "give one of the two, not both" if settings.app_file else "give it, or `build-id`"
        yield "app-file", f"{both}: a run tests one build."
    elif settings.app_file:
        from core.vendors.autify.mobile.app_file import problem_of  # noqa: PLC0415 -- only an upload needs it

        problem = problem_of(settings.app_file)
        if problem:
            yield "app-file", problem
    for name, texts in (("build-id", (settings.build_id,)), ("device-ids", settings.device_ids)):
        for text in filter(None, texts):
            try:
                opaque(text)
            except ValueError as error:
                yield name, str(error)


def check_foreign(settings: Settings) -> Iterator[Problem]:
    """Inputs of the other product."""
    for name, value in (
        ("scenarios", settings.scenarios),
        ("capabilities", settings.capabilities),
        ("url-replacements", settings.url_replacements),
        ("execution-type", settings.execution_type),
        ("autify-connect", settings.autify_connect),
    ):
        if value:
            yield name, "only goes with `product: web`, and `product` is mobile."
