"""Hostile text made harmless for a page of GitHub-flavoured Markdown: it shows as it is and means nothing.

Each sign that could begin something gets a backslash (CommonMark 2.4): links, images, code, tables, HTML, mentions,
and the addresses that GitHub would link by itself.
"""

import re

from core.sanitize import defuse

_SIGNS = r"[\\`*_{}\[\]<>#+!|~&@$^=]|-(?=[-\s]|$)|:(?=/)|(?i:(?<=www))\."
_NUMBERED = r"^(\d+)([.)])"
_IN_ADDRESS = {ord(sign): f"%{ord(sign):02X}" for sign in "<>\\|`\"'[](){}*^"}
_RUN = "`+"


def inline(text: str, limit: int = 300) -> str:
    """One line of text, at most `limit` characters of it; an `@` is kept from becoming a mention or an address."""
    line = " ".join(defuse(text[: limit * 8]).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    if line.isascii() and line.replace(" ", "").isalnum():
        return line
    escaped = re.sub(_NUMBERED, r"\1\\\2", re.sub(_SIGNS, _escape, line))
    return escaped.replace("\\@", "@<!-- -->")


def in_html(text: str, limit: int = 300) -> str:
    """One line of text inside an HTML element, where Markdown's backslashes would show."""
    line = " ".join(defuse(text[: limit * 8]).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    return "".join(sign if sign.isalnum() or sign == " " else f"&#{ord(sign)};" for sign in line)


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


def _escape(match: "re.Match[str]") -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(match[0], f"\\{match[0]}")
