"""Our results and the user's reports kept apart: what lies where our junit.xml goes is deleted before it is read."""

from collections.abc import Sequence
from itertools import accumulate

from core.errors import BadInputError
from core.workspace.patterns import Exclusion, matcher, parts_of
from core.workspace.walk import OURS

_JUNIT = "junit.xml"


def clash(patterns: Sequence[str], folder: str, workspace: str) -> str:
    """The first of the user's patterns that means our junit.xml in this folder, or only what lies in it; else empty.

    Letters of either case are the same here, as on some file systems. A pattern that is wrong in itself counts as none.
    """
    names = [name for name in folder.replace("\\", "/").split("/") if name not in ("", ".")]
    if not names or f"{'/'.join(names)}/".startswith(tuple(f"{path}/" for path in OURS)):
        return ""  # where no pattern looks
    if any(_takes_out(each, names, workspace) for each in patterns if each.startswith("!")):
        return ""
    names = [name.lower() for name in names]
    path = (*names, _JUNIT)
    for pattern in patterns:
        parts = _parts(pattern, workspace)
        if not pattern.startswith("!") and (_matches(parts, path) or _lies_in(parts, names)):
            return pattern
    return ""


def _takes_out(pattern: str, names: Sequence[str], workspace: str) -> bool:
    """Whether a line that begins with `!` takes out our junit.xml, or a folder that it lies in."""
    try:
        line = Exclusion(pattern, workspace)
    except BadInputError:
        return False
    folders = list(accumulate(names, "{}/{}".format))
    return line.takes_out(f"{folders[-1]}/{_JUNIT}", is_folder=False) or any(
        line.takes_out(folder, is_folder=True) for folder in folders
    )


def _parts(pattern: str, workspace: str) -> tuple[str, ...]:
    try:
        return tuple(part.lower() for part in parts_of(pattern, workspace))
    except BadInputError:
        return ()


def _lies_in(parts: Sequence[str], names: list[str]) -> bool:
    return len(parts) > len(names) and list(parts[: len(names)]) == names


def _matches(parts: Sequence[str], names: Sequence[str]) -> bool:
    """As the search itself: `**` for any number of folders, none with a dot in front."""
    if not parts or not names:
        return not parts and not names
    if parts[0] == "**":
        return _matches(parts[1:], names) or (not names[0].startswith(".") and _matches(parts, names[1:]))
    return matcher(parts[0])(names[0]) and _matches(parts[1:], names[1:])
