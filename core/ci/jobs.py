"""Which job of which build this is, for a `cleanup` that must tell its own job's program from another's.

Names of variables: docs/ci, and the systems' own pages that each adapter names.
"""

from collections.abc import Mapping

from core.ci import detect

# What names a build, its attempt, its job, its agent, by the system that sets it. No other system's: a job may export
# what it likes, such as a BUILD_TAG for its own images. None where a system has no such variable, or is none.
VARIABLES: dict[str, tuple[str, ...]] = {
    "github": ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB", "RUNNER_NAME"),
    "gitlab": ("CI_JOB_ID",),
    "azure": ("BUILD_BUILDID", "SYSTEM_JOBID", "SYSTEM_JOBATTEMPT", "AGENT_ID"),
    "jenkins": ("JENKINS_URL", "JOB_NAME", "BUILD_NUMBER"),  # not BUILD_TAG, which pipelines set as they like
    "circleci": ("CIRCLE_WORKFLOW_JOB_ID", "CIRCLE_BUILD_NUM", "CIRCLE_NODE_INDEX"),
    "buildkite": ("BUILDKITE_JOB_ID",),
    "bitbucket": ("BITBUCKET_STEP_UUID",),
    "teamcity": ("BUILD_URL",),
    "drone": ("DRONE_BUILD_NUMBER", "DRONE_STAGE_NUMBER"),
    "travis": ("TRAVIS_JOB_ID",),
    "woodpecker": ("CI_PIPELINE_NUMBER", "CI_WORKFLOW_NUMBER"),
    "codebuild": ("CODEBUILD_BUILD_ID",),
    "semaphore": ("SEMAPHORE_JOB_ID",),
    "codefresh": ("CF_BUILD_ID",),
    "bamboo": ("bamboo_buildResultKey",),
    "generic": (),
    "terminal": (),
}


def job(env: Mapping[str, str], ci: str) -> dict[str, str]:
    """What is the same in every step of one job and in no other job; empty where nothing says which job it is.

    `ci` is a key of CIS: the system that is served, which need not be the one that we run in.
    """
    names = VARIABLES[ci] or VARIABLES[detect(env)]
    return {name: env[name][:300] for name in names if env.get(name)}
