"""The outputs of a step by their names, a closed list. What each means is in the README's table."""

NAMES = (
    "conclusion",
    "reason",
    "exit-code",
    "run-id",
    "run-url",
    "tests",
    "passed",
    "failed",
    "errored",
    "skipped",
    "flaky",
    "seconds",
    "command-exit-code",
    "junit",
    "summary",
    "json",
    "recorded-run-id",
    "recorded-run-url",
    "host-id",
    "agent-id",
    "schedule-id",
    "jobs",
    "jobs-failed",
    "unmatched",
    "log-ids",
)
PATHS = ("junit", "summary", "json")  # those that the user has a hand in, and no vendor
PREFIX = "TESTRUN_"


def variable(name: str) -> str:
    """The variable of an output: `run-id` is TESTRUN_RUN_ID."""
    return PREFIX + name.upper().replace("-", "_")
