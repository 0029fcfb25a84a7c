"""What must hold after every stay at qTest: the box's truth, its journal and the command's own notes are the judges."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from core.ending import PAYING_SECONDS
from core.sandbox import Exchange, Fault
from core.sandbox.qtest.state import ANOTHER_RUNNER, PERSON
from core.sandbox.qtest.truth import JobTruth
from tests.chaos.qtest import CLAIM, LOG, ORDERED, SCENES, Played
from tests.contract.promises import breaches
from tests.harness import TOKEN

SLACK = 5.0  # seconds beyond the deadline, or after a signal
_BY_HAND = ("odd-materials", "hostile", "empty", "vanishing", "unknown-status", "old-words")  # red by what jobs hold
_RED_WORDS = ("exit", "killed", "silent", "broken", "other")
_SENT = ("submit-suite-logs", "submit-cycle-logs")
_WRONG = ("Left at the vendor", "got no answer", "may be RUNNING", "may have been cancelled", "is left alone")
_MUTE = ("html", "html-after", "slow-loris", "redirect", "redirect301", "redirect303", "redirect307", "redirect308")


@dataclass(frozen=True, kw_only=True)
class Put:
    """A status that we sent; `at` is its place in the journal. `heard`: qTest's own answer came, and we read it."""

    at: int
    job: int
    status: str
    effect: bool
    heard: bool


def broken(played: Played) -> list[str]:
    """Sentences on what does not hold."""
    everywhere = [*_once(played), *_logged_once(played), *_logs_first(played)]
    everywhere += [*_ours_alone(played), *_ended(played), *_clean(played)]
    if played.killed:
        return [*everywhere, *_agent(played)]
    return [*everywhere, *_agent(played), *_verdict(played), *_calm(played), *_time(played)]


def puts(played: Played) -> list[Put]:
    found = []
    for at, call in enumerate(played.last.journal):
        if call.operation == CLAIM and call.body:
            job = int(re.findall(r"/jobs/(\d+)/status", call.path)[0])
            kind = Fault.parse(call.fault).kind if call.fault else ""
            heard = (call.status or 999) < 500 and kind not in _MUTE and at != played.unread
            status = str(json.loads(call.body)["status"])
            found.append(Put(at=at, job=job, status=status, effect=call.effect, heard=heard))
    return found


def claimed(played: Played) -> list[JobTruth]:
    """The jobs that we have made RUNNING, whether we know it or not."""
    return [job for job in played.truth.jobs if any(step.by == TOKEN for step in job.claims)]


def _once(played: Played) -> Iterator[str]:
    """A command runs once, and only for a job that was claimed before: surely, or as the user wants it."""
    per_job = played.case.inputs.get("per") != "material"
    runs = Counter((job, () if per_job else tests) for job, tests in played.ran)
    for (job, tests), count in runs.items():
        if count > 1:
            yield f"the command ran {count} times for the job {job} {tests}"
    claims = {put.job for put in puts(played) if put.status == "RUNNING" and put.effect and put.heard}
    anyway = played.case.inputs.get("on_ambiguous_claim") == "run"
    for job, _ in played.ran:
        if job not in claims and not anyway:
            yield f"the command ran for the job {job}, whose claim was not answered"
    tries = Counter(put.job for put in puts(played) if put.status == "RUNNING" and not _in_vain(played, put))
    for job, count in tries.items():
        if count > 1 + anyway:
            yield f"the job {job} was claimed {count} times"


def _in_vain(played: Played, put: Put) -> bool:
    """Whether it surely had no effect: such a call may be sent again."""
    return played.last.journal[put.at].status in (429, 401, 403) and not put.effect


def _logged_once(played: Played) -> Iterator[str]:
    """One log per test run and claim; and one upload per piece."""
    logs: Counter[str] = Counter()
    uploads: Counter[bytes] = Counter()
    for call in played.last.journal:
        if call.operation == CLAIM and b"RUNNING" in call.body and call.effect:
            logs.clear()  # one job after the other: what follows are its logs
        if call.operation == LOG:
            logs[call.path] += call.effect
            if logs[call.path] > 1:
                yield f"logged twice: {call.path}"
        if call.operation in _SENT:
            uploads[call.body] += call.effect
            if uploads[call.body] > 1:
                yield "a piece was uploaded twice"


def _logs_first(played: Played) -> Iterator[str]:
    """A job that may be COMPLETED has its logs: none is sent after that word."""
    word = ""
    for call in played.last.journal:
        if call.operation == CLAIM and call.body:
            word = str(json.loads(call.body)["status"])
        if call.operation == LOG and word == "COMPLETED":
            yield f"logged after the end of its job: {call.path}"


