"""Whether the code of `sh -c` hands its arguments on as whole words: `"$@"` among those of a program, and no more."""

import re
from collections.abc import Callable, Sequence

from core.child.words import split
from core.errors import BadInputError

MARK = "{automation_content}"
_ARGUMENT = re.compile(r'(?<=\s)"\$(?:[@*1-9]|\{[@*1-9]\})"(?=\s|;|\Z)')
# any other way to an argument, and what reads or keeps a text as code
_ODD = re.compile(
    r"""\$(?![A-Za-z_])|\$argv|`|\b(?:eval|source|alias|trap|declare|typeset|local|read\w*|mapfile)\b|-v"""
)
_COMMAND_FOLLOWS = re.compile(
    r".*[;&|({!<]|then|do|else|elif|if|while|until|in|exec|command|builtin|time|\.", re.DOTALL
)


def hands_on(code: str, reader_of_a_text: Callable[[Sequence[str]], str]) -> bool:
    """True for `pytest "$@"`; False for `$1`, `"$1" x`, `eval "$1"`, and for whatever is not sure.

    The code is a command of its own: `reader_of_a_text` says which program of it would read an argument as code.
    """
    bare = _ARGUMENT.sub(MARK, code)
    if _ODD.search(bare):
        return False
    words = bare.split()
    before = [words[at - 1] if at else ";" for at, word in enumerate(words) if word.startswith(MARK)]
    if any(_COMMAND_FOLLOWS.fullmatch(word) for word in before):
        return False
    try:
        return not reader_of_a_text(split(bare)) if words else True
    except BadInputError:
        return False
