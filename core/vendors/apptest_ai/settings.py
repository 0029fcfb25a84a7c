"""apptest.ai's inputs: an app for a project's devices, or a recorded scenario. Limits: the vendor's API document."""

import os
from binascii import b2a_base64
from collections.abc import Callable
from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import Kind, Problem, option
from core.text.secret import Secret

EXTENSIONS = ("ipa", "zip", "app", "apk", "xapk", "apks")
LONGEST_CALLBACK = 250
LONGEST_LOGIN = 150
_LFS_POINTER = b"version https://git-lfs"


def token(text: str) -> Secret:
    """`user:accesskey`, the one secret of the vendor's own integrations; only the first colon parts the two."""
    bare = text.strip()
    user, colon, key = bare.partition(":")
    if colon and lacks(bare):
        empty = "nothing" if not (user or key) else "no login before it" if key else "no access key behind it"
        raise ValueError(f"has a colon and {empty}: are the variables that it is made of set for this event?")
    if not (user and colon and key):
        raise ValueError("must be the login and the access key with a colon between them, `user:accesskey`.")
    if not bare.isprintable():
        raise ValueError("holds a line break or another character that can't be meant. Copy it again.")
    return Secret(bare)


def lacks(text: str) -> bool:
    """Composed of two variables of a CI, of which a build from a fork has none, or only the one that is no secret."""
    user, colon, key = text.partition(":")
    return not text.strip() or bool(colon and not (user.strip() and key.strip()))


def basic(pair: str) -> str:
    """As HTTP's Basic scheme has it, in UTF-8: a user's name may be in any script."""
    return b2a_base64(pair.encode(), newline=False).decode("ascii")


def parts(text: str) -> tuple[str, ...]:
    """What else has to be hidden: both halves of the secret, and what goes over the wire."""
    user, _, key = text.strip().partition(":")
    return user, key, basic(text.strip())


def app(text: str) -> str:
    """The path of a file that the vendor takes: told before a byte of it is sent."""
    if os.path.isdir(text):
        raise ValueError(f"{text!r} is a folder. Pack it into a zip or an ipa.")
    path = kinds.regular_file(text)
    ending = os.path.splitext(path)[1].lower().lstrip(".")
    if ending not in EXTENSIONS:
        raise ValueError(f"{text!r} ends in {ending or 'nothing'!r}: apptest.ai takes {', '.join(EXTENSIONS)}.")
    with open(path, "rb") as file:
        start = file.read(len(_LFS_POINTER))
    if not start:
        raise ValueError(f"the file {text!r} is empty.")
    if start == _LFS_POINTER:
        raise ValueError(f"{text!r} is a pointer of Git LFS, not the app. Check it out with `lfs: true`.")
    return path


def address(text: str) -> str:
    """A URL that the vendor calls."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in ("http", "https") or not rest.partition("/")[0]:
        raise ValueError("is no address: it starts with https:// and names a host.")
    if not text.isprintable() or " " in text:
        raise ValueError("holds a space or a character that no address has.")
    if len(text) > LONGEST_CALLBACK:
        raise ValueError(f"has {len(text)} characters: apptest.ai takes {LONGEST_CALLBACK}.")
    return text


def login(convert: Callable[[str], object]) -> Callable[[str], object]:
    """A part of the credentials."""

    def checked(text: str) -> object:
        if len(text) > LONGEST_LOGIN:
            raise ValueError(f"has {len(text)} characters: apptest.ai takes {LONGEST_LOGIN}.")
        return convert(text)

    return checked


def scenario(text: str) -> int:
    """0 stands for the automated test."""
    return 0 if text == "0" else kinds.identifier(text)


REQUIRED: dict[str, str] = {}
UNSUPPORTED = {
    "adopt": "apptest.ai can't list testsets, so after a lost reply there is none to adopt.",
    "rerun-failed": "apptest.ai's API can't run again only what failed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: apptest-ai`. `time_limit` is in minutes."""

    token: Secret = option(
        Kind("secret", token, secret=True, parts=parts, lacks=lacks),
        "User and access key of an apptest.ai account, `user:accesskey`; the key stands on the profile page.",
        required=True,
        environment=("APPTEST_AI_ACCESS_KEY",),
    )
    project_id: int | None = option(kinds.IDENTIFIER, "The project, whose devices the app is tested on.")
    app_file: str = option(
        Kind("file", app, example="build/app.apk"), f"The app to test: {', '.join(EXTENSIONS)}.", default=""
    )
    time_limit: int | None = option(
        kinds.integer(5, 30), "Minutes that the test may take on each device.", shown="the project's"
    )
    use_vo: bool | None = option(kinds.BOOLEAN, "Measure with AT&T's Video Optimizer.", shown="false")
    callback: str = option(
        Kind("URL", address, example="https://ci.example.com/done"),
        "An address that apptest.ai sends the result to.",
        default="",
    )
    login_id: str = option(
        Kind("text", login(str)), "User name of a test account, for the app under test to log in.", default=""
    )
    login_password: Secret | None = option(
        Kind("secret", login(Secret), secret=True), "The password that goes with it."
    )
    os_type: str = option(kinds.choice("ANDROID", "iOS"), "The app's system.", default="", shown="told by the app")
    scenario_id: int | None = option(
        Kind("id", scenario),
        "A recorded scenario to run in place of an app's automated test; then without `app-file`.",
        shown="0, the automated test",
    )


def check(settings: Settings, mode: str, run_id: str) -> list[Problem]:
    """What no single input shows."""
    problems: list[Problem] = []
    if mode in ("run", "start"):
        problems += _check_start(settings)
    if mode == "wait":
        try:
            kinds.identifier(run_id)
        except ValueError as error:
            problems.append(("run-id", f"{error} It is the output `run-id` of the step that started the run."))
    return problems


def _check_start(settings: Settings) -> list[Problem]:
    problems: list[Problem] = []
    if settings.project_id is None:
        problems.append(("project-id", "is required: the number of the project in the address of apptest.ai's pages."))
    if settings.scenario_id and settings.app_file:
        problems.append(("app-file", "does not go with `scenario-id`: a scenario runs with the project's own app."))
    elif not (settings.scenario_id or settings.app_file):
        problems.append(
            ("app-file", f"is required without `scenario-id`: the app to test, one of {', '.join(EXTENSIONS)}.")
        )
    if settings.login_id and settings.login_password is None:
        problems.append(("login-password", "is required with `login-id`."))
    elif settings.login_password is not None and not settings.login_id:
        problems.append(("login-id", "is required with `login-password`."))
    return problems
