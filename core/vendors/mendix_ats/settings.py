"""The inputs of Mendix ATS: a CI/CD template of an app, by their ids, and the token of the CI/CD API."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import Kind, Problem, option
from core.text.secret import Secret

USER = "ATSAPIUser"  # name and password of the service's standard user: public constants, no secrets
_SHAPE = (8, 4, 4, 4, 12)


def identifier(text: str) -> str:
    """A UUID, as it was given: ATS compares texts."""
    groups = text.split("-")
    if tuple(map(len, groups)) != _SHAPE or set("".join(groups).lower()) - set("0123456789abcdef"):
        raise ValueError(f"{text!r} is no id of ATS: it is a UUID, such as 6fa459ea-ee8a-4ca4-894e-db77e160355e.")
    return text


def secret(text: str) -> Secret:
    """A secret that XML can carry."""
    bare = text.strip()
    if not bare.isprintable():
        raise ValueError("holds a line break or another control character. Copy it again.")
    return Secret(bare)


def user_name(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line break or another control character.")
    return text


UUID = Kind("UUID", identifier, example="6fa459ea-ee8a-4ca4-894e-db77e160355e")
SECRET = Kind("secret", secret, secret=True)
REQUIRED: Mapping[str, str] = {}
UNSUPPORTED: Mapping[str, str] = {"adopt": "ATS can't list jobs, so after a lost reply there is none to adopt."}
NO_DETAILS = "does not go with `details: false`: without test cases no rerun proves anything. Leave out one of the two."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: mendix-ats`."""

    token: Secret = option(
        SECRET,
        "CI/CD API token of the app, from the Test Settings page of ATS. A newer token disables the older one at once.",
        required=True,
        environment=("ATS_API_TOKEN",),
    )
    app_id: str = option(UUID, "The app's id in Mendix; required.", default="")
    template_id: str = option(
        UUID,
        "The CI/CD template to run: its UID on the tab CI/CD Templates of the page Test Runs. Required to start a run.",
        default="",
    )
    username: str = option(
        Kind("text", user_name), "User of the web service, for an ATS on your own premises.", default=USER
    )
    password: Secret = option(SECRET, "Password of that user.", default=Secret(USER), shown=USER)
    details: bool = option(
        kinds.BOOLEAN,
        "Ask for flags, counts and test cases; `false` for an ATS older than 2.11.2, which refuses the question.",
        default=True,
    )


def check(settings: Settings, mode: str, run_id: str, *, rerun_failed: int = 0) -> list[Problem]:
    """What no single input shows."""
    problems: list[Problem] = []
    if mode in ("run", "start", "wait") and not settings.app_id:
        problems.append(("app-id", f"is required: the app's id in Mendix. Example: {UUID.example}."))
    if mode in ("run", "start") and not settings.template_id:
        where = "the UID on the tab CI/CD Templates of the page Test Runs"
        problems.append(("template-id", f"is required: {where}. Example: {UUID.example}."))
    if rerun_failed and not settings.details and mode in ("run", "wait"):
        problems.append(("rerun-failed", NO_DETAILS))
    if mode == "wait" or (mode == "cleanup" and run_id):
        try:
            identifier(run_id)
        except ValueError as error:
            problems.append(("run-id", f"{error} It is the output `run-id` of the step that started the job."))
    return problems
