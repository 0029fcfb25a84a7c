"""Hostile text made harmless for a log: no line of it acts as a command of a CI, forges a line or hides one.

Everything is linear in the text: the patterns have no nested repetition, and a long text is cut first. The
patterns are compiled at their first use, which most runs never reach: nearly all lines are plain.
"""

import re

GUTTER = "| "
LONGEST_TEXT = 65_536  # characters of one text that are looked at, whatever its lines
MOST_LINES = 200

# What acts on a terminal, or hides a marker from us but not from a parser: controls but TAB and LF, format
# characters (category Cf), and whatever else Unicode lets a comparison ignore (fillers, variation selectors).
_HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd"
    "\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# The bytes of UTF-8 that none of these begins with; an escape of a terminal begins with one of them.
_SUSPECT = b"\x7f\xc2\xcd\xd8\xdb\xdc\xe0\xe1\xe2\xe3\xef\xf0\xf3"
_HARMLESS = b"\t\n" + bytes(byte for byte in range(0x20, 0x100) if byte not in _SUSPECT)
_COLOURS = "\x1b\\[[0-?]*[ -/]*[@-~]"  # ECMA-48 control sequences: taken out whole, they would leave litter
_MARKER = r"(?i)##(?=(?:vso|teamcity)?\[)"  # these act in the middle of a line
_LINE_START = r"^(\s*)(:(?=:)|-(?=-- )|\+(?=\+\+ )|~(?=~~ )|\^(?=\^\^ ))"  # these act at its start


def sanitize(text: str, *, limit: int = 4000) -> str:
    """The text as it may stand in a log: further lines get a gutter, lines are cut at `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "##" not in text and text[:1] not in " :-+~^":
        return text
    first, *rest = _lines(text, limit)
    return "\n".join([_start(first), *(GUTTER + line for line in rest)])


def quoted_block(text: str, *, limit: int = 4000, most: int = MOST_LINES) -> list[str]:
    """Raw text as lines that each start with a visible gutter; at most `most`, and a word on the rest."""
    return [GUTTER + line for line in _lines(text, limit, most)] if text.strip() else []


def one_line(text: str, limit: int = 200) -> str:
    """A vendor's word as a part of a sentence of ours."""
    if len(text) > limit * 8:
        text = text[: limit * 8]
    line = _start(" ".join(defuse(text).split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def defuse(text: str) -> str:
    """The text without hidden characters and with broken markers, its lines as they are.

    For places where the start of a line means nothing, such as the data of an annotation.
    """
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
        if "\x1b" in text:
            text = re.sub(_COLOURS, "", text)
        text = re.sub(_HIDDEN, "", text)
        text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair would stop the writer
    return re.sub(_MARKER, "##_", text) if "##" in text else text


def hides(text: str) -> bool:
    """Whether there are characters in the text that defuse() takes out, which joins what stands around them.

    Asked of every text of every case: most are known to be harmless by their bytes, at a tenth of a pattern's cost.
    """
    is_suspect = text.encode("utf-8", "surrogatepass").translate(None, _HARMLESS)
    return bool(is_suspect) and re.search(_HIDDEN, text) is not None


def _lines(text: str, limit: int, most: int = MOST_LINES) -> list[str]:
    length = len(text)
    lines = defuse(text[:LONGEST_TEXT]).rstrip("\n").split("\n")
    cut = length > LONGEST_TEXT or len(lines) > most
    lines = [_cut(line, limit) for line in lines[:most]]
    return [*lines, f"… cut here: the whole text has {length} characters"] if cut else lines


def _start(line: str) -> str:
    return re.sub(_LINE_START, r"\1\2 ", line) if line.lstrip()[:1] in tuple(":-+~^") else line


def _cut(line: str, limit: int) -> str:
    return line if len(line) <= limit else f"{line[:limit]}… and {len(line) - limit} more characters"
