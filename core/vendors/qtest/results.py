"""What came of the jobs of a step: of each one, and of all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.errors import RunnerError
from core.junit_read import Cases
from core.model import Outcome, TestCase, TestReport, TestSuite, Totals, Verdict
from core.vendors.qtest.executing import Ran
from core.vendors.qtest.jobs import Job

COMPLETED, FAILED = "COMPLETED", "FAILED"


@dataclass(slots=True, kw_only=True)
class JobResult:
    """What came of a job. `trouble` is why its result is not the whole truth; it decides after failed tests."""

    job: Job
    ran: list[Ran] = field(default_factory=list)
    problems: list[TestCase] = field(default_factory=list)
    unmatched: int = 0
    failed: bool = False  # the word for qTest
    trouble: RunnerError | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return FAILED if self.failed else COMPLETED

    @property
    def suites(self) -> list[TestSuite]:
        name = f"qTest job {self.job.id}"
        found = [TestSuite(name=name, cases=Cases(file), timestamp="") for ran in self.ran for file in ran.files]
        if self.problems:
            found.append(TestSuite(name=name, cases=tuple(self.problems), timestamp=""))
        return found

    @property
    def totals(self) -> Totals:
        return _sum([*(ran.totals for ran in self.ran if ran.survey), Totals(errored=len(self.problems))])

    def problem(self, name: str, message: str) -> None:
        """Something that makes the step red, shown as an errored case."""
        classname = f"qTest job {self.job.id}"
        self.problems.append(TestCase(name=name, classname=classname, outcome=Outcome.ERRORED, message=message))


def totals_of(results: Sequence[JobResult]) -> Totals:
    return _sum([result.totals for result in results])


def verdict_of(totals: Totals) -> Verdict:
    if totals.failed + totals.errored:
        return Verdict.FAILED
    return Verdict.PASSED if totals.tests else Verdict.SKIPPED


def report_of(results: Sequence[JobResult], project: int) -> TestReport:
    """The cases of all jobs, without a verdict."""
    return TestReport(
        title=f"qTest, {len(results)} jobs of project {project}",
        run=None,
        suites=tuple(suite for result in results for suite in result.suites),
        totals=totals_of(results),
        warnings=tuple(warning for result in results for warning in result.warnings),
    )


def outputs_of(results: Sequence[JobResult]) -> dict[str, str]:
    """The counts as outputs of the step; the exit code is that of the last command that was run."""
    codes = [ran.ended.exit_code for result in results for ran in result.ran]
    return {
        "command-exit-code": str(codes[-1]) if codes else "",
        "jobs": str(len(results)),
        "jobs-failed": str(sum(result.failed for result in results)),
        "unmatched": str(sum(result.unmatched for result in results)),
    }


def _sum(each: Sequence[Totals]) -> Totals:
    return Totals(
        passed=sum(totals.passed for totals in each),
        failed=sum(totals.failed for totals in each),
        errored=sum(totals.errored for totals in each),
        skipped=sum(totals.skipped for totals in each),
        flaky=sum(totals.flaky for totals in each),
        seconds=sum(totals.seconds for totals in each),
    )
