"""qTest: inputs, the command's placeholders, which case is which test, dates, and who we are there."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.commands.machine import ThisMachine
from core.inputs.options import parse
from core.junit_read import JUnitFile
from core.model import Build, Outcome
from core.recovery.journal import Journal
from core.vendors.qtest import fields, jobs
from core.vendors.qtest.files import Files
from core.vendors.qtest.identity import identity
from core.vendors.qtest.jobs import Job, Material
from core.vendors.qtest.matching import Match, Matcher, Room
from core.vendors.qtest.settings import Settings, check
from core.vendors.qtest.template import Values, check_template, fill, refusal, variables
from core.waiting.patience import Patience
from core.waiting.stop import Stop
from core.workspace.private import PrivateFolder
from tests.harness import VirtualClock
from tests.support import MemoryCi

UPLOADS = {"qtest_mode": "report-only", "command": "", "results": "*.xml", "test_suite": "TS-1"}
BASE = {"token": "bearer abc-def", "project-id": "77", "command": "pytest --junitxml={junit}"}


def material(content: str, name: str = "Cart adds item", run: int = 1) -> Material:
    return Material(test_run=run, name=name, content=content, version=None)


def values(*contents: str) -> Values:
    materials = [material(content, run=at) for at, content in enumerate(contents)]
    return Values(materials=materials, job_id=5, material_file="/m.json", junit="/j.xml")


def problems(**inputs: str) -> list[str]:
    found: list[tuple[str, str]] = []
    raw = {name.replace("_", "-"): text for name, text in inputs.items()}
    settings = parse(Settings, BASE | raw, found)
    return [name for name, _ in found] or [name for name, _ in check(settings, "run", "")]


@pytest.mark.parametrize("command", [
    "{automation_content} x",
    "bash -c 'run {automation_contents}'",
    "sh -lc {test_case_name}",
    "cmd /c {automation_contents}",
    "python -e {automation_contents}",
    "pwsh -Command {automation_contents}",
    "run.bat {automation_contents}",
    "pytest --only={automation_contents}",
    "pytest {automation_content}",
    "pytest 'open",
])  # fmt: skip
def test_commands_in_which_a_text_could_mean_something(command: str) -> None:
    assert "command" in [name for name, _ in check_template(command, env=False, per_material=False)]


@pytest.mark.parametrize("command", [
    "bash -ce 'run {automation_content}'",
    "bash -cx {automation_content}",
    "bash -c -- {automation_content}",
    "bash -o pipefail -c {automation_content}",
    "bash -c -o pipefail {automation_content}",
    "bash --norc -euo pipefail -c 'x {automation_content}'",
    "/usr/bin/env -i bash -cx {automation_content}",
    "sudo -u ci -- zsh -c -e {automation_content}",
    "timeout 60 nice xargs -n1 dash -ec {automation_content}",
    "docker exec box sh -cx {automation_content}",
    "python3 '-cprint({automation_content})'",
    "python3.12 -W ignore -Ic 'print(1) {automation_content}'",
    "perl -ne {automation_content}",
    "perl -ne 'print if /x/' {automation_content}",
    "perl -e 'print 1' -e {automation_content}",
    "ruby -rjson -ne {automation_content}",
    "node --require x '--eval={automation_content}'",
    "node -pe {automation_content}",
    "php -d x=y -B {automation_content}",
    "env -S 'bash -c {automation_content}'",
    "env '-Sbash -c {automation_content}'",
    "cmd /c mvn test -Dtest={automation_content}",
    "CMD.EXE /d /s /c mvn test {automation_content}",
    "powershell mvn test {automation_content}",
    "pwsh -NoProfile -Command mvn test {automation_content}",
    "pwsh -ExecutionPolicy Bypass -enc {automation_content}",
    "pwsh x -File {automation_content}",
    "ssh -p 22 host pytest {automation_content}",
    "make test TESTS={automation_content}",
    "env ./mvnw.cmd test {automation_content}",
])  # fmt: skip
def test_a_text_is_never_filled_into_what_a_program_reads_as_code(command: str) -> None:
    ((name, why),) = check_template(command, env=False, per_material=True)
    assert (name, "code" in why, "shell: env" in why) == ("command", True, True)


def test_commands_that_are_fine() -> None:
    assert not list(check_template("pytest --junitxml={junit} -- {automation_contents}", env=False, per_material=False))
    assert not list(check_template("mvn test -Dtest={automation_content}", env=False, per_material=True))
    assert not list(check_template("bash -c 'x \"$QTEST_AUTOMATION_CONTENT\"'", env=True, per_material=False))
    for command in (
        "python -m pytest -k x {automation_contents}",
        "python3 -u run.py {automation_contents}",
        "sh -c 'pytest \"$@\"' sh {automation_contents}",
        "bash -o errexit run.sh {automation_contents}",
        "perl -Ilib/tests run.pl {automation_contents}",
        "node --test {automation_contents}",
        "ruby -Itest -rjson run.rb {automation_contents}",
        "pwsh -NoProfile -ExecutionPolicy Bypass -File run.ps1 {automation_contents}",
        "env FOO=bar timeout 60 pytest {automation_contents}",
        "make test JUNIT={junit}",
    ):
        assert not list(check_template(command, env=False, per_material=False)), command
    assert list(check_template("run {junit}", env=True, per_material=False)), "with a shell nothing is filled in"


@pytest.mark.parametrize("content", ["a b; rm -rf /", "$(id)", "`id`", "a,b", "x'y\"z", "{job_id}", "ü[a,b]", "&amp;"])
def test_a_content_stays_one_word_and_is_not_filled_in_again(content: str) -> None:
    words = fill(["run", "-Dtest={automation_content}", "{automation_contents}", "{job_id}"], values(content))
    assert words == ["run", f"-Dtest={content}", content, "5"]


def test_a_content_that_qtest_has_escaped_is_what_the_runner_knows() -> None:
    assert fill(["{automation_contents}"], values("t.py::p[&lt;a&gt;]", "b")) == ["t.py::p[<a>]", "b"]
    assert variables(values("p[&lt;a&gt;]"), env=True)["QTEST_AUTOMATION_CONTENT"] == "p[<a>]"


def test_contents_become_as_many_words() -> None:
    assert fill(["run", "--", "{automation_contents}"], values("a", "b c")) == ["run", "--", "a", "b c"]


@pytest.mark.parametrize(("words", "content", "refused"), [
    (["run", "{automation_contents}"], "-x", True),
    (["run", "{automation_content}"], "--output=/etc/passwd", True),
    (["run", "--", "{automation_contents}"], "-x", False),
    (["run", "--grep={automation_content}"], "-x", False),
    (["run", "{junit}"], "-x", False),
    (["run", "{junit}"], "a\nb", True),
    (["run", "{junit}"], "a\rb", True),
    (["run", "{junit}"], "a\0b", True),
    (["run", "{junit}"], "a\x1b[31m", True),
    (["run", "{junit}"], "a\u2028b", True),
    (["run", "{junit}"], "a\u202eb", True),
    (["run", "{junit}"], "カート　追加", False),
    (["run", "{junit}"], "a\u00a0b", False),
    (["run", "{junit}"], "\U0001f468\u200d\U0001f469", False),
    (["run", "{junit}"], "x" * 4096, False),
    (["run", "{junit}"], "x" * 4097, True),
])  # fmt: skip
def test_texts_that_are_refused(words: list[str], content: str, refused: bool) -> None:
    assert bool(refusal(words, material(content), env=False)) is refused


def test_a_dash_behind_an_empty_name_begins_the_word() -> None:
    words = ["python3", "{test_case_name}{automation_content}"]
    assert refusal(words, material("--version", name=""), env=False)
    assert not refusal(words, material("--version", name="x"), env=False)
    assert not refusal(["python3", "--only={test_case_name}"], material("x", name="-y"), env=False)


@pytest.mark.parametrize(("name", "alone", "refused"), [
    ("- Verify login", True, False),
    ("a\u00a0b", True, False),
    ("a\nb", True, True),
    ("a\nb", False, False),
])  # fmt: skip
def test_a_name_is_looked_at_only_where_it_goes(name: str, alone: bool, refused: bool) -> None:
    assert bool(refusal(["bash", "-c", "x"], material("x", name=name), env=True, alone=alone)) is refused
    assert not refusal(["run", "{junit}"], material("x", name=name), env=False, alone=alone)


def test_with_a_shell_a_dash_is_refused_and_contents_come_in_variables() -> None:
    assert refusal(["bash", "-c", "x"], material("-x"), env=True)
    assert variables(values("a", "b"), env=True)["QTEST_AUTOMATION_CONTENTS"] == "a\nb"
    assert "QTEST_AUTOMATION_CONTENTS" not in variables(values("a"), env=False)


def matched(tmp_path: Path, cases: str, *contents: str) -> list[Match]:
    path = tmp_path / "junit.xml"
    path.write_text(f"<testsuite name='s'>{cases}</testsuite>")
    matcher = Matcher([material(content) for content in contents])
    for case in JUnitFile(str(path)):
        matcher.add(case)
    return matcher.found


@pytest.mark.parametrize("content", [
    "shop.CartTest#addsItem", "shop.CartTest.addsItem", "shop.CartTest::addsItem", "addsItem", "shop.CartTest",
    "shop/CartTest.py::addsItem", "shop.py::CartTest::addsItem",
])  # fmt: skip
def test_each_way_to_write_a_content(content: str, tmp_path: Path) -> None:
    (found,) = matched(tmp_path, "<testcase classname='shop.CartTest' name='addsItem' time='2'/>", content)
    assert (found.count, found.outcome, found.seconds) == (1, Outcome.PASSED, 2.0)


def test_a_property_names_the_test_and_escapes_are_undone(tmp_path: Path) -> None:
    named = (
        "<testcase classname='a' name='b'>"
        "<properties><property name='qtest.automation_content' value='X-1'/></properties></testcase>"
    )
    generic = "<testcase classname='c' name='d&lt;e&gt;'/>"
    first, second, third = matched(tmp_path, named + generic, "X-1", "c#d&lt;e&gt;", "c#other")
    assert (first.count, second.count, third.count) == (1, 1, 0)


def test_a_case_that_names_its_test_is_no_other_one(tmp_path: Path) -> None:
    case = (
        "<testcase classname='A' name='a'>"
        "<properties><property name='qtest.automation_content' value='B#b'/></properties></testcase>"
    )
    first, second = matched(tmp_path, case, "A#a", "B#b")
    assert (first.count, second.count) == (0, 1)


def test_parameters_are_left_out_only_where_the_content_has_none(tmp_path: Path) -> None:
    cases = "<testcase classname='t' name='p[a,b]'/><testcase classname='t' name='p[c]'><failure/></testcase>"
    one, both = matched(tmp_path, cases, "t#p[a,b]", "t#p")
    assert (one.count, one.outcome) == (1, Outcome.PASSED)
    assert (both.count, both.outcome) == (2, Outcome.FAILED), "any failure fails the test"


def test_any_failing_run_of_a_method_fails_it(tmp_path: Path) -> None:
    cases = "<testcase classname='A' name='a'/><testcase classname='A' name='a[2]'><failure message='m'/></testcase>"
    method, name, one = matched(tmp_path, cases, "A#a", "a", "A#a[2]")
    assert [(each.outcome, each.count) for each in (method, name)] == [(Outcome.FAILED, 2)] * 2
    assert (one.outcome, one.count, method.message) == (Outcome.FAILED, 1, "m")


def test_the_messages_of_all_complaints_are_kept(tmp_path: Path) -> None:
    cases = "<testcase classname='A' name='a'><failure message='1 == 2'/><failure>1 == 3</failure></testcase>"
    assert matched(tmp_path, cases, "A#a")[0].message == "1 == 2\n1 == 3"


def test_what_is_kept_of_messages_is_bounded(tmp_path: Path) -> None:
    text = "x" * 60_000
    cases = "".join(
        f"<testcase classname='C{at % 40}' name='a{at}'><failure message='{text}'/></testcase>" for at in range(400)
    )
    room = Room(steps=300, characters=100_000)
    path = tmp_path / "junit.xml"
    path.write_text(f"<testsuite>{cases}</testsuite>")
    matcher = Matcher([material(f"C{at}") for at in range(40)], room)
    for case in JUnitFile(str(path)):
        matcher.add(case)
    assert all((each.outcome, each.count) == (Outcome.FAILED, 10) for each in matcher.found)
    steps = [step for each in matcher.found for step in each.steps]
    kept = sum(len(step.name) + len(step.message) for step in steps) + sum(len(each.message) for each in matcher.found)
    assert (len(steps), room.steps, kept) == (300, 0, 100_000)
    assert max(len(step.message) for step in steps) == 500


def test_a_class_has_its_cases_as_steps_and_all_skipped_is_skipped(tmp_path: Path) -> None:
    cases = "<testcase classname='t' name='a'/><testcase classname='t' name='b'><failure message='m'/></testcase>"
    cases += "<testcase classname='u' name='a'><skipped/></testcase>"
    first, second, name = matched(tmp_path, cases, "t", "u", "a")
    assert [(step.name, step.outcome) for step in first.steps] == [("a", Outcome.PASSED), ("b", Outcome.FAILED)]
    assert (first.message, second.outcome) == ("m", Outcome.SKIPPED)
    assert (name.count, name.outcome, name.steps) == (2, Outcome.PASSED, [])


@pytest.mark.parametrize("text", [
    "2026-11-22T08:00:01+00:00", "2026-11-22T08:00:01+0000", "2026-11-22T00:00:01-0800", "2026-11-22T13:30:01+0530",
    "2026-11-22T08:00:01Z", "2026-11-22T08:00:01", " 2026-11-22T08:00:01.000Z",
])  # fmt: skip
def test_dates_in_every_form_are_the_same_moment_and_are_sent_in_one(text: str) -> None:
    assert fields.stamp(fields.moment(text)) == "2026-11-22T08:00:01+0000"


def listed(job_id: object, start: str, agent: object = 903, status: str = "PLANNED") -> dict[str, object]:
    return {"job_id": job_id, "project_id": 77, "agent_server_id": agent, "status": status, "start_date": start}


def test_only_jobs_of_our_agent_that_are_due_in_the_order_of_their_time() -> None:
    found = jobs.read(
        [
            listed("9007199254740995", "2026-11-22T08:00:05Z"),
            listed(2, "2026-11-22T08:00:01Z", status="NOT RUN"),
            listed(3, "2026-11-29T08:00:01Z"),
            listed(4, "2026-11-22T08:00:01Z", agent=904),
            listed(2, "2026-11-22T08:00:01Z"),
        ],
        903,
    )
    now = fields.moment("2026-11-22T08:00:10Z")
    assert [(job.id, job.known) for job in jobs.due(found.jobs, now)] == [(2, True), (9007199254740995, True)]


def machine_in(folder: Path) -> ThisMachine:
    clock, stop = VirtualClock(), Stop()
    patience = Patience(clock=clock, stop=stop, log=MemoryCi(), rng=Random(0), timeout=60.0, window=None)
    return ThisMachine(
        workspace=str(folder),
        ours=("out",),
        environment={},
        secrets=[],
        build=Build(ci="github", step="s"),
        patience=patience,
        stop=stop,
        private=PrivateFolder(str(folder)),
        journal=Journal.create(str(folder), step="s", vendor="qtest", mode="run", at=0.0),
    )


def test_files_that_were_there_before_are_not_results(tmp_path: Path) -> None:
    for name in ("old.xml", "changed.xml"):
        (tmp_path / name).write_text("<a/>")
    files = Files(machine_in(tmp_path), ["*.xml"])
    files.next()
    before = files.state()
    (tmp_path / "changed.xml").write_text("<bb/>")
    (tmp_path / "new.xml").write_text("<c/>")
    written = [Path(path).read_text() for path in files.written(before).paths]
    assert written == ["<bb/>", "<c/>"]
    (tmp_path / "new.xml").write_text("<later/>")
    assert written == ["<bb/>", "<c/>"]


def test_the_identity_depends_on_address_and_agent_alone() -> None:
    settings = Settings()
    build = Build(ci="github", step="s", project="org/repo", number="1")
    one = identity(settings, build, "/w", "https://a")
    assert identity(settings, replace(build, number="2"), "/other", "https://a") == one
    assert (one.agent, one.guid) == ("ci-repo", one.guid.upper())
    assert identity(settings, build, "/w", "https://b").guid != one.guid
    assert identity(replace(settings, agent_name="x"), build, "/w", "https://a").guid != one.guid
    assert int(one.mac[:2], 16) & 3 == 2, "locally administered, not a group's"
    body = one.agent_body(active=False)
    assert body["agent_client_id"] == str(body["agent_id"])


@pytest.mark.parametrize(("inputs", "wrong"), [
    ({}, []),
    ({"project_id": ""}, ["project-id"]),
    ({"command": ""}, ["command"]),
    ({"command": "", "dry_run": "true"}, []),
    ({"command": "make test"}, ["results"]),
    ({"agent_name": "it's"}, ["agent-name"]),
    ({"heartbeat": "26m"}, ["heartbeat"]),
    ({"status_map": "passed:PASS"}, ["status-map"]),
    ({"status_map": "passed=PASS,failed=FAIL"}, []),
    ({"idle_timeout": "0s"}, []),
    ({"qtest_mode": "trigger"}, ["test-run-ids"]),
    ({"test_run_ids": "1,2"}, ["test-run-ids"]),
    ({"test_suite": "TS-1"}, ["test-suite"]),
    ({"qtest_mode": "report-only", "command": "", "results": "*.xml", "test_suite": "TS-1"}, []),
    ({"qtest_mode": "report-only", "command": "", "results": "*.xml"}, ["test-suite"]),
    (UPLOADS | {"report": "false"}, ["report"]),
    (UPLOADS | {"shell": "env"}, ["shell"]),
    (UPLOADS | {"max_jobs": "5"}, ["max-jobs"]),
    ({"qtest_mode": "report-only", "results": "*.xml", "test_cycle": "CL-1"}, ["command"]),
])  # fmt: skip
def test_inputs_that_do_not_go_together(inputs: dict[str, str], wrong: list[str]) -> None:
    assert problems(**inputs) == wrong


@pytest.mark.parametrize("mode", ["start", "wait"])
def test_other_modes_are_refused(mode: str) -> None:
    settings = parse(Settings, BASE, [])
    assert [name for name, _ in check(settings, mode, "")] == ["mode"]
    assert settings.token.reveal() == "abc-def"


def test_a_job_is_ours_only_with_all_its_promised_fields() -> None:
    for name in ("job_id", "project_id", "status", "start_date"):
        item = listed(1, "2026-11-22T08:00:01Z") | {"schedule_id": 6120}
        del item[name]
        found = jobs.read([item, listed(2, "2026-11-22T08:00:01Z")], 903)
        assert ([job.id for job in found.jobs], len(found.odd)) == ([2], 1)
        assert name in found.odd[0]
        assert found.schedules == {6120}
    with pytest.raises(TypeError):
        jobs.read({}, 903)
    assert jobs.read([listed(1, "2026-11-22T08:00:01Z")], 903).jobs == (
        Job(
            id=1,
            project=77,
            schedule=None,
            status="PLANNED",
            start=fields.moment("2026-11-22T08:00:01Z"),
            materials=(),
        ),
    )
