"""From what the user wants (`os_type: linux`) to entries of Autify's own list, which are sent back whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import BadInputError
from core.vendors.autify.web.results import label

KEYS = ("os", "os_type", "os_version", "browser", "browser_type", "browser_version", "device", "device_type")
DEFAULT: Mapping[str, object] = {"os_type": "linux", "browser_type": "chrome"}
SHOWN = 10


def resolve(wanted: Sequence[Mapping[str, object]], offered: Sequence[Any]) -> list[Mapping[str, Any]]:
    """One entry of the list for each wish. Raises BadInputError naming all wishes that fit none, or several."""
    entries = [entry for entry in offered if isinstance(entry, dict) and not entry.get("unsupported")]
    if not wanted:
        return [_newest(_matching(DEFAULT, entries), entries)]
    problems, found = [], []
    for wish in wanted:
        unknown = [key for key in wish if key not in KEYS]
        matches = [] if unknown else _matching(wish, entries)
        if unknown:
            problems.append(("capabilities", f"{', '.join(unknown)}: the keys are {', '.join(KEYS)}."))
        elif not matches:
            problems.append(("capabilities", f"{_told(wish)} is not in Autify's list. It has: {_labels(entries)}."))
        elif len(matches) > 1:
            problems.append(("capabilities", f"{_told(wish)} fits several: {_labels(matches)}. Add a key."))
        else:
            found.append(matches[0])
    if problems:
        raise BadInputError(problems)
    return found


def _newest(matches: list[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Nobody chose a version, so the newest it is."""
    if not matches:
        text = f"Linux with Chrome, the default, is not in Autify's list. Choose from: {_labels(entries)}."
        raise BadInputError([("capabilities", text)])
    return max(matches, key=lambda entry: _version(entry.get("browser_version")))


def _matching(wish: Mapping[str, object], entries: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if all(_same(entry.get(key), value) for key, value in wish.items())]


def _same(offered: object, wanted: object) -> bool:
    """Texts by their letters, whatever their case; null and "" are the same nothing."""
    return str(offered or "").casefold() == str(wanted or "").casefold()


def _version(text: object) -> list[int]:
    return [int(part) if part.isascii() and part.isdigit() else 0 for part in str(text or "0")[:40].split(".")]


def _told(wish: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in wish.items())


def _labels(entries: Sequence[Mapping[str, Any]]) -> str:
    labels = sorted({label(entry) for entry in entries})
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return "; ".join(labels[:SHOWN]) + more
