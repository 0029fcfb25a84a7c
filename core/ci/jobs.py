"""Which job of which build this is, for a `cleanup` that must tell its own job's program from another's.

Names of variables: docs/ci, and the systems' own pages that each adapter names.
"""

from collections.abc import Mapping

# A build, its attempt, its job, its agent: whatever of them a system has; no system has those of another.
VARIABLES = (
    *("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME"),
    *("CI_JOB_ID", "BUILD_BUILDID", "SYSTEM_JOBID", "SYSTEM_JOBATTEMPT", "AGENT_ID"),
    *("BUILD_TAG", "BUILD_URL", "CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_BUILD_NUM", "CIRCLE_NODE_INDEX"),
    *("BUILDKITE_JOB_ID", "BITBUCKET_STEP_UUID", "DRONE_BUILD_NUMBER", "DRONE_STAGE_NUMBER", "TRAVIS_JOB_ID"),
    *("CI_PIPELINE_NUMBER", "CI_WORKFLOW_NUMBER", "CODEBUILD_BUILD_ID", "SEMAPHORE_JOB_ID", "CF_BUILD_ID"),
    "bamboo_buildResultKey",
)


def job(env: Mapping[str, str]) -> str:
    """The same text in every step of one job and in no other job; nothing where no system says which job it is."""
    found = ((name, env.get(name, "")) for name in VARIABLES)
    return " ".join(f"{name}={text[:300]}" for name, text in found if text)
