"""What must hold after every run, whatever happened to it: the sandbox's ledger and journal are the judges."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise

from core.model import Conclusion, Reason
from core.sandbox import Exchange, Fault, Run
from core.text.secret import encoded_forms
from tests.chaos.campaign import PHASES, Played
from tests.harness import TOKEN

FORMS = sorted(form for form in encoded_forms(TOKEN) if len(form) >= 6)
SLACK = 5.0  # seconds beyond the deadline, or after a signal
PAYING = 20.0  # beyond the deadline where something of ours had to be removed at the vendor, and no signal came
VERDICTS = {  # (status, reason) -> the vendor's words that bear it out
    (0, ""): ("passed",),
    (1, Reason.TESTS_FAILED): ("failed", "passed"),
    (5, Reason.EMPTY): ("skipped", "passed"),
    (7, Reason.VENDOR_ERROR): ("internal_error",),
    (7, Reason.CANCELLED_AT_VENDOR): ("canceled",),
}
CAUSES = (  # words that a fact about a failed call has: what was asked, or who
    "GET /",
    "POST /",
    "DELETE /",
    "127.0.0.1",
    "vendor's status",
    "contradict",
)


def broken(played: Played) -> list[str]:
    """Sentences on what does not hold."""
    return [
        *_verdict(played),
        *_starts(played),
        *_left_behind(played),
        *_leaks(played),
        *_time(played),
        *_waits(played),
        *_requests(played),
        *_reports(played),
    ]


def ours(played: Played) -> Run | None:
    return next(iter(played.ended.ledger.ours), None)


def _verdict(played: Played) -> Iterator[str]:
    """The status is the true verdict, or an error that names its cause."""
    ended, run = played.ended, ours(played)
    fact = str(ended.report.get("fact", ""))
    if str(ended.status) != ended.outputs.get("exit-code"):
        yield f"left with {ended.status}, the outputs say {ended.outputs.get('exit-code')}"
    if ended.status and not (ended.reason and fact):
        yield f"status {ended.status} without a reason or a fact"
    words = VERDICTS.get((ended.status, ended.reason))
    if ended.conclusion == Conclusion.STARTED:
        yield from _started(played, run)
    elif words:
        yield from _true(played, run, words)
    elif ended.status in _CHECKS:
        yield from _CHECKS[ended.status](played, run, fact)
    else:
        yield f"status {ended.status}, reason {ended.reason}: {fact}"


def _started(played: Played, run: Run | None) -> Iterator[str]:
    known = run is not None and played.ended.outputs["run-id"] == str(run.id)
    if played.ended.status or not played.case.starts_only or not (known or _strange_start(played)):
        yield "`started`, but no run of ours has that id"


def _true(played: Played, run: Run | None, words: tuple[str, ...]) -> Iterator[str]:
    """A verdict is of our own run, final, and as the ledger has it, case by case."""
    ended = played.ended
    if run is None or ended.outputs["run-id"] != str(run.id):
        yield f"a verdict about run {ended.outputs['run-id']!r}, which is not ours"
        return
    if not run.finished:
        yield f"a verdict ({ended.conclusion}), though the run is not over"
    if run.verdict not in words:
        yield f"status {ended.status}, but the true word is {run.verdict!r}"
    if (ended.status == 0) != run.passed:
        yield f"status {ended.status}, but the truth is {'green' if run.passed else 'not green'}"
    if run.passed and ended.status:
        yield "red, though the run passed"
    counts = {name: int(ended.outputs[name]) for name in ("tests", "passed", "failed", "skipped", "errored")}
    truth = {name: run.cases.count(name) for name in ("passed", "failed", "skipped")}
    truth["tests"] = len(run.cases)
    truth["errored"] = len(run.cases) - truth["passed"] - truth["failed"] - truth["skipped"]
    if counts != truth:
        yield f"the counts are {counts}, in truth {truth}"


def _nothing_started(_: Played, run: Run | None, fact: str) -> Iterator[str]:
    if run is not None:
        yield f"`nothing was started`, but run {run.id} exists"
    yield from _caused(fact)


def _stopped(played: Played, _: Run | None, fact: str) -> Iterator[str]:
    if played.stopped_at is None or played.ended.status != 128 + played.case.stop_signal:
        yield f"without that signal: {fact}"


def _timed_out(played: Played, run: Run | None, _: str) -> Iterator[str]:
    if played.ended.seconds < played.case.timeout - 0.5:
        yield f"timed out after {played.ended.seconds:.1f} s of {played.case.timeout:.0f}"
    late = played.case.scenario.stale_reads or played.case.scenario.detour or _strange_start(played)
    if run is not None and run.finished and run.verdict in _KNOWN and not late:
        yield "timed out, though the run was over at the last look"


_KNOWN = ("passed", "failed", "skipped", "internal_error", "canceled")


def _strange_start(played: Played) -> bool:
    """Whether the vendor lied about which run it started."""
    starts = _calls(played, "start")
    return any(call.fault is not None and Fault.parse(call.fault).kind in ("stale", "wrong-id") for call in starts)


def _unknown(played: Played, _: Run | None, fact: str) -> Iterator[str]:
    """Nobody knows: then the last answers must have been bad."""
    yield from _caused(fact)
    ended = played.ended
    if ended.reason == Reason.MAY_EXIST:
        if not any(call.fault for call in _calls(played, "start")):
            yield "a run `may exist`, though the answer to the start was good"
        return
    looks = _calls(played, "watch")
    scenario = played.case.scenario
    odd = scenario.vanishes or scenario.ending not in ("passed", "failed", "skipped", "error", "canceled")
    good = looks and not looks[-1].fault and looks[-1].status == 200
    if good and not (odd or scenario.detour or _strange_start(played) or "contradict" in fact):
        yield f"the result is unknown, though the last look was good: {fact}"


def _caused(fact: str) -> Iterator[str]:
    if not any(word in fact for word in CAUSES):
        yield f"the fact names no cause: {fact}"


_CHECKS = {3: _nothing_started, 4: _timed_out, 7: _unknown, 130: _stopped, 143: _stopped}


def _starts(played: Played) -> Iterator[str]:
    """At most one start is executed; the run is over, or named; its id was out before the first look."""
    ended, runs = played.ended, played.ended.ledger.ours
    if len(runs) > 1:
        yield f"{len(runs)} runs were started"
    for run in runs:
        named = str(run.id) in ended.log and str(run.id) in ended.outputs.get("run-id", "")
        hinted = "run may exist" in ended.log or "run may have been started" in ended.log
        if not (run.finished and named) and not named and not hinted and not _strange_start(played):
            yield f"run {run.id} is named nowhere"
    if played.id_was_out is False:
        yield "`run-id` was not in the outputs at the first look"
    if ended.outputs.get("run-id") and ended.outputs["run-url"] not in ended.log:
        yield "the run's address is not in the log"


def _left_behind(played: Played) -> Iterator[str]:
    """What was put on a test plan is gone, or named while the vendor was in trouble."""
    if not played.ended.ledger.url_replacements:
        return
    problems = "\n".join(played.ended.report.get("problems", ()))
    if "Left at the vendor" not in problems:
        yield "a URL replacement is left on the test plan and not named"
    if not any(call.fault for call in _calls(played, "plan")) and not _troubled(played):
        yield "a URL replacement is left on the test plan without need"
    journals = "".join(text for name, text in played.ended.texts.items() if name.endswith(".jsonl"))
    if journals.count('"owe"') <= journals.count('"settle"'):
        yield "the journal does not know of the URL replacement that is left"


def _troubled(played: Played) -> bool:
    return any(call.fault for call in played.ended.journal[-3:])


def _leaks(played: Played) -> Iterator[str]:
    """The token is nowhere, in no form; no request followed a redirect."""
    for name, text in played.ended.texts.items():
        lines = text.split("\n") if name == "log" else []
        shown = "\n".join(line for line in lines if not line.startswith("::add-mask::")) if lines else text
        found = [form for form in FORMS if form in shown]
        if found:
            at = shown.find(found[0])
            yield f"the token is in {name}: …{shown[max(at - 60, 0) : at]}"
    if played.strayed:
        yield f"{played.strayed} requests followed a redirect to another host"


def _time(played: Played) -> Iterator[str]:
    ended = played.ended
    owed = any(call.operation == "create-url-replacement" for call in ended.journal)
    if ended.seconds > played.case.timeout + (PAYING if owed else 0.0) + SLACK:
        yield f"ended after {ended.seconds:.1f} s, the deadline was {played.case.timeout:.0f}"
    if played.stopped_at is not None and ended.seconds > played.stopped_at + SLACK:
        yield f"ended {ended.seconds - played.stopped_at:.1f} s after the signal"


def _waits(played: Played) -> Iterator[str]:
    """Retry-After is never shortened, except by the deadline, a signal or the end of the run."""
    ended = played.ended
    began = ended.journal[0].at if ended.journal else 0.0
    patient = [call for call in ended.journal if call.operation not in PHASES["names"]]
    end = min(began + ended.seconds - SLACK, began + played.case.timeout - 2.0)
    for call, following in pairwise(patient):
        wished = _retry_after(call)
        if following.operation == call.operation and following.at < min(call.at + wished, end) - 1e-3:
            yield f"{call.fault} was asked again after {following.at - call.at:.1f} s"


def _retry_after(call: Exchange) -> float:
    fault = Fault.parse(call.fault) if call.fault else None
    if fault is None or fault.kind not in ("429", "503") or fault.argument is None:
        return 0.0
    return float(fault.argument.removeprefix("date:"))


def _requests(played: Played) -> Iterator[str]:
    ended = played.ended
    most = 80 + ended.seconds / 1.4
    if len(ended.journal) > most:
        yield f"{len(ended.journal)} requests in {ended.seconds:.0f} s"
    changes = sum(bool(call.fault) != bool(following.fault) for call, following in pairwise(ended.journal))
    most = 90 + ended.seconds / 55 + 3 * changes
    lines = ended.log.count("\n")
    if lines > most and played.case.inputs.get("log_level") != "debug":
        yield f"{lines} lines in the log for {changes} changes and {ended.seconds:.0f} s"


def _reports(played: Played) -> Iterator[str]:
    """JUnit is well-formed, adds up, and agrees with the outputs."""
    ended = played.ended
    try:
        root = ET.fromstring(ended.junit)  # noqa: S314 -- our own file
    except ET.ParseError as error:
        yield f"junit.xml is broken: {error}"
        return
    suites = root.findall("testsuite")
    for name, element in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        total = len(root.findall(f".//{element}"))
        if int(root.get(name, "-1")) != total or sum(int(suite.get(name, "-1")) for suite in suites) != total:
            yield f"junit.xml: the counts of {name} don't add up"
    vendors = [suite for suite in suites if suite.get("name") != "test-runner"]
    for name, output in (("tests", "tests"), ("failures", "failed"), ("errors", "errored"), ("skipped", "skipped")):
        if sum(int(suite.get(name, "-1")) for suite in vendors) != int(ended.outputs.get(output, "-1")):
            yield f"junit.xml and the outputs differ in {name}"
    if ended.status and not root.findall(".//failure") and not root.findall(".//error"):
        yield f"junit.xml is all green, the status is {ended.status}"


def _calls(played: Played, phase: str) -> list[Exchange]:
    return [call for call in played.ended.journal if call.operation in PHASES[phase]]
