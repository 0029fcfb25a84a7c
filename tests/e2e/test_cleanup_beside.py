"""`cleanup` beside a program that lives, since no signal of its CI reached it: its own is ended, and nobody else's."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.commands.sealing import seal_given
from core.inputs.sources import Raw
from core.recovery.identity import identity
from core.recovery.journal import Journal
from core.recovery.seal import Seal
from core.sandbox import Sandbox
from core.sandbox.qtest.truth import truth_of
from tests.e2e.support import LONGEST, SCENARIO, STEP, TOKEN, Ended, Step, Vendor, vendor

NOTHING = "Nothing was left behind by this step."


@contextmanager
def alive(step: Step, server: Vendor, **inputs: str) -> Iterator["subprocess.Popen[str]"]:
    """A program that polls a run, and will for long."""
    step.url = server.url
    process = step.start(**{**SCENARIO, **inputs})
    try:
        server.await_call("describe-result")
        yield process
    finally:
        process.kill()
        process.communicate(timeout=LONGEST)


def beside(step: Step, **inputs: str) -> Ended:
    ended = step.run("cleanup", **inputs)
    assert ended.errors == ""
    return ended


def edited(step: Step, **values: object) -> None:
    """The journal as somebody else, or another machine, might have written it; its maker holds it still."""
    (path,) = (step.workspace / ".test-runner").glob("*.jsonl")
    first, *rest = path.read_text("utf-8").splitlines(keepends=True)
    begin = json.loads(first)
    begin["holder"] |= values
    path.write_text(json.dumps(begin) + "\n" + "".join(rest), "utf-8")


def test_a_program_of_this_step_that_got_no_signal_is_ended(step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server) as process:
        ended = beside(step)
        assert process.wait(LONGEST) == 128 + signal.SIGTERM
    assert ended.status == 0, ended.log
    assert "This step was still at work" in ended.log
    assert [entry["event"] for entry in step.journals()[0]][-1] == "finished"


def test_the_job_at_qtest_is_ended_with_it(step: Step) -> None:
    """The whole of what a shell executor without signals leaves to `after_script`."""
    with Sandbox(vendor="qtest") as qtest:
        step.defaults = False
        (step.workspace / "slow.py").write_text("import time\nopen('began', 'w').close()\ntime.sleep(60)\n")
        inputs = {"vendor": "qtest", "token": "t0ken-0f-qtest", "base_url": qtest.url, "project_id": "1"}
        inputs |= {"agent_name": "ci", "framework": "Shell", "command": f"{sys.executable} slow.py {{junit}}"}
        process = step.start(**inputs, idle_timeout="20s", poll_interval="1s")
        try:
            while not (step.workspace / "began").exists():
                assert process.poll() is None, process.communicate()
            ended = beside(step, **inputs)
            assert process.wait(LONGEST) == 128 + signal.SIGTERM
        finally:
            process.kill()
            process.communicate(timeout=LONGEST)
        jobs = [job for job in truth_of(qtest.ledger).jobs if job.ours]
    assert ended.status == 0, ended.log
    assert [job.words[-1] for job in jobs] == ["CANCELLED"]


@pytest.mark.parametrize("changed", [{"GITHUB_RUN_ID": "4712"}, {"GITHUB_RUN_ATTEMPT": "2"}, {"GITHUB_JOB": "other"}])
def test_another_jobs_program_is_none_of_ours(changed: dict[str, str], step: Step) -> None:
    step.extra = {"GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "e2e"}
    with vendor("never-ends") as server, alive(step, server) as process:
        step.extra |= changed
        ended = beside(step)
        assert (ended.status, NOTHING in ended.log) == (0, True), ended.log
        assert process.poll() is None


def test_another_steps_program_is_none_of_ours(step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server) as process:
        step.extra = {"GITHUB_ACTION": "another-step"}
        assert beside(step).status == 0
        assert process.poll() is None


def test_of_two_steps_of_one_name_it_is_the_one_with_the_same_results(step: Step) -> None:
    """As two branches of a parallel stage in one workspace: a healthy one is nothing to tell of."""
    with vendor("never-ends") as server, alive(step, server, results_dir="out/a") as process:
        ended = beside(step, results_dir="out/b")
        assert (ended.status, NOTHING in ended.log) == (0, True), ended.log
        assert process.poll() is None
        assert beside(step, results_dir="out/a/").status == 0
        assert process.wait(LONGEST) == 128 + signal.SIGTERM


def test_where_one_of_two_names_no_folder_the_program_is_named_and_not_ended(step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server, results_dir="out/a") as process:
        ended = beside(step)
        assert (ended.status, f"process {process.pid} on " in ended.log) == (7, True), ended.log
        assert process.poll() is None


def on_gitlab(step: Step, **more: str) -> None:
    """A job whose shell knows what a `before_script` has exported, and whose `after_script` does not."""
    step.ci = "gitlab"
    step.extra = {"GITLAB_CI": "true", "CI_JOB_ID": "5", **more}


@pytest.mark.parametrize("exported", ["BUILD_TAG", "BUILD_URL", "DRONE_BUILD_NUMBER", "GITHUB_RUN_ID"])
def test_a_variable_of_another_system_makes_no_other_job_of_it(exported: str, step: Step) -> None:
    on_gitlab(step, **{exported: "shop:1.2"})
    with vendor("never-ends") as server, alive(step, server) as process:
        on_gitlab(step)
        ended = beside(step)
        assert process.wait(LONGEST) == 128 + signal.SIGTERM
    assert (ended.status, "This step was still at work" in ended.log) == (0, True), ended.log


@pytest.mark.parametrize("job", [{}, {"GITHUB_RUN_ID": "77"}, "CI_JOB_ID=5", None])
def test_a_program_whose_job_can_not_be_compared_is_named_and_not_ended(job: object, step: Step) -> None:
    on_gitlab(step)
    with vendor("never-ends") as server, alive(step, server) as process:
        edited(step, job=job)
        ended = beside(step)
        assert (ended.status, f"process {process.pid} on " in ended.log) == (7, True), ended.log
        assert process.poll() is None


def test_where_no_job_is_known_the_program_is_named_and_not_ended(terminal: Step) -> None:
    with vendor("never-ends") as server, alive(terminal, server) as process:
        ended = beside(terminal)
        assert (ended.status, NOTHING in ended.log) == (7, False)
        assert f"process {process.pid} on " in ended.log
        assert "/results/" in ended.log  # and the run that it waits for
        assert process.poll() is None


def test_a_step_that_cleans_up_after_all_names_what_is_at_work_and_ends_none(step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server) as process:
        step.extra = {"GITHUB_ACTION": "last"}
        ended = step.run(mode="cleanup")
        assert ended.status == 7
        assert process.poll() is None


@pytest.mark.parametrize("place", ["", "elsewhere", None])
def test_a_program_on_another_host_or_in_another_container_is_named(place: str | None, step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server) as process:
        edited(step, place=place)
        ended = beside(step)
        assert ended.status == 7
        assert "could not be ended from here" in ended.log
        assert process.poll() is None


@pytest.mark.parametrize("pid", ["reused", 0, -1, "1", True, None, 2**40])
def test_a_process_that_is_not_the_one_of_the_journal_is_never_signalled(
    pid: object, step: Step, tmp_path: Path
) -> None:
    """The number in the journal is now, or is said to be, that of a process which lives and is not ours."""
    with vendor("never-ends") as server, alive(step, server) as process, bystander(tmp_path) as other:
        edited(step, pid=other.pid if pid == "reused" else pid)
        ended = beside(step)
        assert ended.status == 7, ended.log
        assert (process.poll(), other.poll()) == (None, None)


@contextmanager
def bystander(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=folder) as other:
        try:
            yield other
        finally:
            other.kill()


def test_a_program_that_does_not_end_is_named(step: Step) -> None:
    with vendor("never-ends") as server, alive(step, server) as process:
        os.kill(process.pid, signal.SIGSTOP)
        ended = beside(step)
        os.kill(process.pid, signal.SIGCONT)
    assert ended.status == 7
    assert "could not be ended from here" in ended.log


def test_of_two_steps_of_a_jenkins_job_that_name_no_folder_none_is_ended(terminal: Step) -> None:
    """As two branches of a parallel stage that don't come by the shared library."""
    terminal.extra = {"JENKINS_URL": "https://ci.test/", "JOB_NAME": "web", "BUILD_ID": "1", "BUILD_NUMBER": "1"}
    with vendor("never-ends") as server, alive(terminal, server) as process:
        ended = beside(terminal)
        assert ended.status == 7
        assert f"process {process.pid} on " in ended.log
        assert process.poll() is None


