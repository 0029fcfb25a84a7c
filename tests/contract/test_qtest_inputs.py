"""qTest: each input has its effect, at qTest, on the command or on what a step leaves behind."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from core.sandbox.qtest.truth import Truth, truth_of
from tests.contract.test_qtest import COMMAND, DONE, SCENES, USUAL, paths, sent
from tests.harness import TOKEN, Bench, Ended

REPORT = "<testsuite><testcase classname='shop.CartTest' name='addsItem' time='2'/>{}</testsuite>"
UPLOAD = {"command": "", "idle_timeout": "", "qtest_mode": "report-only", "results": "r.xml"}
SHOW = """\
import json, os, sys
found = json.load(open(os.environ["QTEST_MATERIALS_FILE"], encoding="utf-8"))["materials"]
kept = {name: text for name, text in os.environ.items() if name.startswith("QTEST_")}
with open(os.path.join(os.path.dirname(__file__), "shown"), "a", encoding="utf-8") as file:
    file.write(json.dumps([sys.argv[1:], os.getcwd(), kept]) + "\\n")
with open(kept["QTEST_JUNIT"], "w", encoding="utf-8") as file:
    cases = [one["automation_content"].split("#") for one in found]
    file.write("<testsuite>%s</testsuite>" % "".join("<testcase classname='%s' name='%s'/>" % (a, b) for a, b in cases))
