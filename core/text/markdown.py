"""Hostile text made harmless for a page of GitHub-flavoured Markdown: it shows as it is and means nothing.

Each sign that could begin something gets a backslash (CommonMark 2.4): links, images, code, tables, HTML, and the
addresses that GitHub would link by itself. What GitHub looks for after all that, in the finished page (mentions,
references, emoji), is parted by an empty comment.
"""

import re

from core.text.sanitize import defuse

_SIGNS = r"[\\`*_{}\[\]<>#+!|~&@$^=]|-(?=[-\s]|$)|:(?=/)|(?i:(?<=www))\."
_NUMBERED = r"^(\d+)([.)])"
_SHORTCODE = r":(?=(?:[a-z_+-][a-z0-9_+-]{0,40}|100|1234):)"
_CODE = r"(?<!`)(`[\w./:-]{1,80}(?:: [\w./:-]{1,80})?`)(?!`)"
_IN_ADDRESS = {**{ord(sign): f"%{ord(sign):02X}" for sign in "<>\\|`\"'[](){}*^"}, ord("&"): "&amp;"}
_RUN = "`+"
_APART = "<!-- -->"


def inline(text: str, limit: int = 300) -> str:
    """One line of text, at most `limit` characters of it."""
    return _escaped(_line(text, limit))


def prose(text: str, limit: int = 300) -> str:
    """The same, but a plain word between backticks, such as an input's name, shows as code, alone or as `name: value`.

    Nothing else does, whoever wrote it: there is no sign in such words that could mean anything.
    """
    words = re.split(_CODE, _line(text, limit))
    return "".join(word if number % 2 else _escaped(word) for number, word in enumerate(words))


def in_html(text: str, limit: int = 300) -> str:
    """One line of text inside an HTML element, where Markdown's backslashes would show."""
    escaped = "".join(sign if sign.isalnum() or sign == " " else f"&#{ord(sign)};" for sign in _line(text, limit))
    return re.sub("&#(?:35|58|64);", rf"\g<0>{_APART}", escaped)


def link(text: str, url: str, limit: int = 300) -> str:
    """A link to an address that wording.is_link() has let through."""
    return f"[{inline(text, limit)}](<{url.translate(_IN_ADDRESS)}>)"


def fenced(text: str, limit: int = 4_000) -> str:
    """A block of code whose fence is longer than any run of backticks in the text."""
    clean = defuse(text[: 2 * limit]).strip("\n")
    if len(clean) > limit:
        clean = f"{clean[:limit]}\n… cut here"
    longest = max((len(run) for run in re.findall(_RUN, clean)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{clean}\n{fence}\n"


def _line(text: str, limit: int) -> str:
    line = " ".join(defuse(text[: limit * 8]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _escaped(line: str) -> str:
    if line.isascii() and line.replace(" ", "").isalnum():
        return line
    escaped = re.sub(_NUMBERED, r"\1\\\2", re.sub(_SIGNS, _escape, line))
    escaped = re.sub(r"\\@", f"@{_APART}", re.sub(r"\\#(?=\d)", f"#{_APART}", escaped))
    return re.sub(_SHORTCODE, f":{_APART}", escaped) if escaped.count(":") > 1 else escaped


def _escape(match: "re.Match[str]") -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(match[0], f"\\{match[0]}")
