"""Testmo's inputs: where the results are recorded, under which names, and what is attached to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import Kind, Problem, option
from core.text.secret import Secret
from core.vendors.testmo.artifacts import is_address
from core.vendors.testmo.references import Reference, run_reference

UNSUPPORTED = {
    "rerun-failed": "Testmo runs no tests, it records them.",
    "adopt": "a lost run is found again by its mark, or not taken.",
}
ADDRESS = "The address of your Testmo, such as https://NAME.testmo.net."
REQUIRED = {"base-url": f"is required. {ADDRESS}"}
OWN_TESTS = ("results", "command", "working-directory")
TYPES = ("string", "text", "html", "console", "url")


def token(text: str) -> Secret:
    """A token that can travel in a header."""
    bare = text.strip()
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise ValueError("holds a space, a line break or a character that no token has. Copy it again.")
    return Secret(bare)


def _words(text: str) -> tuple[str, ...]:
    import sys  # noqa: PLC0415 -- built in

    from core.child import looks_like_shell, split  # noqa: PLC0415 -- only who brings a command pays for it
    from core.errors import BadInputError  # noqa: PLC0415 -- the same

    windows = sys.platform == "win32"
    try:
        words = tuple(split(text, windows=windows))
    except BadInputError as error:
        raise ValueError(error.problems[0][1]) from None
    if problem := looks_like_shell(text, windows=windows):
        raise ValueError(problem)
    return words


def _objects(text: str, needed: tuple[str, ...], allowed: tuple[str, ...], example: str) -> Iterator[dict[str, str]]:
    for item in kinds.objects(text, typed=False):
        wrong = sorted(str(name) for name in item if name not in allowed)
        if wrong:
            raise ValueError(f"{wrong[0]!r} is none of {', '.join(allowed)}. Example: {example}.")
        values = {str(name): str(value) for name, value in item.items() if value is not None}
        missing = [name for name in needed if not values.get(name, "").strip()]
        if missing:
            raise ValueError(f"an entry lacks {missing[0]!r}. Example: {example}.")
        if "url" in needed and not is_address(values["url"]):
            raise ValueError(f"{values['url']!r} is no address: it begins with https:// or http://.")
        yield values


def _links(text: str) -> tuple[Mapping[str, str], ...]:
    return tuple(_objects(text, ("name", "url"), ("name", "url", "note"), LINKS))


def _artifacts(text: str) -> tuple[Mapping[str, str], ...]:
    found = tuple(_objects(text, ("name", "url"), ("name", "url", "note", "mime_type", "size"), ARTIFACTS))
    for item in found:
        if not item.get("size", "0").isdecimal():
            raise ValueError(f"{item['size']!r} is no size in bytes. Example: {ARTIFACTS}.")
    return found


def _fields(text: str) -> tuple[Mapping[str, str], ...]:
    found = tuple(_objects(text, ("name",), ("name", "type", "value"), FIELDS))
    for item in found:
        if item.get("type", "string") not in TYPES:
            raise ValueError(f"{item['type']!r} is none of {', '.join(TYPES)}. Example: {FIELDS}.")
    return found


LINKS = "[{name: build, url: https://ci.example/512, note: nightly}]"
ARTIFACTS = "[{name: log, url: https://ci.example/512/log.txt, mime_type: text/plain, size: 1024}]"
FIELDS = "[{name: Branch, type: string, value: main}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: testmo`."""

    token: Secret = option(
        Kind("secret", token, secret=True),
        "API token of a Testmo user or API user.",
        required=True,
        environment=("TESTMO_TOKEN",),
    )
    project_id: int = option(
        kinds.IDENTIFIER,
        "The project that the run is created in, required without `thread-of`: the number in the address of its pages.",
        default=0,
    )
    source: str = option(
        kinds.TEXT,
        "The automation source: the suite. Required without `thread-of`; Testmo creates one that it does not know.",
        default="",
    )
    results: tuple[str, ...] = option(
        Kind("list of files", kinds.lines, example="build/junit/TEST-shop.xml", multiline=True),
        "The JUnit files to record, one path or pattern (`**` too) a line.",
        default=(),
    )
    tags: tuple[str, ...] = option(
        Kind("list of words", kinds.items, example="nightly", multiline=True), "Tags of the run.", default=()
    )
    config: str = option(kinds.TEXT, "The configuration of the run, by its name at Testmo.", default="")
    config_id: int = option(kinds.IDENTIFIER, "The same by its id, which wins over the name.", default=0)
    milestone: str = option(kinds.TEXT, "The milestone of the run, by its name at Testmo.", default="")
    milestone_id: int = option(kinds.IDENTIFIER, "The same by its id, which wins over the name.", default=0)
    links: tuple[Mapping[str, str], ...] = option(
        Kind("list of objects, YAML", _links, example=LINKS, multiline=True),
        "Links of the run: objects with name, url and note. With `vendor: testmo`, `mode: wait` can add them too.",
        default=(),
    )
    fields: tuple[Mapping[str, str], ...] = option(
        Kind("list of objects, YAML", _fields, example=FIELDS, multiline=True),
        "Fields of the run, or with `thread-of` of the thread: objects with name, type (string, text, html, console, "
        "url) and value.",
        default=(),
    )
    artifacts: tuple[Mapping[str, str], ...] = option(
        Kind("list of objects, YAML", _artifacts, example=ARTIFACTS, multiline=True),
        "Artifacts of the run, or with `thread-of` of the thread: objects with name, url, note, mime_type and size. "
        "They are links: nothing is uploaded.",
        default=(),
    )
    command: tuple[str, ...] = option(
        Kind("command line", _words, example="npm test", multiline=True),
        "A command that runs the tests: split as a shell would, but read by none. Its `results` are recorded whatever "
        "it comes to, and where it fails, so does this step.",
        default=(),
    )
    working_directory: str = option(
        kinds.RELATIVE_PATH, "Folder in the workspace where `command` runs.", default="", shown="the workspace"
    )
    thread_of: Reference | None = option(
        Kind("id or address", run_reference, example="41"),
        "Add the results as a thread to this run, which stays open: for jobs that share a run. It is the output "
        "`run-id` of the step with `mode: start`.",
        default=None,
    )


