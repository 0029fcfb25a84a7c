"""The last line of a verdict: the reason by which docs/errors.md is ordered, the exit code, and where that stands."""

from dataclasses import replace

import pytest

from core import PROJECT, VERSION
from core.ci import CIS
from core.model import Conclusion, ExitCode, Reason, TestReport
from tests.ci.hostile import Screen, a_ci, a_result, publish

DOUBT = replace(
    a_result(status=7),
    conclusion=Conclusion.ERROR,
    reason=Reason.MAY_EXIST,
    exit_code=ExitCode.RESULT_UNKNOWN,
)


@pytest.mark.parametrize("name", CIS)
def test_every_log_names_the_reason_and_where_this_very_version_explains_it(name: str) -> None:
    out = Screen()
    publish(a_ci(name, out), TestReport(title="t", run=None), DOUBT, summary=iter([]), annotations=8)
    told = f"What it means: {PROJECT}/blob/v{VERSION}/docs/errors.md#may-exist (test-runner-action {VERSION})"
    assert f"Conclusion: error (may-exist), exit code 7. {told}\n" in out.getvalue()


@pytest.mark.parametrize("name", CIS)
def test_of_a_green_run_there_is_little_to_say(name: str) -> None:
    out = Screen()
    publish(a_ci(name, out), TestReport(title="t", run=None), a_result(status=0), summary=iter([]), annotations=8)
    assert "Conclusion: passed, exit code 0.\n" in out.getvalue()
