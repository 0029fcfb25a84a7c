"""A command as words, as a shell would split it; no shell ever sees it."""

import re
import shlex

from core.errors import BadInputError

_QUOTED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.""", re.DOTALL)
_QUOTED_ON_WINDOWS = re.compile(r"""'[^']*'|"[^"]*\"""")
_OPERATOR = re.compile(r"&&|\|\|?|&|;|.*;|<<?|[12&]?>.*")


def split(text: str, *, windows: bool = False) -> list[str]:
    """The words of the input `command`; raises BadInputError where a quote is not closed or nothing is there.

    White space and line ends separate; quotes of either kind keep together. Elsewhere than on Windows a backslash
    takes away the meaning of the next character; on Windows it is a part of a path and means nothing, and a word
    can hold one kind of quotes inside the other.
    """
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


def looks_like_shell(text: str, *, windows: bool = False) -> str:
    """A sentence on a word that only a shell would obey, where none will read it; empty where there is no such.

    A command that goes on as if `&& false` had been said to somebody may be green for nothing. What is quoted is
    meant as it is.
    """
    bare = (_QUOTED_ON_WINDOWS if windows else _QUOTED).sub(lambda quoted: "x" * len(quoted[0]), text)
    words = bare.split()
    found = next((word for word in words if _OPERATOR.fullmatch(word)), "")
    if not found and words and "=" in words[0] and words[0].partition("=")[0].isidentifier():
        found = words[0]
    if not found:
        return ""
    return (
        f"holds {found!r}, and no shell reads it. Put the commands into a script file, or write sh -c '…' around them; "
        "quote the word if it is meant as it is."
    )
