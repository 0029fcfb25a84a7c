"""qTest's inputs: whose jobs are run, with which command, and what is told to qTest about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import Kind, Problem, option
from core.text.secret import Secret
from core.vendors.qtest.kinds import (
    OUTCOMES,
    agent_name,
    bare_token,
    heartbeat,
    length_or_nothing,
    status_map,
    token,
)
from core.vendors.qtest.template import check_template

UNSUPPORTED = {
    "rerun-failed": "qTest's API can't run again only what failed.",
    "adopt": "qTest's API can't list schedules, so after a lost reply there is none to adopt.",
    "run-id": "qTest has no run that a later step could wait for.",
}
REQUIRED = {"base-url": "is required: the address of your qTest, such as https://NAME.qtestnet.com."}
_MOST_JOBS = 1000
_NOT_HERE = "goes with the jobs of a host, and `qtest-mode` is report-only."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: qtest`. Durations are in seconds."""

    token: Secret = option(
        Kind("secret", token, secret=True, parts=lambda text: [bare_token(text)]),
        "Bearer token, from qTest's Resources, API & SDK.",
        required=True,
        environment=("QTEST_TOKEN",),
    )
    qtest_mode: str = option(
        kinds.choice("host", "trigger", "report-only"),
        "`host` runs the jobs that are due for the agent; `trigger` schedules `test-run-ids` and runs them; "
        "`report-only` uploads JUnit files.",
        default="host",
    )
    project_id: int = option(
        kinds.IDENTIFIER, "The project, required: the number in the address of its pages.", default=0
    )
    command: str = option(
        kinds.TEXT,
        "The tests to run for a job: split into words like a shell would, never run by one. `{automation_contents}`, "
        "`{automation_content}`, `{test_case_name}`, `{test_run_id}`, `{job_id}`, `{material_file}` and `{junit}` are "
        "filled in.",
        default="",
    )
    working_directory: str = option(
        kinds.RELATIVE_PATH, "Folder in the workspace where `command` runs.", default="", shown="the workspace"
    )
    shell: str = option(
        kinds.choice("env"),
        "`env`: for a `command` that is a shell; the contents come in variables, QTEST_AUTOMATION_CONTENT and "
        "QTEST_AUTOMATION_CONTENTS, and nothing is filled in.",
        default="",
        shown="none",
    )
    results: tuple[str, ...] = option(
        Kind("list of globs", kinds.lines, example="build/test-results/**/*.xml", multiline=True),
        "The JUnit files that the command writes, unless it writes to `{junit}`; with `report-only` those to upload. "
        "One path or pattern (`**` too) a line.",
        default=(),
    )
    agent_name: str = option(
        Kind("text", agent_name), "The agent whose jobs are run.", default="", shown="ci- and the repository's name"
    )
    agent_id: int = option(kinds.IDENTIFIER, "The same by its id: no other one is registered.", default=0)
    host_name: str = option(
        kinds.TEXT, "The name of the automation host.", default="", shown="ci- and the repository's name"
    )
    host_id: int = option(kinds.IDENTIFIER, "The host by its id.", default=0)
    framework: str = option(kinds.TEXT, "The agent's framework.", default="junit")
    framework_id: str = option(
        kinds.TEXT, "Its id: junit-plugin, testNG-plugin, cucumber-plugin.", default="junit-plugin"
    )
    test_run_ids: tuple[int, ...] = option(
        kinds.list_of(kinds.identifier, "list of ids", "88120"), "`trigger`: the test runs to schedule.", default=()
    )
    test_suite: str = option(kinds.TEXT, "`report-only`: the test suite to upload into, by id or PID.", default="")
    test_cycle: str = option(kinds.TEXT, "`report-only`: the test cycle to upload into, by id or PID.", default="")
    report: bool = option(kinds.BOOLEAN, "Log each result to its test run.", default=True)
    report_required: bool = option(
        kinds.BOOLEAN, "A result that can't be logged makes the job FAILED and the step red.", default=True
    )
    status_map: Mapping[str, str] = option(
        Kind("list of passed=WORD", status_map, example="passed=PASS", multiline=True),
        "The words of qTest's Automation Settings for passed, failed and skipped.",
        default=None,
        shown="PASSED FAILED SKIPPED",
    )
    unmatched: str = option(
        kinds.choice("warn", "fail"),
        "`fail`: a job with a test that the JUnit files lack is FAILED at qTest. The step fails in either case.",
        default="warn",
    )
    on_ambiguous_claim: str = option(
        kinds.choice("skip", "run"),
        "A job whose claim got no answer: `skip` leaves it alone, `run` claims it once more and runs it in any case.",
        default="skip",
    )
    lookback: float = option(kinds.DURATION, "How long a job may be overdue.", default=86_400.0, shown="24h")
    max_jobs: int = option(kinds.integer(1, _MOST_JOBS), "Most jobs to run.", default=_MOST_JOBS)
    job_timeout: float | None = option(
        kinds.DURATION, "Longest time for the command of one job.", shown="the rest of `timeout`"
    )
    idle_timeout: float | None = option(
        Kind("duration", length_or_nothing, example="0s, 90s or 30m"),
        "How long to wait for a job.",
        shown="0s: what is due now; with `trigger` 10m",
    )
    heartbeat: float = option(
        Kind("duration", heartbeat, example="10m"), "Time between two signs of life.", default=600.0, shown="10m"
    )
    per: str = option(kinds.choice("job", "material"), "Run the command once for each.", default="job")
    deactivate: bool | None = option(
        kinds.BOOLEAN, "Deactivate the agent at the end, if this step activated it.", shown="true with `trigger`"
    )
    dry_run: bool = option(
        kinds.BOOLEAN,
        "Only list the jobs that would be run: `skipped` with exit code 0 if there are any.",
        default=False,
    )

    @property
    def words(self) -> Mapping[str, str]:
        """The project's word for each outcome."""
        return {name: name.upper() for name in OUTCOMES} | dict(self.status_map or {})

    @property
    def patience(self) -> float:
        """How long to wait for a job that does not come."""
        if self.idle_timeout is not None:
            return self.idle_timeout
        return 600.0 if self.qtest_mode == "trigger" else 0.0