def test_the_command_of_a_killed_step_is_ended_with_all_that_it_started(step: Step) -> None:
    """No process of a dead program's user is anybody's: it would go on to write the files of the next step."""
    step.defaults = False
    (step.workspace / "tests.sh").write_text(
        "sleep 60 & echo $! > child; echo $$ > began.new; mv began.new began; wait\n"
    )
    inputs = {"vendor": "testmo", "token": "t0ken-0f-testmo", "base_url": "http://127.0.0.1:9", "project_id": "1"}
    with Sandbox(vendor="testmo") as testmo:
        inputs |= {"base_url": testmo.url, "source": "e2e", "results": "*.xml", "command": "sh tests.sh"}
        process = step.start(**inputs)
        journals = step.workspace / ".test-runner"
        while not any('"command"' in path.read_text("utf-8") for path in journals.glob("*.jsonl")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        while not (step.workspace / "began").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        step.kill(process)
        pids = [int((step.workspace / name).read_text()) for name in ("began", "child")]
        assert all(map(runs, pids))
        ended, again = beside(step, **inputs), beside(step, **inputs)
    assert not any(map(runs, pids)), ended.log
    assert (ended.status, again.status) == (0, 0), ended.log
    assert f"The command of this step still ran (process {pids[0]}), though the step was killed" in ended.log
    assert "still ran" not in again.log


def test_a_command_that_is_not_the_one_of_the_journal_is_left_alone(step: Step) -> None:
    seal = seal_given(Raw(values={"token": TOKEN}), "autify")
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        who = identity(stranger.pid)
        others: list[dict[str, object]] = [{"born": "1"}, {"born": ""}, {"place": "else"}, {"pid": 1}, {"pid": "1"}]
        for wrong in others:
            left(step, who | wrong, seal)
        ended = beside(step)
        assert stranger.poll() is None
        assert (ended.status, NOTHING in ended.log) == (0, True), ended.log
        left(step, who, seal)
        assert f"process {stranger.pid}" in beside(step).log, "of such a journal the right one is ended"
        assert stranger.wait(LONGEST) < 0


@pytest.mark.parametrize("token", ["another-token", ""])
def test_a_command_that_no_line_of_ours_names_is_named_and_not_ended(token: str, step: Step) -> None:
    """As where the token was replaced in between, or a pull request brings a journal."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        try:
            left(step, identity(stranger.pid), seal_given(Raw(values={"token": TOKEN}), "autify"))
            ended = beside(step, token=token)
            assert stranger.poll() is None
            assert ended.status == 7, ended.log
            assert f"command still runs, as process {stranger.pid}" in ended.log
            assert NOTHING not in ended.log
        finally:
            stranger.kill()


def left(step: Step, command: Mapping[str, object], seal: Seal | None) -> None:
    """What a killed step leaves behind while this command runs."""
    journal = Journal.create(str(step.workspace), step=STEP, vendor="autify", mode="run", at=1, seal=seal)
    journal.command(command)
    journal.close()


def runs(pid: int) -> bool:
    """Whether it is there; one that has ended and that nobody has buried is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
