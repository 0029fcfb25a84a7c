"""What is sent for a run and a thread, and what is read of a run that others have filled."""

import shlex
from collections.abc import Mapping
from typing import Any

from core.model import Command, Phase, Progress, RemoteRun, TestReport, Totals, Verdict
from core.text.secret import Redactor
from core.vendors.testmo.cases import microseconds
from core.vendors.testmo.extras import TYPES, field
from core.vendors.testmo.fields import FAILURE, SUCCESS, Run
from core.vendors.testmo.settings import Settings
from core.vendors.testmo.starting import MARK
from core.vendors.testmo.texts import NOTE, TEXT, middle_out, short

VERDICTS = {SUCCESS: Verdict.PASSED, FAILURE: Verdict.FAILED}
SHARED = 2_000  # characters of the output of one of many jobs
_BY_SIGNAL = 128  # and the number of the signal
WORDS = {SUCCESS: "success", FAILURE: "failure", 4: "running"}


def of_run(settings: Settings, name: str, mark: str) -> dict[str, object]:
    """The body of `create-run`."""
    found: dict[str, object] = {
        "name": name,
        "source": settings.source,
        "fields": [*_fields(settings), {"type": TYPES["string"], "name": MARK, "value": mark}],
        "links": [_note(item) for item in settings.links],
        "artifacts": _artifacts(settings),
        "tags": list(settings.tags),
    }
    for given in ("config", "milestone"):
        if by_id := getattr(settings, f"{given}_id"):
            found[f"{given}_id"] = by_id
        elif by_name := getattr(settings, given):
            found[given] = by_name
    return found


def of_resources(settings: Settings) -> dict[str, list[dict[str, object]]]:
    """What a run that is there already can get more of."""
    links = [_note(item) for item in settings.links]
    return {"fields": _fields(settings), "links": links, "artifacts": _artifacts(settings)}


def of_own_thread(settings: Settings, command: Command | None, longest: int = TEXT) -> dict[str, object]:
    """What the one thread of a run has: how the command went, in the words of the vendor's command line.

    The token is hidden here already, as the text may be cut: to `longest` characters.
    """
    if command is None:
        return {}
    redact = Redactor([settings.token])
    words = shlex.join(map(redact, settings.command))
    text = f"Executing: {words}\n\n{command.output.strip()}\n\n{_ending(command)}"
    observed = microseconds(command.seconds)
    return {"elapsed_observed": observed, "fields": [field(TYPES["console"], "Output", middle_out(text, longest))]}


def _ending(command: Command) -> str:
    """That client's sentence, or ours of a command that did not end by itself: there it knows no better than 0."""
    if command.timed_out or command.exit_code > _BY_SIGNAL:
        return command.fact
    seconds = f"{command.seconds:.6f}".rstrip("0").rstrip(".")
    return f"Exited after {seconds} seconds with exit code {command.exit_code}"


def of_thread(settings: Settings, command: Command | None) -> dict[str, object]:
    """The same of a thread in a shared run, which has the step's fields and artifacts besides.

    Each look at such a run brings the outputs of all jobs, so this one is short: the job's log has all of it.
    """
    found = of_own_thread(settings, command, SHARED)
    mine = found.get("fields", [])
    own = mine if isinstance(mine, list) else []
    return found | {"fields": [*_fields(settings), *own], "artifacts": _artifacts(settings)}


def _fields(settings: Settings) -> list[dict[str, object]]:
    return [field(TYPES[item.get("type", "string")], item["name"], item.get("value", "")) for item in settings.fields]


def _artifacts(settings: Settings) -> list[dict[str, object]]:
    return [_note(item) | ({"size": int(item["size"])} if item.get("size") else {}) for item in settings.artifacts]


def _note(item: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: text for name, text in item.items() if text}
    found["name"] = short(item["name"])
    return found | ({"note": item["note"][:NOTE]} if item.get("note") else {})


def word_of(seen: Run) -> str:
    """The status of a run in a word."""
    return WORDS.get(seen.status, str(seen.status))


def verdict_of(seen: Run) -> Verdict | None:
    """How a completed run ended, None where it does not say so: without a test there was nothing to fail or pass."""
    if not seen.completed:
        return None
    return VERDICTS.get(seen.status) or (None if seen.total else Verdict.SKIPPED)


def progress(seen: Run) -> Progress:
    """Where a run stands by the server's word; a passed run with failures in it contradicts itself."""
    verdict = verdict_of(seen)
    return Progress(
        phase=Phase.FINISHED if verdict else Phase.RUNNING,
        word=word_of(seen),
        done=seen.success + seen.failure,
        total=seen.total,
        verdict=verdict,
        known=seen.status in WORDS,
        consistent=verdict is not Verdict.PASSED or not seen.failure,
    )


def report(seen: Run | None, run: RemoteRun) -> TestReport:
    """The server's counts; the cases themselves are the reports of the jobs that sent them.

    How an untested one ended is unknown: in a completed run that is an error, elsewhere it may come yet.
    """
    if seen is None:
        return TestReport(title=f"Testmo run {run.id}", run=run)
    unknown = seen.untested if seen.completed else 0
    rest = max(seen.total - seen.success - seen.failure - unknown, 0)
    return TestReport(
        title=f"Testmo run {run.id}",
        run=run,
        word=word_of(seen),
        verdict=verdict_of(seen),
        totals=Totals(passed=seen.success, failed=seen.failure, errored=unknown, skipped=rest),
    )
