"""Azure's log as its agent reads it: masks, groups, issues, progress, the end of the step."""

import base64
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from core.ci import CIS, Surroundings
from core.model import Conclusion, Outcome, TestReport
from core.ports import Ci
from tests.ci.hostile import HOSTILE, SECRET, Folder, Screen, a_case, a_ci, a_report, a_result, publish, redact
from tests.readers.azure_agent import Step, parse, read_log


def _read(out: Screen) -> Step:
    step = read_log(out.getvalue())
    assert step.shown.pop() == "", "the last line is ended"
    return step


def _published(report: TestReport, conclusion: Conclusion, status: int, *, annotations: int = 8) -> Step:
    out = Screen()
    result = replace(a_result(status=status), conclusion=conclusion, problems=())
    publish(a_ci("azure", out), report, result, summary=iter([]), annotations=annotations)
    return _read(out)


def test_every_line_of_a_secret_is_masked_before_it_is_spoken_of() -> None:
    out = Screen()
    ci = a_ci("azure", out)
    ci.mask(["100%25 sure;]", "first line\nsecond: 1,2\r\n\n}", "  padded ", "", " ", "ab"])
    step = _read(out)
    lines = ["100%25 sure;]", "first line", "second: 1,2", "  padded ", "padded"]
    assert [text for text in step.secrets if text in lines] == lines
    assert step.shown == [
        "A secret has several lines. Azure Pipelines hides a line at a time: each was masked for itself."
    ]
    assert step.problems == []


def test_a_secret_that_ends_in_a_line_end_is_one_line() -> None:
    out = Screen()
    a_ci("azure", out).mask(["hunter2\r\n"])
    assert (_read(out).secrets[0], "several" in out.getvalue()) == ("hunter2", False)


def test_azure_hides_what_headers_and_addresses_of_other_steps_make_of_a_secret_and_no_word() -> None:
    out = Screen()
    a_ci("azure", out).mask(["S3cret/of?the shop", "Password", "abc"])
    hidden = _read(out).secrets
    for others in (b"", b"u:", b"me:"):
        carried = base64.b64encode(others + b"S3cret/of?the shop").decode()
        assert any(text in carried for text in hidden), carried
    assert {quote("S3cret/of?the shop"), quote_plus("S3cret/of?the shop"), quote("S3cret/of?the shop", "")} < set(
        hidden
    )
    short = [text for text in hidden if len(text) < 8]
    assert (short, "password" in hidden, hidden.count("Password")) == (["abc"], False, 1)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_fails_no_step_sets_nothing_and_hides_nothing(text: str) -> None:
    out = Screen()
    ci = a_ci("azure", out)
    with ci.group(text):
        ci.info(text)
        ci.warning(f"The vendor says {text}")
        ci.debug(text)
        ci.live(f"Running, 1 of 2{text} cases done")
        ci.block(text)
        ci.outputs({"run-id": text}, Folder().leave)
    report = a_report(text, failed=3, errored=2)
    publish(ci, report, a_result(text), summary=iter([text]), annotations=4)
    step = _read(out)
    assert (step.problems, step.result, step.secrets, step.variables) == ([], "Succeeded", [], {})
    assert list(step.outputs) == ["TESTRUN_RUN_ID"]
    assert not set("$\"'`\\\n\r;|<>() ") & set(step.outputs["TESTRUN_RUN_ID"])
    assert [kind for kind, _ in step.issues] == ["warning", *["error"] * 6]
    assert not step.summaries
    assert SECRET not in out.getvalue()


def test_groups_do_not_nest_and_are_closed_when_the_work_fails() -> None:
    out = Screen()
    ci = a_ci("azure", out)
    with pytest.raises(OSError, match="x"), ci.group("outer"), ci.group("inner"):
        raise OSError("x")
    assert out.getvalue() == "##[group]outer\ninner\n##[endgroup]\n"


def test_no_issue_is_lost_the_verdict_comes_first_and_the_rest_is_counted() -> None:
    out = Screen()
    ci = a_ci("azure", out)
    for number in range(6):
        ci.warning(f"warning {number}")
    publish(ci, a_report(failed=20, errored=5), a_result(), summary=iter([]), annotations=8)
    step = _read(out)
    errors = [text for kind, text in step.issues if kind == "error"]
    assert [text for kind, text in step.issues if kind == "warning"] == [f"autify: warning {n}" for n in range(4)]
    assert "##[warning]warning 4" in step.shown
    assert errors[0].startswith("autify: failed: ")
    assert [text.partition(":")[0] for text in errors[1:9]] == ["Failed"] * 8
    assert errors[9] == "17 more cases did not pass: see the summary."
    assert out.getvalue().count("task.logissue type=error") == 10


def test_a_green_run_has_no_issue_and_completes_by_its_exit_code() -> None:
    step = _published(a_report(failed=0, warnings=0), Conclusion.PASSED, 0)
    assert (step.issues, step.result, step.problems) == ([], "Succeeded", [])
    assert any(line.startswith("Conclusion: passed, exit code 0.") for line in step.shown)