def _ours_alone(played: Played) -> Iterator[str]:
    """No job of others is touched; and none that another runner has, unless the user wants it."""
    scheduled = {schedule.id for schedule in played.truth.schedules if schedule.by == TOKEN}
    for job in played.truth.jobs:
        mine = [step for step in job.history if step.by == TOKEN]
        if mine and not job.ours:
            yield f"the job {job.id} of another agent became {mine[0].status}"
        wanted = job.schedule in scheduled or (job.test_runs and set(job.test_runs) <= {*ORDERED})
        if mine and played.case.mode == "trigger" and not wanted:
            yield f"the job {job.id} became {mine[0].status}, which nobody has ordered"
        anothers = any(step.by == ANOTHER_RUNNER for step in job.claims)
        claims = [put for put in puts(played) if put.job == job.id and put.status == "RUNNING" and put.effect]
        if mine and anothers and not claims and played.case.inputs.get("on_ambiguous_claim") != "run":
            yield f"the job {job.id} of another runner became {mine[0].status}"
    for put in puts(played):
        tried = any(claim.job == put.job and claim.status == "RUNNING" and claim.at < put.at for claim in puts(played))
        if not tried and put.status in ("COMPLETED", "FAILED"):
            yield f"the job {put.job} was sent {put.status} without a claim"


def _ended(played: Played) -> Iterator[str]:
    """No job whose claim was answered stays RUNNING, unless qTest did not hear its end: then it is named."""
    for job in played.truth.running:
        mine = [put for put in puts(played) if put.job == job.id]
        ends = [put for put in mine if put.status != "RUNNING"]
        answered = any(put.status == "RUNNING" and put.effect and put.heard for put in mine)
        if answered and not ends:
            yield f"the job {job.id} is left RUNNING, and nobody tried to end it"
        if any(put.heard and not _refused(played.last.journal[put.at]) for put in ends):
            yield f"the job {job.id} is left RUNNING after an end that was answered"
        over = any(put.heard and _refused(played.last.journal[put.at]) for put in ends)  # so it must seem to us
        if not (over and played.killed) and not (played.last.status and _named(played.log, job.id)):
            yield f"the job {job.id} is left RUNNING and not named"
        if not ends and played.last.status not in (7, 1, 4, 143):
            yield f"exit {played.last.status}, though the claim of the job {job.id} was not answered"


def _named(log: str, job: int) -> bool:
    """Whether a line says that something is wrong with the job; that it was run is in every log."""
    return any(re.search(rf"\b{job}\b", line) and any(word in line for word in _WRONG) for line in log.splitlines())


def _refused(call: Exchange) -> bool:
    return call.status is not None and call.status >= 400


def _agent(played: Played) -> Iterator[str]:
    """Deactivated exactly when asked, if we have activated it."""
    if played.case.mode == "report-only":
        return
    wanted = played.case.inputs.get("deactivate", "true" if played.case.mode == "trigger" else "false") == "true"
    if not wanted and played.last.calls("deactivate-agent"):
        yield "the agent was deactivated, and nobody wanted that"
    for agent in played.truth.agents:
        if wanted and agent.ours and agent.active and "still active" not in played.log:
            yield f"the agent {agent.id} is still active and not named"


def _verdict(played: Played) -> Iterator[str]:
    ended, case = played.ended, played.case
    yield from _VERDICTS[ended.status](played) if ended.status in _VERDICTS else (f"exit {ended.status}",)
    if ended.outputs.get("exit-code") != str(ended.status) or ended.report.get("exit_code") not in (None, ended.status):
        yield f"left with {ended.status}, the files say {ended.outputs.get('exit-code')}"
    if ended.status and not ended.reason:
        yield "no reason is given"
    unanswered = [job for job in claimed(played) if not _answered(played, job.id)]
    for job in unanswered if case.inputs.get("on_ambiguous_claim") != "run" else ():
        if ended.status not in (7, 1, 4, 143) or str(job.id) not in ended.log:
            yield f"exit {ended.status}, though the claim of the job {job.id} was not answered"


def _answered(played: Played, job: int) -> bool:
    return any(put.job == job and put.status == "RUNNING" and put.effect and put.heard for put in puts(played))


def _green(played: Played) -> Iterator[str]:
    """Nothing but success, and all of it at qTest."""
    case = played.case
    if case.mode == "report-only":
        if case.inputs["results"] != "three-passed.xml":
            yield "green, though tests have failed"
        whole = case.scenario == "flapping"  # SUCCESS is final, whatever is said after it
        if not all(run.passed and (run.finished or whole) for run in played.ended.ledger.runs):
            yield "green, though qTest has not taken in the results"
        return
    if case.word in (*_RED_WORDS, "hang", "skip"):
        yield f"green, though the command did this: {case.word}"
    if any(log.asked.status != "PASSED" for log in played.truth.logs):
        yield "green, though not all logs say PASSED"
    yield from _complete(played)


