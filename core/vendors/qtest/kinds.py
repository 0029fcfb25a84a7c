"""The kinds of inputs that only qTest has: each a text as people write it, as its value, or ValueError."""

from collections.abc import Mapping

from core.inputs import kinds
from core.text.secret import Secret

OUTCOMES = ("passed", "failed", "skipped")


def bare_token(text: str) -> str:
    """The token without the word `bearer`, which people copy with it."""
    first, _, rest = text.strip().partition(" ")
    return rest.strip() if first.lower() == "bearer" else text.strip()


def token(text: str) -> Secret:
    """A token that can travel in a header."""
    bare = bare_token(text)
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise ValueError("holds a space, a line break or a character that no token has. Copy it again.")
    return Secret(bare)


def agent_name(text: str) -> str:
    if "'" in text or not text.isprintable() or len(text) > 255:
        raise ValueError("must be at most 255 printable characters without ': qTest's search has no way to quote it.")
    return text


def status_map(text: str) -> Mapping[str, str]:
    """`passed=PASS`, one a line or between commas."""
    found: dict[str, str] = {}
    for item in kinds.items(text):
        name, separator, word = item.partition("=")
        if name.strip() not in OUTCOMES or not separator or not word.strip():
            raise ValueError(f"{item!r} is none of passed=WORD, failed=WORD, skipped=WORD.")
        found[name.strip()] = word.strip()
    return found


def length_or_nothing(text: str) -> float:
    """A duration, or `0s` for none at all."""
    return 0.0 if text in ("0s", "0m", "0h") else kinds.duration(text)


def heartbeat(text: str) -> float:
    found = kinds.duration(text)
    if not 60 <= found <= 1500:
        raise ValueError(f"{text} is out of range: 1m to 25m, since qTest looks for signs of life every 30 minutes.")
    return found
