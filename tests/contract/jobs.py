"""What each vendor is asked to do in the contract suite; a vendor without a job keeps the suite red."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.sandbox import BOXES, SCENARIOS, Scenario
from core.sandbox.faults import FAULTS
from tests.harness import TOKEN

FILES = Path(__file__).parents[1] / "files"
APP = str(FILES / "app.apk")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One way to use a vendor. `inputs` have `_` for `-`.

    `calls` are the operations besides the start and the poll, `later` those among them that come after the start:
    no failure of theirs changes the verdict. `at_start` and `at_poll` have the faults whose outcome differs from
    other vendors' there: (exit code, reason) of a run that passes. `unseen` are lies at the start that no client of
    this vendor can see through: the reply names a run, and nothing that is read later says whose it is. `unnamed`
    are lies at the poll of a vendor whose status does not say which run it is about: its result may still show them.
    `traceable`: a run whose start's reply was lost is surely found again. `senseless`: faults that change nothing
    there. `harmless` are faults that nothing in the reply to a start can have. `lied` has the lies at each poll that
    end in another way than `protocol`: (exit code, reason). `scenes`, for a vendor that only records, has the inputs
    that make the scenarios of these names: the box passes whatever it is sent, and failed tests beat all faults.
    `repeated`: a start that failed without effect in such a way is made again, once the vendor's list has shown that.
    """

    vendor: str
    box: str
    inputs: Mapping[str, str]
    poll: str
    starts: tuple[str, ...]
    calls: tuple[str, ...] = ()
    later: frozenset[str] = frozenset()
    at_start: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    at_poll: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    traceable: bool = False
    senseless: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    harmless: frozenset[str] = frozenset()
    lied: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    scenes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()

    def scene(self, scenario: str, folder: Path) -> tuple[Scenario, Mapping[str, str]]:
        """The box's scenario, and the inputs, whose files are put into the workspace."""
        if self.scenes:
            results = self.scenes[scenario]["results"]
            (folder / results).write_bytes((FILES / results).read_bytes())
            return SCENARIOS["passing"], {**self.inputs, **self.scenes[scenario]}
        return SCENARIOS[scenario], self.inputs

    @property
    def kinds(self) -> list[str]:
        """The faults that every vendor can have and that make sense at this one."""
        without: frozenset[str] = getattr(BOXES[self.box], "without", frozenset())
        return [kind for kind in FAULTS if kind not in without | self.senseless]


AMBIGUOUS = {"500", "502", "503", "504", "html", "echo-secret", "hang", "reset-before"}
AMBIGUOUS |= {"redirect", "redirect301", "redirect303", "redirect307", "redirect308"}

JOBS: dict[str, Job] = {
    "autify-scenarios": Job(
        vendor="autify",
        box="autify",
        inputs={"project_id": "77", "scenarios": "501\n502"},
        starts=("execute-scenarios",),
        poll="describe-result",
        calls=("list-results", "list-capabilities", "describe-scenario"),
        later=frozenset({"describe-scenario"}),
    ),
    "autify-plan": Job(
        vendor="autify",
        box="autify",
        inputs={"project_id": "77", "test_plan": "3001", "url_replacements": "https://a.test https://b.test"},
        starts=("execute-schedule",),
        poll="describe-result",
        calls=("list-results", "list-url-replacements", "create-url-replacement", "delete-url-replacement"),
        later=frozenset({"delete-url-replacement"}),
    ),
    "autify-mobile-app": Job(
        vendor="autify",
        box="autify-mobile",
        inputs={"product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001", "app_file": APP},
        starts=("run-test-plan",),
        poll="describe-test-result",
        calls=("list-test-results", "upload-build"),
        traceable=True,
        senseless=frozenset({"wrong-project"}),  # no answer there names a project
    ),
    "autify-mobile-build": Job(
        vendor="autify",
        box="autify-mobile",
        inputs={"product": "mobile", "project_id": "4yyABC", "test_plan": "tPl001", "build_id": "bLd900"},
        starts=("run-test-plan",),
        poll="describe-test-result",
        calls=("list-test-results",),
        senseless=frozenset({"wrong-project"}),
    ),
    "apptest-ai": Job(
        vendor="apptest-ai",
        box="apptest-ai",
        inputs={"token": f"dana@example.com:{TOKEN}", "project_id": "509", "app_file": APP},
        starts=("start-testset",),
        poll="get-testset",
        calls=("get-result",),
        unseen=frozenset({"stale", "wrong-id"}),
        unnamed=frozenset({"stale", "wrong-id", "wrong-project"}),
    ),
    "mendix-ats": Job(
        vendor="mendix-ats",
        box="mendix-ats",
        inputs={
            "app_id": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "template_id": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
        },
        starts=("run-job",),
        poll="get-test-run",
        unseen=frozenset({"wrong-id"}),
        harmless=frozenset({"huge-number", "nan"}),  # it holds no number
        lied={"wrong-id": (7, "refused")},  # a reply names no job: to be about another, it can only know none
    ),
    "testmo": Job(
        vendor="testmo",
        box="testmo",
        inputs={"project_id": "1", "source": "frontend"},
        scenes={
            "passing": {"results": "three-passed.xml"},
            "one-failure": {"results": "one-failed.xml"},
        },
        starts=("create-run",),
        poll="get-run",
        calls=("list-runs", "create-thread", "append-tests", "complete-thread", "complete-run"),
        later=frozenset({"list-runs", "create-thread", "append-tests", "complete-thread", "complete-run"}),
        traceable=True,
        repeated=frozenset(AMBIGUOUS),
    ),
    "qtest-upload": Job(
        vendor="qtest",
        box="qtest",
        inputs={"qtest_mode": "report-only", "project_id": "77", "test_suite": "TS-9"},
        scenes={
            "passing": {"results": "three-passed.xml"},
            "one-failure": {"results": "one-failed.xml"},
        },
        starts=("submit-suite-logs",),
        poll="get-queue-state",
        calls=("get-token-status",),
        unseen=frozenset({"stale", "wrong-id"}),
        senseless=frozenset({"wrong-project"}),  # no answer there names a project
    ),
}

FIRST = {job.vendor + job.box: name for name, job in reversed(JOBS.items())}
"""One job for each vendor and box, for what does not depend on the start."""


def kinds(names: Iterator[str] | None = None) -> list[tuple[str, str]]:
    """(job, fault) for the jobs of these names, else for all."""
    return [(name, kind) for name in names or JOBS for kind in JOBS[name].kinds]


def once() -> list[tuple[str, str]]:
    """(job, fault), with one job for each box."""
    return kinds(iter(sorted(FIRST.values())))


def others() -> list[tuple[str, str, str]]:
    """(job, call, fault) for the calls besides start and poll."""
    return [(name, call, kind) for name, kind in kinds() for call in JOBS[name].calls]