_OF_A_NEW_RUN = ("tags", "config", "config_id", "milestone", "milestone_id")
_OF_A_RUN = (*_OF_A_NEW_RUN, "links")


def check(settings: Settings, mode: str, run_id: str) -> list[Problem]:
    """What no single input shows."""
    return list(_problems(settings, mode, run_id))


def _problems(settings: Settings, mode: str, run_id: str) -> Iterator[Problem]:
    if mode in ("run", "start", "record") and not settings.thread_of:
        for name in ("project_id", "source"):
            if not getattr(settings, name):
                yield name.replace("_", "-"), "is required, unless `thread-of` names a run that is there already."
    if mode == "run" and not settings.results:
        yield "results", "is required: the JUnit files to record, one path or pattern a line."
    if mode in ("run", "record") and settings.thread_of:
        yield from _check_thread(settings)
    if mode in ("start", "wait"):
        yield from _check_run_alone(settings, mode)
    if mode == "wait" or (mode == "cleanup" and run_id):
        yield from _check_run_id(run_id)


def _check_run_alone(settings: Settings, mode: str) -> Iterator[Problem]:
    """What would be passed over in silence: a report that nobody records may tell of failures."""
    for name in ("thread_of", "command", "results"):
        if getattr(settings, name):
            yield name.replace("_", "-"), f"goes with `mode: run` alone, and `mode` is {mode}."
    for name in _OF_A_NEW_RUN if mode == "wait" else ():  # but `source`, which all steps of a pipeline may share
        if getattr(settings, name):
            yield name.replace("_", "-"), "is for a new run, and `mode: wait` ends one that is there already."


def _check_thread(settings: Settings) -> Iterator[Problem]:
    for name in _OF_A_RUN:
        if getattr(settings, name):
            yield name.replace("_", "-"), "belongs to a run, and `thread-of` adds to one that is there already."


def _check_run_id(run_id: str) -> Iterator[Problem]:
    try:
        run_reference(run_id)
    except ValueError as error:
        yield "run-id", f"{error} It is the output `run-id` of the step that started the run."