def check(settings: Settings, mode: str, run_id: str) -> list[Problem]:  # noqa: ARG001 -- one signature for all vendors
    """What no single input shows."""
    if mode == "cleanup":
        return []
    if mode != "run":
        return [("mode", f"qTest has no `{mode}`: a job is run by the step that claims it.")]
    return list(_problems(settings))


def _problems(settings: Settings) -> Iterator[Problem]:
    if not settings.project_id:
        yield "project-id", "is required: the number in the address of the project's pages."
    if settings.qtest_mode == "report-only":
        yield from _report_only(settings)
        return
    yield from _command(settings)
    if settings.qtest_mode == "trigger" and not settings.test_run_ids:
        yield "test-run-ids", "is required with `qtest-mode: trigger`."
    if settings.qtest_mode == "host" and settings.test_run_ids:
        yield "test-run-ids", "goes with `qtest-mode: trigger`."
    if settings.qtest_mode == "trigger" and settings.dry_run:
        yield "dry-run", "goes with `qtest-mode: host`: what is to be scheduled is known."
    for name in ("test_suite", "test_cycle"):
        if getattr(settings, name):
            yield name.replace("_", "-"), "goes with `qtest-mode: report-only`."


def _command(settings: Settings) -> Iterator[Problem]:
    if not settings.command:
        if not settings.dry_run:
            yield "command", "is required: it runs the tests of a job. Example: pytest --junitxml={junit}."
        return
    yield from check_template(settings.command, env=settings.shell == "env", per_material=settings.per == "material")
    if not settings.results and "{junit}" not in settings.command and "QTEST_JUNIT" not in settings.command:
        yield "results", "is required, unless `command` writes to {junit}: the JUnit files that the command writes."


def _report_only(settings: Settings) -> Iterator[Problem]:
    if not settings.results:
        yield "results", "is required: the JUnit files to upload."
    if bool(settings.test_suite) == bool(settings.test_cycle):
        yield "test-suite", "give either `test-suite` or `test-cycle`: where the results go."
    if not settings.report:
        yield "report", f"`false` {_NOT_HERE}"
    if settings.max_jobs != _MOST_JOBS:
        yield "max-jobs", _NOT_HERE
    for name in ("command", "shell", "working_directory", "test_run_ids", "dry_run"):
        if getattr(settings, name):
            yield name.replace("_", "-"), _NOT_HERE
