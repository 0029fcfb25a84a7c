"""Whether the code of `sh -c` hands its arguments on as whole words: `"$@"` among those of a program, and no more.

Only a row of simple commands can be read for sure. A pipe, a here-document, a condition or a loop may make code of
what a word before them holds, so with any of them the answer is no.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

from core.vendors.qtest.interpreters import name_of
from core.vendors.qtest.runners import begins_at

MARK = "{automation_content}"
LAUNCHERS = frozenset(
    "env sudo doas nohup nice time timeout xargs setsid stdbuf busybox npx exec dlx".split()  # noqa: SIM905 -- a list
)
_ARGUMENT = re.compile(r'(?<=\s)"\$(?:[@*1-9]|\{[@*1-9]\})"(?=\s|;|\Z)')
# any other way to an argument, and what reads or keeps a text as code
_ODD = re.compile(
    r"""\$(?![A-Za-z_])|\$argv|`|\b(?:eval|source|alias|trap|declare|typeset|local|read\w*|mapfile)\b|-v"""
)
_QUOTED_VARIABLE = re.compile(r'(?<=\s)"[^"$`\\]*\$\w+[^"$`\\]*"(?=\s|;|\Z)')
_VALUE = "variable"  # stands for a quoted variable: one word, whatever it holds
_OPERATORS = ";&|<>()\n"
_ENDS = re.compile(r"(?:;|&&?|\|\||\n)\n*")  # of a command
_WRITES = (">", ">>", ">&", "&>")  # what follows is a file, or the number of an open one
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_PREFIXES = frozenset(("exec", "command", "time"))  # a program follows
_PLAIN = re.compile(r"[\w./+-]+")
_RESERVED = frozenset(
    "if then elif else fi for while until do done case esac select function coproc repeat let test".split()  # noqa: SIM905
)
# Some shells calculate with what these are given, and so run what is in it; others load it, or keep it as code.
_BUILTINS = frozenset(
    "autoload bind break builtin cd compgen complete continue dirs disown emulate enable exit export fc float getopts "  # noqa: SIM905
    "hash history integer jobs kill nameref noglob popd print printf pushd readonly return set setopt shift shopt "
    "suspend type ulimit umask unset wait whence zmodload .".split()
)


def hands_on(code: str, reader_of_a_text: Callable[[Sequence[str]], str]) -> bool:
    """True for `pytest "$@"`; False for `$1`, `"$1" x`, `eval "$1"`, and for whatever is not sure.

    The code is a command of its own: `reader_of_a_text` says which program of it would read an argument as code.
    """
    bare = _ARGUMENT.sub(MARK, code)
    if _ODD.search(bare):
        return False
    try:
        tokens = list(_tokens(_QUOTED_VARIABLE.sub(f"${_VALUE}", bare)))
        commands = list(_commands(tokens))
    except ValueError:
        return False
    if not all(_is_plain(words) for words in commands):
        return False
    # all of it at once, too: a quoted sign among the words is no end of a command
    return not any(words and reader_of_a_text(words) for words in (*commands, [each for each in tokens if each]))


def _tokens(code: str) -> Iterator[str]:
    """Words and operators, quotes taken away. Raises ValueError for a quote that is not closed."""
    lexer = shlex.shlex(code, posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    return iter(lexer)


def _commands(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The words of each command, without the files that it writes. Raises ValueError for what is no simple command."""
    words: list[str] = []
    target = False
    for token in tokens:
        if target:
            if token == MARK or token[:1] in _OPERATORS:
                raise ValueError("a text names a file that is written")
            target = False
        elif token in _WRITES:
            target = True
        elif _ENDS.fullmatch(token):
            yield words
            words = []
        elif token and token[0] in _OPERATORS:
            raise ValueError(f"{token!r} is no simple command's")
        else:
            words.append(token)
    yield words


def _is_plain(words: Sequence[str]) -> bool:
    """Whether the command is a program by its name, and texts are whole words among its arguments."""
    at = 0
    while at < len(words) and (words[at] in _PREFIXES or _ASSIGNMENT.match(words[at])):
        at += 1
    has_text = any(MARK in word for word in words)
    if at == len(words):
        return not has_text
    name = words[at]
    if name in _RESERVED or not _PLAIN.fullmatch(name) or name.startswith("-"):
        return False
    if not has_text:
        return True
    if name in _BUILTINS or any(MARK in word and word != MARK for word in words):
        return False
    return _is_known(words)


def _is_known(words: Sequence[str]) -> bool:
    """Whether no variable may hold a program or an option that makes code of the texts."""
    names = [name_of(word) for word in words]
    begin, _ = begins_at(words, names)
    before = words[:begin]
    if f"${_VALUE}" in before and LAUNCHERS & {*names}:
        return False
    return not any("$" in word.replace(f"${_VALUE}", "") for word in before)
