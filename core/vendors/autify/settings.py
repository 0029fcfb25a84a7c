"""The inputs of `vendor: autify` as the registry takes them: declared in `options`, checked here together."""

from collections.abc import Callable, Iterator, Sequence

from core.inputs.options import Problem
from core.vendors.autify.naming import check_ids, projects
from core.vendors.autify.options import Settings
from core.vendors.autify.references import run_reference

__all__ = ["REQUIRED", "UNSUPPORTED", "Settings", "check"]

REQUIRED: dict[str, str] = {}
UNSUPPORTED = {"rerun-failed": "Autify's API can't run again only what failed."}


def check(settings: Settings, mode: str, run_id: str) -> list[Problem]:
    """What no single input shows, one problem for each input."""
    problems = list(_problems(settings, mode, run_id))
    return [problem for at, problem in enumerate(problems) if problem[0] not in {name for name, _ in problems[:at]}]


def _problems(settings: Settings, mode: str, run_id: str) -> Iterator[Problem]:
    if settings.product == "mobile":
        from core.vendors.autify.mobile import inputs  # noqa: PLC0415 -- a run is of one product
    else:
        from core.vendors.autify.web import inputs  # type: ignore[no-redef]  # noqa: PLC0415 -- the same
    yield from check_ids(settings, inputs.identifier)
    if mode in ("run", "start"):
        yield from inputs.check_start(settings)
    if mode == "wait" or (mode == "cleanup" and run_id):
        yield from _check_run_id(run_id, inputs.identifier)
    if mode in ("run", "start", "wait"):
        yield from inputs.check_foreign(settings)
    if mode in ("run", "start", "wait") or run_id:
        yield from _check_project(projects(settings, run_id))


def _check_run_id(run_id: str, convert: Callable[[str], object]) -> Iterator[Problem]:
    try:
        ref = run_reference(run_id)
        for text in (ref.project, ref.id) if ref.project else (ref.id,):
            convert(text)
    except ValueError as error:
        yield "run-id", f"{error} It is the output `run-id` of the step that started the run."


def _check_project(named: Sequence[str]) -> Iterator[Problem]:
    if not named:
        pages = "is required: what stands after /projects/ in the address of Autify's pages."
        yield "project-id", f"{pages} Or give such an address as `scenarios`, `test-plan` or `run-id`."
    elif len(named) > 1:
        yield "project-id", f"the inputs name several projects ({', '.join(named)}): one run has one."
