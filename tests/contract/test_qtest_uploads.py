"""qTest, `report-only`: what is judged is what was sent, and how much of it qTest has is told on every way out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.sandbox import Exchange
from core.sandbox.qtest.truth import truth_of
from tests.contract.test_qtest import SCENES, USUAL, play
from tests.harness import Bench

UPLOAD: dict[str, Any] = {
    "qtest_mode": "report-only", "command": "", "idle_timeout": "", "results": "r.xml", "test_suite": "TS-9"
}  # fmt: skip
CASES = 300  # a full upload, and a smaller one
HEAD = "<testsuite name='s'>"
TEXT = HEAD + "".join(f"<testcase classname='A' name='t{at}'/>" for at in range(CASES)) + "</testsuite>"
CHANGES: dict[str, Callable[[Path], object]] = {
    "deleted": lambda path: path.unlink(missing_ok=True),
    "cut": lambda path: path.write_text(TEXT[:9_000]),
    "fewer": lambda path: path.write_text(f"{HEAD}<testcase name='a'/></testsuite>"),
    "failing": lambda path: path.write_text(TEXT.replace("name='t299'/>", "name='t299'><failure/></testcase>")),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "r.xml").write_text(TEXT)
    return tmp_path


@pytest.mark.parametrize("call", ["get-token-status", "submit-suite-logs"])
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_done_to_a_file_after_the_first_look_changes_nothing(change: str, call: str, folder: Path) -> None:
    def touch(exchange: Exchange) -> None:
        if exchange.operation == call:
            CHANGES[change](folder / "r.xml")

    with Bench(folder, scenario=SCENES["passing"], vendor="qtest") as bench:
        bench.observers.append(touch)
        ended = bench.run(**{**USUAL, **UPLOAD})
    logs = truth_of(ended.ledger).logs
    assert (ended.status, ended.outputs["passed"]) == (0, str(CASES)), ended.log
    assert [log.asked.status for log in logs] == ["PASSED"] * CASES
    assert ended.junit.count("<testcase") == CASES


def test_a_success_without_its_number_of_logs_is_looked_at_twice(folder: Path) -> None:
    ended, truth = play(folder, scenario="flapping", **UPLOAD)
    assert (ended.status, len(truth.logs)) == (0, CASES), ended.log


@pytest.mark.parametrize(("kind", "reason"), [("400", "refused"), ("404", "refused"), ("413", "refused")])
def test_how_much_was_sent_before_a_refusal_is_told(kind: str, reason: str, folder: Path) -> None:
    ended, truth = play(folder, f"{kind}@submit-suite-logs#2", **UPLOAD)
    assert (ended.status, ended.reason, len(truth.logs)) == (7, reason, 250), ended.log
    assert "qTest has 250 of 300 results." in ended.report["fact"]
    assert "a second log" in ended.report["remedy"]


@pytest.mark.parametrize("scenario", ["old-words", "automation-off"])
def test_where_the_words_and_the_upload_have_to_be_allowed_is_told(scenario: str, folder: Path) -> None:
    ended, _ = play(folder, scenario=scenario, **UPLOAD)
    assert (ended.status, ended.reason) == (3, "refused")
    assert "Automation Settings are activated" in ended.report["remedy"]
    assert "`status-map`" in ended.report["remedy"]


def test_an_upload_that_is_not_taken_in_by_the_deadline_is_named_with_what_can_be_done(folder: Path) -> None:
    ended, _ = play(folder, "queue-stuck@submit-suite-logs", timeout="5m", **UPLOAD)
    assert (ended.status, ended.reason) == (4, "timeout"), ended.log
    assert "Of 300 results 250 were sent." in ended.report["fact"]
    assert "mode: wait" not in ended.log, "there is none at qTest"


def test_a_signal_leaves_word_of_how_much_was_sent(folder: Path) -> None:
    ended, _ = play(folder, stop_in=3, **UPLOAD)
    assert (ended.status, ended.reason) == (143, "signal")
    assert "Of 300 results 250 were sent." in ended.log
