"""Which job of which build this is, for a `cleanup` that must tell its own job's program from another's.

Names of variables: docs/ci, and the systems' own pages that each adapter names.
"""

from collections.abc import Mapping

from core.ci import CIS, detect


def job(env: Mapping[str, str], ci: str) -> dict[str, str]:
    """What is the same in every step of one job and in no other job; empty where nothing says which job it is.

    `ci` is a key of CIS: the system that is served, which need not be the one that we run in. No other system's
    variables count: a job may export what it likes, such as a BUILD_TAG for its own images.
    """
    names = CIS[ci].job or CIS[detect(env)].job
    return {name: env[name][:300] for name in names if env.get(name)}
