"""The environment of the user's command: the job's, without what is ours alone."""

from collections.abc import Iterable, Mapping

from core.inputs.sources import LONG_ENOUGH, USUAL_SECRETS

# Inputs as GitHub, any CI, and Drone and its like hand them on; what a template tells the script that starts us.
_PREFIXES = ("INPUT_", "TEST_RUNNER_", "PLUGIN_", "TESTRUN_SCRIPT_")
# GitHub hands these to an action, not to a `run:` step: whoever writes there speaks, or acts, in our name.
_GITHUBS = ("GITHUB_OUTPUT", "GITHUB_STATE", "ACTIONS_RUNTIME_TOKEN")
# The vendors' tokens, also where ours has come by another way: templates hand on all that a job may have.
_NAMES = frozenset((*_GITHUBS, *USUAL_SECRETS))


def environment_without(environment: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """A copy without our inputs, the files of our outputs, the vendors' tokens, and whatever holds a secret of ours.

    A secret of fewer than LONG_ENOUGH characters occurs in paths by chance: it must be the whole value.
    """
    hidden = [secret for secret in secrets if secret]
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(_PREFIXES) and name not in _NAMES and not _holds(value, hidden)
    }


def _holds(value: str, secrets: Iterable[str]) -> bool:
    return any(value == secret or (len(secret) >= LONG_ENOUGH and secret in value) for secret in secrets)
