"""The environment of the user's command: the job's, without what is ours alone."""

from collections.abc import Iterable, Mapping

from core.inputs.sources import LONG_ENOUGH, USUAL_SECRETS
from core.text.secret import encoded_forms

# Inputs as GitHub, any CI, and Drone and its like hand them on; what a template tells the script that starts us.
_PREFIXES = ("INPUT_", "TEST_RUNNER_", "PLUGIN_", "TESTRUN_SCRIPT_")
# GitHub hands these to an action, not to a `run:` step: whoever writes there speaks, or acts, in our name.
_GITHUBS = ("GITHUB_OUTPUT", "GITHUB_STATE", "ACTIONS_RUNTIME_TOKEN")
# The vendors' tokens, also where ours has come by another way: templates hand on all that a job may have.
_NAMES = frozenset((*_GITHUBS, *USUAL_SECRETS))


def environment_without(environment: Mapping[str, str], secrets: Iterable[str]) -> dict[str, str]:
    """A copy without our inputs, the files of our outputs, the vendors' tokens, and whatever holds a secret of ours.

    Also one in an encoded form, as in a header for Basic authentication or in an address. A secret of fewer than
    LONG_ENOUGH characters occurs in paths by chance: it must be the whole value.
    """
    forms = {form: len(secret) >= LONG_ENOUGH for secret in secrets if secret for form in encoded_forms(secret)}
    return {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(_PREFIXES) and name not in _NAMES and not _holds(value, forms)
    }


def _holds(value: str, forms: Mapping[str, bool]) -> bool:
    """`forms` says of each whether it counts as a part of the value, too."""
    return any(value == form or (as_part and form in value) for form, as_part in forms.items())
