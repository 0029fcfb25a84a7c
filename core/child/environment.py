"""The environment of the user's command: the job's, without what is ours alone."""

from collections.abc import Iterable, Mapping

_PREFIXES = ("INPUT_", "TEST_RUNNER_", "PLUGIN_")  # inputs as GitHub, any CI, and Drone and its like hand them on
# GitHub hands these to an action, not to a `run:` step: whoever writes there speaks, or acts, in our name.
_NAMES = frozenset(("GITHUB_OUTPUT", "GITHUB_STATE", "ACTIONS_RUNTIME_TOKEN"))
_LONG_ENOUGH = 8  # characters; a shorter secret occurs in paths by chance, and must be the whole value


def environment_without(environment: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """A copy without our inputs, the files of our outputs, and every variable that holds one of our secrets."""
    hidden = [secret for secret in secrets if secret]
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(_PREFIXES) and name not in _NAMES and not _holds(value, hidden)
    }


def _holds(value: str, secrets: Iterable[str]) -> bool:
    return any(value == secret or (len(secret) >= _LONG_ENOUGH and secret in value) for secret in secrets)
