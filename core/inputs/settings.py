"""The inputs that hold for every vendor."""

from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import option

MODES = ("run", "start", "wait", "cleanup")
OTHER_CIS = (
    "circleci",
    "buildkite",
    "bitbucket",
    "teamcity",
    "drone",
    "travis",
    "woodpecker",
    "codebuild",
    "semaphore",
    "codefresh",
    "bamboo",
)
FAILURES = ("failed", "inconclusive", "error", "timed-out", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """Durations are in seconds."""

    mode: str = option(
        kinds.choice(*MODES),
        "`run` starts a run, waits for it and reports; `start` only starts it; `wait` waits for the run "
        "`run-id`; `cleanup` ends what a killed step left behind.",
        default="run",
    )
    run_id: str = option(kinds.TEXT, "The run to attach to, for the modes `wait` and `cleanup`.", default="")
    base_url: str = option(
        kinds.BASE_URL,
        "Address of the vendor's API: https, or http on this machine only. A path prefix is kept.",
        default="",
        shown="the vendor's",
    )
    name: str = option(
        kinds.TEXT, "Name of the run at the vendor, where it takes one.", default="", shown="from the CI's metadata"
    )
    timeout: float = option(kinds.DURATION, "Longest wait for the verdict.", default=3600.0, shown="60m")
    outage_window: float | None = option(
        kinds.DURATION, "Longest stretch of failing polls that is ridden out.", shown="the rest of `timeout`"
    )
    poll_interval: float | None = option(
        kinds.DURATION, "A fixed time between two polls.", shown="adaptive: 1s at first, 30s in long runs"
    )
    expected_duration: float | None = option(
        kinds.DURATION,
        "How long the run usually takes: a hint that makes polling cheaper and quicker.",
        shown="learned from earlier runs where possible",
    )
    fail_on: frozenset[str] = option(
        kinds.words(*FAILURES, "warning", alone="never"),
        "What reddens the build, or `never`. Bad input, failed starts, unknown results, unwritable reports and "
        "signals always do.",
        default=frozenset(FAILURES),
        shown=" ".join(FAILURES),
    )
    allow_empty: bool = option(
        kinds.BOOLEAN, "A run without a case passes, as if `inconclusive` were left out of `fail-on`.", default=False
    )
    adopt: bool = option(
        kinds.BOOLEAN,
        "When the reply to the start is lost: take the single new run at the vendor as ours.",
        default=False,
    )
    on_timeout: str = option(
        kinds.choice("leave", "cancel"),
        "What happens at the timeout to the run at the vendor, where its API can cancel.",
        default="leave",
    )
    rerun_failed: int = option(
        kinds.integer(0, 5), "How often what did not pass is run again, where the vendor can.", default=0
    )
    on_missing_secret: str = option(
        kinds.choice("fail", "skip"),
        "`skip`: a build without the secret, such as one from a fork, ends as `skipped` with exit code 0.",
        default="fail",
    )
    results_dir: str = option(
        kinds.RESULTS_DIR,
        "Folder in the workspace for junit.xml, report.json and summary.md.",
        default="",
        shown="test-results/test-runner/<step>",
    )
    annotations: int = option(kinds.integer(0, 8), "Most cases annotated, 8 at most; 0 annotates none.", default=8)
    log_level: str = option(
        kinds.choice("info", "debug"), "`debug` shows each request, never a secret.", default="info"
    )
    ca_bundle: str = option(
        kinds.CA_BUNDLE, "A file of further certificate authorities (PEM) to trust.", default="", shown="none"
    )
    ci: str = option(
        kinds.choice("github", "gitlab", "azure", "jenkins", *OTHER_CIS, "terminal", "generic"),
        "The CI system to serve.",
        default="",
        shown="detected",
    )
