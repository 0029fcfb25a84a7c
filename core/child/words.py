"""A command as words, as a shell would split it; no shell ever sees it."""

import shlex

from core.errors import BadInputError

_OPERATORS = frozenset(("&&", "||", "|", ";", "&", ">", ">>", "<", "<<", "2>&1", "2>", "&>"))


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


def looks_like_shell(words: list[str]) -> str:
    """A sentence of warning where a word would mean something to a shell, which none will read; empty otherwise."""
    found = next((word for word in words if word in _OPERATORS), "")
    if not found and "=" in words[0] and words[0].partition("=")[0].isidentifier():
        found = words[0]
    if not found:
        return ""
    return f"No shell reads `command`: {found!r} is a word like any other. Write bash -c '…' if you meant a shell."
