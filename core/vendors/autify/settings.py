"""Autify's inputs: scenarios on capabilities, or a test plan, by ids or by the addresses people copy from its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from core import kinds
from core.options import Kind, Problem, option
from core.secret import Secret


@dataclass(frozen=True, slots=True)
class Ref:
    """Something at Autify; `project` is known where the user pasted an address."""

    project: int | None
    id: int


def reference(folder: str) -> Kind:
    """An id, or an address with `/projects/P/<folder>/ID` in its path; host and query are ignored."""

    def convert(text: str) -> Ref:
        if "/" not in text:
            return Ref(None, kinds.identifier(text))
        parts = text.partition("?")[0].partition("#")[0].split("/")
        for at, part in enumerate(parts[:-3]):
            if part == "projects" and parts[at + 2] == folder:
                return Ref(kinds.identifier(parts[at + 1]), kinds.identifier(parts[at + 3]))
        raise ValueError(f"{text!r} is neither an id nor an address like …/projects/77/{folder}/3001.")

    return Kind("id or address", convert, example=f"3001 or https://app.autify.com/projects/77/{folder}/3001")


def replacements(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of addresses: one pair a line, separated by a space, or YAML objects."""
    if text.startswith(("[", "{", "- ")):
        found = [(item.get("pattern_url"), item.get("replacement_url")) for item in kinds.objects(text)]
    else:
        found = [_pair(line) for line in kinds.lines(text)]
    for pair in found:
        for url in pair:
            if not isinstance(url, str) or not url.startswith(("http://", "https://")):
                raise ValueError(
                    f"{url!r} is no address. Write one pair a line: https://example.com https://pr-9.example.net"
                )
    return tuple((str(pattern), str(replacement)) for pattern, replacement in found)


def _pair(line: str) -> tuple[str, str]:
    words = line.split()
    if len(words) != 2:
        raise ValueError(f"{line!r} is no pair. Write two addresses with a space between them, one pair a line.")
    return words[0], words[1]


def token(text: str) -> Secret:
    """A token that can travel in a header."""
    bare = text.strip()
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise ValueError("holds a space, a line break or a character that no token has. Copy it again.")
    return Secret(bare)


UNSUPPORTED = {"rerun-failed": "Autify's API can't run again only what failed."}
_SCENARIO = reference("scenarios")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: autify`."""

    token: Secret = option(
        Kind("secret", token, secret=True),
        "Personal access token of an Autify user.",
        required=True,
        environment=("AUTIFY_WEB_ACCESS_TOKEN",),
    )
    product: str = option(kinds.choice("web"), "The Autify product.", default="web")
    project_id: int | None = option(
        kinds.IDENTIFIER, "The project (workspace), unless an address in `scenarios` or `test-plan` names it."
    )
    scenarios: tuple[Ref, ...] = option(
        Kind(
            "list of ids or addresses",
            lambda text: tuple(_SCENARIO.convert(item) for item in kinds.items(text)),
            example="501",
            multiline=True,
        ),
        "The scenarios to run; or give a `test-plan`.",
        default=(),
    )
    test_plan: Ref | None = option(reference("test_plans"), "The test plan to run; or give `scenarios`.")
    capabilities: tuple[Mapping[str, object], ...] = option(
        kinds.OBJECTS,
        "Where `scenarios` run: objects with any of os, os_type, os_version, browser, browser_type, browser_version, "
        "device, device_type, each matching one entry of Autify's list.",
        default=(),
        shown="Linux and Chrome",
    )
    url_replacements: tuple[tuple[str, str], ...] = option(
        Kind("pairs of URLs", replacements, example="https://example.com https://pr-9.example.net", multiline=True),
        "Addresses to replace during the run, one pair a line, a space between the two. On a test plan they are "
        "created for the start and deleted again.",
        default=(),
    )
    execution_type: str = option(
        kinds.choice("parallel", "sequential"),
        "How `scenarios` run.",
        default="",
        shown="parallel where the workspace has it",
    )
    autify_connect: str = option(kinds.TEXT, "Name of an Autify Connect access point to use.", default="")


def check(settings: Settings, mode: str, run_id: str) -> list[Problem]:
    """What no single input shows."""
    problems: list[Problem] = []
    if mode in ("run", "start"):
        problems += _check_start(settings)
    if mode == "wait" or (mode == "cleanup" and run_id):
        try:
            reference("results").convert(run_id)
        except ValueError as error:
            problems.append(("run-id", f"{error} It is the output `run-id` of the step that started the run."))
    if mode in ("run", "start", "wait") or run_id:
        named = projects(settings, run_id)
        if not named:
            problems.append(
                ("project-id", "is required: the number after /projects/ in the address of Autify's pages.")
            )
        elif len(named) > 1:
            problems.append(
                ("project-id", f"the inputs name several projects ({', '.join(map(str, named))}): one run has one.")
            )
    return problems


def _check_start(settings: Settings) -> list[Problem]:
    problems: list[Problem] = []
    if bool(settings.scenarios) == bool(settings.test_plan):
        both = "give one of the two, not both" if settings.scenarios else "give it, or `test-plan`"
        problems.append(("scenarios", f"{both}: a run is of scenarios or of a test plan."))
    elif settings.test_plan:
        problems += [
            (name, "only goes with `scenarios`: a test plan holds its own.")
            for name, value in (("capabilities", settings.capabilities), ("execution-type", settings.execution_type))
            if value
        ]
    return problems


def projects(settings: Settings, run_id: str) -> list[int]:
    """The projects that the inputs name, by an id or inside an address: check() has made sure that it is one."""
    refs = [*settings.scenarios, settings.test_plan, run_reference(run_id)]
    found = {ref.project for ref in refs if ref is not None} | {settings.project_id}
    return sorted(project for project in found if project is not None)


def run_reference(run_id: str) -> Ref | None:
    """A run by its id or its page's address; None for anything else."""
    try:
        found = reference("results").convert(run_id)
    except ValueError:
        return None
    return found if isinstance(found, Ref) else None