"""


def act(folder: Path, *faults: str, scenario: str = "passing", **inputs: str) -> tuple[Ended, Truth]:
    with Bench(folder, scenario=SCENES[scenario], faults=faults, vendor="qtest") as bench:
        ended = bench.run(**{**USUAL, **inputs})
    return ended, truth_of(ended.ledger)


def shown(folder: Path) -> list[list[Any]]:
    return [json.loads(line) for line in (folder / "shown").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("given", [TOKEN, f"bearer {TOKEN}", f"Bearer {TOKEN}"])
def test_token_is_taken_with_and_without_the_word_bearer(given: str, tmp_path: Path) -> None:
    ended, _ = act(tmp_path, token=given)
    assert ended.status == 0
    assert {exchange.header("Authorization") for exchange in ended.journal} == {f"bearer {TOKEN}"}


def test_names_and_frameworks_are_those_of_host_and_agent(tmp_path: Path) -> None:
    names = {"agent_name": "nightly", "host_name": "runner 7", "framework": "pytest", "framework_id": "own-plugin"}
    ended, truth = act(tmp_path, **names)
    (agent,) = sent(ended, "create-agent")
    assert (agent["name"], agent["framework"], agent["framework_id"]) == ("nightly", "pytest", "own-plugin")
    assert truth.hosts[0].asked.host_name == "runner 7"
    assert paths(truth) == [DONE]


def test_without_names_they_are_the_repositorys(tmp_path: Path) -> None:
    _, truth = act(tmp_path)
    assert (truth.hosts[0].asked.host_name, truth.agents[0].name) == ("ci-web", "ci-web")


def test_ids_spare_the_registration(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        first = bench.run(**USUAL, max_jobs="1", agent_name="one")
        ids = {"host_id": first.outputs["host-id"], "agent_id": first.outputs["agent-id"]}
        second = bench.run(**USUAL, **ids, agent_name="one")
    truth = truth_of(second.ledger)
    assert (second.status, second.reason) == (5, "empty"), second.log
    assert (len(truth.hosts), len(truth.agents)) == (1, 1)
    assert (second.outputs["host-id"], second.outputs["agent-id"]) == (ids["host_id"], ids["agent_id"])


def test_an_agent_of_another_number_is_unknown(tmp_path: Path) -> None:
    ended, truth = act(tmp_path, agent_id="4040")
    assert (ended.status, truth.agents) == (3, ())
    assert "`agent-id`" in ended.log


def test_the_project_is_that_of_agent_and_jobs(tmp_path: Path) -> None:
    ended, truth = act(tmp_path, project_id="78")
    assert {agent.project for agent in truth.agents if agent.ours} == {78}
    assert paths(truth) == [DONE], ended.log
    assert all("/projects/78/" in one.path for one in ended.journal if "/projects/" in one.path)


def test_the_command_runs_in_its_directory(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "show.py").write_text(SHOW)
    ended, _ = act(tmp_path, command=f"{sys.executable} {tmp_path}/show.py {{junit}}", working_directory="sub/deep")
    assert ended.status == 0, ended.log
    assert [one[1] for one in shown(tmp_path)] == [str((tmp_path / "sub" / "deep").resolve())]


def test_placeholders_are_filled_in(tmp_path: Path) -> None:
    (tmp_path / "show.py").write_text(SHOW)
    words = "{job_id} {material_file} {junit} {test_run_id} {test_case_name} {automation_content} {automation_contents}"
    ended, truth = act(tmp_path, command=f"{sys.executable} show.py {words}", per="material")
    assert ended.status == 0, ended.log
    first, *rest = shown(tmp_path)
    assert len(rest) == 2, "once for each test"
    assert first[0] == [
        str(truth.jobs[0].id), first[2]["QTEST_MATERIALS_FILE"], first[2]["QTEST_JUNIT"], "88120", "Cart adds item",
        "shop.CartTest#addsItem", "shop.CartTest#addsItem",
    ]  # fmt: skip


def test_shell_gives_the_contents_in_variables_alone(tmp_path: Path) -> None:
    (tmp_path / "show.py").write_text(SHOW)
    command = f"bash -c '{sys.executable} show.py \"$QTEST_AUTOMATION_CONTENTS\"'"
    in_variables = {"shell": "env"}
    ended, _ = act(tmp_path, command=command, results="none/*.xml", **in_variables)
    assert ended.status == 0, ended.log
    wanted = "shop.CartTest#addsItem\nshop.CartTest#removesItem\nshop.CheckoutTest#paysByCard"
    assert [one[0] for one in shown(tmp_path)] == [[wanted]]


@pytest.mark.parametrize(("given", "words"), [
    ("", ["FAILED", "PASSED", "PASSED"]),
    ("passed=PASS\nfailed=FAIL\nskipped=SKIP", ["FAIL", "PASS", "PASS"]),
])  # fmt: skip
def test_status_map_has_the_words_of_the_logs(given: str, words: list[str], tmp_path: Path) -> None:
    ended, truth = act(tmp_path, scenario="old-words", status_map=given)
    assert {body["status"] for body in sent(ended, "submit-test-log")} <= set(words)
    assert bool(truth.logs) is bool(given)
    if not given:
        assert "`status-map`" in ended.log


@pytest.mark.parametrize(("given", "deactivated"), [("", False), ("true", True), ("false", False)])
def test_deactivate_is_about_the_end_of_a_host(given: str, deactivated: bool, tmp_path: Path) -> None:
    ended, truth = act(tmp_path, deactivate=given)
    assert ended.status == 0
    assert [agent.active for agent in truth.agents] == [not deactivated]


def test_deactivate_keeps_the_agent_of_an_order_on_the_users_word(tmp_path: Path) -> None:
    _, truth = act(tmp_path, qtest_mode="trigger", test_run_ids="88120", deactivate="false")
    assert [agent.active for agent in truth.agents] == [True]


@pytest.mark.parametrize(("given", "least", "most"), [("", 0, 3), ("0s", 0, 3), ("90s", 90, 125)])
def test_idle_timeout_is_how_long_is_waited_for_a_job(given: str, least: float, most: float, tmp_path: Path) -> None:
    ended, _ = act(tmp_path, scenario="never-ends", idle_timeout=given)
    assert (ended.status, ended.reason) == (5, "empty")
    assert least <= ended.seconds <= most


def test_an_empty_stay_is_green_on_the_users_word(tmp_path: Path) -> None:
    ended, _ = act(tmp_path, scenario="never-ends", allow_empty="true")
    assert ended.status == 0


def test_a_dry_run_lists_what_would_run_and_claims_nothing(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["overdue"], vendor="qtest") as bench:
        first = bench.run(**USUAL, max_jobs="1")
        before = len(bench.sandbox.journal)
        ended = bench.run(**USUAL, dry_run="true", allow_empty="true", lookback="4h")
    truth = truth_of(ended.ledger)
    assert (first.status, ended.status) == (0, 0), ended.log
    due = [line for line in ended.log.splitlines() if line.startswith("Due: job ")]
    assert len(due) in (3, 4)
    assert "shop." in due[0]
    assert not [exchange for exchange in ended.journal[before:] if exchange.effect]
    assert len([words for words in paths(truth) if "RUNNING" in words]) == 1, "that of the first step"


def test_a_dry_run_of_no_tests_is_no_proof(tmp_path: Path) -> None:
    ended, _ = act(tmp_path, dry_run="true")
    assert (ended.status, ended.reason) == (5, "empty")
    assert "No job is due." in ended.log
    assert "Started run" not in ended.log
    assert ended.outputs["run-id"] == ""


@pytest.mark.parametrize(("mode", "name"), [("start", "mode"), ("wait", "mode")])
def test_other_modes_are_bad_input(mode: str, name: str, tmp_path: Path) -> None:
    ended, _ = act(tmp_path, mode=mode, run_id="7" if mode == "wait" else "")
    assert (ended.status, ended.reason, len(ended.journal)) == (2, "bad-input", 0)
    assert name in ended.log


@pytest.mark.parametrize(("where", "operation"), [
    ({"test_suite": "TS-9"}, "submit-suite-logs"), ({"test_cycle": "CL-4"}, "submit-cycle-logs")
])  # fmt: skip
@pytest.mark.parametrize(("more", "status"), [("", 0), ("<testcase name='b'><failure/></testcase>", 1)])
def test_report_only_uploads_into_a_suite_or_a_cycle(
    more: str, status: int, where: dict[str, str], operation: str, tmp_path: Path
) -> None:
    (tmp_path / "r.xml").write_text(REPORT.format(more))
    ended, _ = act(tmp_path, **UPLOAD, **where)
    assert ended.status == status, ended.log
    (body,) = sent(ended, operation)
    logs: Any = body["test_logs"]
    assert {name: body[name] for name in body if name.startswith("test_") and name != "test_logs"} == where
    assert [log["status"] for log in logs] == ["PASSED", "FAILED"][: len(logs)]
    assert all(("module_names" in log) is ("test_cycle" in where) for log in logs)


@pytest.mark.parametrize("text", ["", "<testsuite/>"])
@pytest.mark.parametrize("allowed", ["", "true"])
def test_an_upload_of_nothing_is_an_empty_run(text: str, allowed: str, tmp_path: Path) -> None:
    if text:
        (tmp_path / "r.xml").write_text(text)
    ended, _ = act(tmp_path, **UPLOAD, test_suite="TS-9", allow_empty=allowed)
    assert (ended.status, ended.conclusion, ended.reason) == (0 if allowed else 5, "inconclusive", "empty"), ended.log
    assert not any(exchange.effect for exchange in ended.journal)


@pytest.mark.parametrize(("allowed", "status"), [("", 2), ("true", 0)])
def test_a_pattern_without_a_file_beside_others_is_bad_input(allowed: str, status: int, tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(REPORT.format(""))
    ended, _ = act(tmp_path, **UPLOAD | {"results": "r.xml\nout/*.xml"}, test_suite="TS-9", allow_empty=allowed)
    assert ended.status == status, ended.log
    assert status == 0 or "'out/*.xml' matches no file" in ended.log


def test_job_timeout_leaves_no_job_running(tmp_path: Path) -> None:
    (tmp_path / "wait.py").write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        bench.clock.command_seconds = 3600
        command = f"{sys.executable} wait.py {{junit}}"
        ended = bench.run(**USUAL | {"command": command, "job_timeout": "10m", "max_jobs": "1"})
    truth = truth_of(ended.ledger)
    assert (ended.status, ended.reason) == (4, "timeout"), ended.log
    assert 600 <= ended.seconds < 660
    assert paths(truth) == [("PLANNED", "RUNNING", "FAILED")]


def test_results_may_be_written_anywhere_and_the_older_ones_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.xml").write_text(REPORT.format("<testcase name='b'><failure/></testcase>"))
    command = COMMAND.replace("{junit}", "out/new.xml")
    ended, truth = act(tmp_path, command=command, results="out/*.xml\n!out/none.xml")
    assert (ended.status, len(truth.logs)) == (0, 3), ended.log


def again(bench: Bench, first: Ended, *names: str, **inputs: str) -> Ended:
    """One more build, with these ids of the first one."""
    ids = {name.replace("-", "_"): first.outputs[name] for name in names}
    return bench.run(**{**USUAL, "allow_empty": "true", **ids, **inputs})


@pytest.mark.parametrize("names", [("host-id", "agent-id"), ("agent-id",)])
def test_the_ids_that_the_log_names_are_enough_for_the_next_build(names: tuple[str, ...], tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        first = bench.run(**USUAL, agent_name="shop")
        second = again(bench, first, *names)
    assert "Set agent-name: shop, host-id: " in first.log
    assert (first.status, second.status) == (0, 0), second.log
    truth = truth_of(second.ledger)
    assert (len(truth.hosts), [agent.name for agent in truth.agents if agent.ours]) == (1, ["shop"])


def test_a_second_agent_on_the_same_host_is_found_by_ids_and_by_its_name(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        first = bench.run(**USUAL, agent_name="shop")
        second = again(bench, first, "host-id", agent_name="cart")
        third = again(bench, second, "host-id", "agent-id", agent_name="cart")
        fourth = again(bench, second, agent_name="cart")
    assert [each.status for each in (first, second, third, fourth)] == [0] * 4, fourth.log
    truth = truth_of(fourth.ledger)
    assert (len(truth.hosts), [agent.name for agent in truth.agents if agent.ours]) == (1, ["shop", "cart"])


def test_another_spelling_of_the_address_is_the_same_host(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        base_url = bench.sandbox.url.replace("127.0.0.1", "localhost")
        first = bench.run(**USUAL, base_url=base_url)
        second = bench.run(**USUAL, base_url=base_url.replace("localhost", "LOCALHOST"), allow_empty="true")
    assert (first.status, second.status, len(truth_of(second.ledger).hosts)) == (0, 0, 1), second.log


def test_nothing_is_made_on_a_host_that_is_another_ones(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENES["passing"], vendor="qtest") as bench:
        base_url = bench.sandbox.url
        first = bench.run(**USUAL, agent_name="shop")
        second = again(bench, first, "host-id", agent_name="cart", base_url=base_url.replace("127.0.0.1", "localhost"))
    assert (second.status, second.reason) == (3, "refused"), second.log
    assert "Leave out `host-id` and `agent-id`" in second.log
    assert [agent.name for agent in truth_of(second.ledger).agents if agent.ours] == ["shop"]
