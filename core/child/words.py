"""A command as words, as a shell would split it; no shell ever sees it."""

import re
import shlex
from collections.abc import Sequence

from core.errors import BadInputError

_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)
_QUOTED_ON_WINDOWS = re.compile(r"""'[^']*'|"[^"]*\"""")
_CONTINUED = re.compile(r"""('[^']*')|("(?:\\.|[^"\\])*")|(\\\r?\n)|\\.""", re.DOTALL)
_LINE_END = re.compile(r"\\\r?\n|\\.", re.DOTALL)
_OPERATOR = re.compile(r"[;&|<>`]|\$\(")
_WORD = re.compile(r"\S+")
_NAME = re.compile(r"(?:.*=)?\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})", re.DOTALL)


def split(text: str, *, windows: bool = False) -> list[str]:
    """The words of the input `command`; raises BadInputError where a quote is not closed or nothing is there.

    White space and line ends separate; quotes of either kind keep together. Elsewhere than on Windows a backslash
    takes away the meaning of the next character, and the end of a line after it is no end; on Windows it is a part
    of a path and means nothing, and a word can hold one kind of quotes inside the other.
    """
    text = text if windows else _joined(text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if windows:
        lexer.escape = ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise BadInputError([("command", f"can't be split into words: {str(error).lower()}.")]) from None
    if not words or not words[0]:
        raise BadInputError([("command", "names no program.")])
    if "\0" in text:
        raise BadInputError([("command", "holds a character that no argument can hold (NUL).")])
    return words


def _joined(text: str) -> str:
    """Without the ends of lines that a backslash takes away, which shlex would keep as characters."""

    def without(found: re.Match[str]) -> str:
        single, double, line_end = found.groups()
        if double:
            return _LINE_END.sub(lambda pair: "" if pair[0].endswith("\n") else pair[0], double)
        return "" if line_end else (single or found[0])

    return _CONTINUED.sub(without, text)


def looks_like_shell(text: str, *, windows: bool = False) -> str:
    """A sentence on what only a shell would obey, where none will read it; empty where there is no such.

    A command that goes on as if `&& false` had been said to somebody may be green for nothing. A shell needs no spaces
    around `&&`, and finds it anywhere. What is quoted is meant as it is. Of several lines a shell would run each, and
    here the later ones would be arguments of the first.
    """
    text = text.strip() if windows else _joined(text).strip()
    bare = (_QUOTED_ON_WINDOWS if windows else _QUOTED).sub(lambda quoted: "x" * len(quoted[0]), text)
    if "\n" in bare or "\r" in bare:
        one = "A single one has to stand in one line" if windows else "End a line of a single one that goes on with \\"
        return (
            "holds several lines, and no shell reads it: there is one command. Put the commands into a script file, "
            f"or write sh -ec '…' around them. {one}."
        )
    words = list(_WORD.finditer(bare))
    found = next((word for word in words if _OPERATOR.search(word[0])), None)
    if found is None and words and words[0][0].partition("=")[0].isidentifier() and "=" in words[0][0]:
        found = words[0]
    if found is None:
        return ""
    return (
        f"holds {text[found.start() : found.end()]!r}, and no shell reads it. Put the commands into a script file, or "
        "write sh -ec '…' around them; quote the word if it is meant as it is."
    )


def unfilled(words: Sequence[str]) -> str:
    """A sentence on words that look as if a shell were to fill in a variable, empty where there are none.

    They may be meant as they are: `$` is a letter of Java's, and the program may fill it in itself.
    """
    found = [word for word in words[1:] if _NAME.fullmatch(word)]
    if not found:
        return ""
    return (
        f"`command` hands {found[0]!r} on as it is, since no shell reads it. For the variable's value, put the command "
        "into a script file, or write sh -ec '…' around it."
    )