@pytest.mark.parametrize(
    ("conclusion", "status", "result"),
    [
        (Conclusion.FAILED, 0, "SucceededWithIssues"),
        (Conclusion.TIMED_OUT, 0, "SucceededWithIssues"),
        (Conclusion.INCONCLUSIVE, 0, "SucceededWithIssues"),
        (Conclusion.SKIPPED, 0, "SucceededWithIssues"),
        (Conclusion.STARTED, 0, "Succeeded"),
        (Conclusion.PASSED, 0, "Succeeded"),
        (Conclusion.FAILED, 1, "Succeeded"),  # the exit code fails the step, and nothing may soften it
    ],
)
def test_what_fail_on_lets_go_succeeds_with_issues(conclusion: Conclusion, status: int, result: str) -> None:
    step = _published(a_report(), conclusion, status)
    assert (step.result, step.problems) == (result, [])
    assert {kind for kind, _ in step.issues} == {"error" if status else "warning"}


def test_no_annotations_leave_the_verdict_alone() -> None:
    step = _published(a_report(failed=3), Conclusion.FAILED, 1, annotations=0)
    assert len(step.issues) == 1


def test_an_issue_says_which_case_where_and_why() -> None:
    report = a_report(failed=0, warnings=0)
    case = replace(a_case(), name="Pay", classname="Shop", message="no\nmoney", url="https://vendor.example/7")
    suites = (replace(report.suites[0], cases=[case]),)
    totals = replace(report.totals, passed=0, failed=1)
    step = _published(replace(report, suites=suites, totals=totals), Conclusion.FAILED, 1)
    assert step.issues[1] == ("error", "Failed: Pay (Shop): no\nmoney\nhttps://vendor.example/7")
    assert case.outcome is Outcome.FAILED


@pytest.mark.parametrize("encoded", ["utf-8", "ascii"])
def test_an_issue_is_cut_at_4096_units_and_stays_whole(encoded: str) -> None:
    out = Screen(encoding=encoded)
    a_ci("azure", out).warning("x" * 4080 + "👩" * 40)
    (issue,) = read_log(out.getvalue()).issues
    assert issue[1].endswith("…" if encoded == "utf-8" else "\\u2026")


def test_the_bar_moves_with_the_cases_that_are_done_and_never_back() -> None:
    out = Screen()
    ci = a_ci("azure", out)
    for line in (
        "Waiting for the first answer, 1s of at most 60m",
        "Running, 0 of 8 cases done, 2s of at most 60m",
        "Running, 3 of 8 cases done, 3s of at most 60m",
        "Running, 3 of 8 cases done, 4s of at most 60m",
        "Running, 1 of 8 cases done, 5s of at most 60m",
        "Running, 9 of 8 cases done, 6s of at most 60m",
        "Running, 9 of 0 cases done, 6s of at most 60m",
        "Uploading, 3 of 4 MB",
    ):
        assert ci.live(line) is False
    assert (read_log(out.getvalue()).progress, read_log(out.getvalue()).problems) == ([37, 100], [])


def _at(workspace: Path, out: Screen, **env: str) -> Ci:
    around = Surroundings(env=env, out=out, redact=redact, vendor="autify", workspace=str(workspace), debug=True)
    return CIS["azure"].make(around)


def test_the_summary_is_uploaded_by_its_absolute_path_once_it_is_there(tmp_path: Path) -> None:
    workspace = tmp_path / "a ] 100% ; b"
    (workspace / "results").mkdir(parents=True)
    out = Screen()
    ci = _at(workspace, out)
    ci.outputs({"summary": "results/summary.md"}, Folder().leave)
    ci.summarize(iter(["x"]))
    assert _read(out).summaries == []
    (workspace / "results" / "summary.md").write_text("x")
    ci.outputs({"run-id": "7"}, Folder().leave)
    ci.summarize(iter(["x"]))
    step = _read(out)
    assert (step.summaries, step.problems) == ([str(workspace / "results" / "summary.md")], [])


def test_outputs_are_variables_of_the_step_that_survive_being_pasted_into_a_script() -> None:
    out = Screen()
    ci = a_ci("azure", out)
    ci.outputs({"run-id": "1042"}, Folder().leave)
    ci.outputs(
        {
            "run-id": 'x"; rm -rf $(HOME)\n##vso[task.complete result=Failed]',
            "run-url": "https://v.example/a b?c=$(TOKEN)&d='",
            "junit": "test results/junit.xml",
            "log-ids": "1," * 5_000,
        },
        Folder().leave,
    )
    step = _read(out)
    assert step.outputs == {
        "TESTRUN_RUN_ID": "x___rm_-rf___HOME__##vso_task.complete_result=Failed_",
        "TESTRUN_RUN_URL": "https://v.example/a%20b?c=%24%28TOKEN%29%26d=%27",
        "TESTRUN_JUNIT": "test results/junit.xml",
        "TESTRUN_LOG_IDS": "",
    }
    assert "TESTRUN_LOG_IDS stays empty" in step.shown[0]
    assert step.problems == []


def test_percents_are_left_alone_where_the_pipeline_does_not_decode_them(tmp_path: Path) -> None:
    out = Screen()
    _at(tmp_path, out, DECODE_PERCENTS="false").warning("100% sure\nor not")
    assert out.getvalue() == "##vso[task.logissue type=warning;]autify: 100% sure%0Aor not\n"
    command = parse(out.getvalue().rstrip("\n"), decodes=False)
    assert command is not None
    assert command.data == "autify: 100% sure\nor not"