def _complete(played: Played) -> Iterator[str]:
    """Every job that we have touched is COMPLETED by us, and each of its tests is logged as passed."""
    inputs = played.case.inputs
    jobs = [job for job in played.truth.jobs if any(step.by == TOKEN for step in job.history)]
    if not jobs or not played.ran:
        yield "green without a job that was run"
    for job in jobs:
        unheard = any(put.job == job.id and put.status == "COMPLETED" and not put.heard for put in puts(played))
        if job.status != "COMPLETED" and not (unheard and job.history[-1].by == PERSON):  # no client can tell that
            yield f"green, though the job {job.id} is {job.status}"
    passed = Counter(log.test_run for log in played.truth.logs if log.asked.status == "PASSED")
    missing = Counter(run for job in jobs for run in job.test_runs) - passed
    if missing and inputs.get("report") != "false" and inputs.get("report_required") != "false":
        yield f"green, though no log says so of {missing}"


def _red(played: Played) -> Iterator[str]:
    """Tests failed only where the tests, or the command, did."""
    case = played.case
    fails = case.scenario in _BY_HAND or case.word in _RED_WORDS or SCENES[case.scenario].failing
    fails = fails or case.inputs.get("results") == "one-failed.xml"
    if not fails:
        yield "failed tests, though none has failed"


def _nothing_started(played: Played) -> Iterator[str]:
    scheduled = [schedule for schedule in played.truth.schedules if schedule.by == TOKEN]
    if claimed(played) or scheduled or played.ran:
        yield "`nothing was started`, but a job was claimed or scheduled"
    if any(call.effect for call in played.ended.journal if call.operation in _SENT):
        yield "`nothing was started`, but results were uploaded"


def _empty(played: Played) -> Iterator[str]:
    if any(log.asked.status != "SKIPPED" for log in played.truth.logs) or (played.ran and played.case.word != "skip"):
        yield "empty, though tests have run"


def _timed_out(played: Played) -> Iterator[str]:
    timeout = int(played.case.inputs["timeout"].rstrip("m")) * 60.0
    if played.case.command_seconds < 30 and played.ended.seconds < timeout / 2:
        yield f"timed out after {played.ended.seconds:.0f} s"


def _stopped(played: Played) -> Iterator[str]:
    if played.stopped_at is None:
        yield "stopped without a signal"


def _unknown(played: Played) -> Iterator[str]:
    if played.case.calm and played.case.scenario in ("passing", "matrix", "eventual", "slow-settle"):
        yield "unknown, though nothing went wrong"


_VERDICTS = {
    0: _green, 1: _red, 3: _nothing_started, 4: _timed_out, 5: _empty, 7: _unknown, 143: _stopped
}  # fmt: skip


def _calm(played: Played) -> Iterator[str]:
    """Where nothing goes wrong the end is known: a campaign of exit 7 alone would keep all other promises."""
    case, inputs = played.case, played.case.inputs
    quick = case.command_seconds <= 3.0 and not case.word and not ({"job_timeout", "max_jobs"} & {*inputs})
    if case.calm and quick and case.scenario in ("passing", "matrix", "lenient", "no-cancel-from-running", "big-ids"):
        green = inputs.get("results") != "one-failed.xml"
        if played.ended.status != (0 if green else 1):
            yield f"exit {played.ended.status}, though nothing went wrong"


def _clean(played: Played) -> Iterator[str]:
    """No token in any sink; files that agree with each other."""
    if not played.killed:
        found = breaches(played.ended, green=False, unseen=True, misled=True)
        yield from (each for each in found if not each.startswith("it took"))
        return
    for step in (played.ended, played.last):
        for name, text in step.texts.items():
            shown = "\n".join(line for line in text.splitlines() if not line.startswith("::add-mask::"))
            if TOKEN in shown:
                yield f"the token stands in {name}"


def _time(played: Played) -> Iterator[str]:
    timeout = int(played.case.inputs["timeout"].rstrip("m")) * 60.0
    if played.ended.seconds > timeout + PAYING_SECONDS + SLACK:
        yield f"ended after {played.ended.seconds:.1f} s, the deadline was {timeout:.0f}"
    if played.stopped_at is not None and played.ended.seconds > played.stopped_at + SLACK:
        yield f"ended {played.ended.seconds - played.stopped_at:.1f} s after the signal"
