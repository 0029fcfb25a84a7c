"""Who would read a text of qTest's users as code, if it were filled into this command.

Interpreters are asked first, then the test runner; of any other program an option that says code is believed.
"""

import re
from collections.abc import Sequence

from core.vendors.qtest.interpreters import code_words, name_of
from core.vendors.qtest.runners import begins_at, reads_as_code
from core.vendors.qtest.shell_code import LAUNCHERS, hands_on

TEXT = re.compile(r"\{(automation_contents?|test_case_name)\}")
_ALONE = re.compile(r"-[a-z]{0,2}[ce]|-r|-ex|--?(?:r|run|enc)|/[ck]", re.IGNORECASE)
_ATTACHED = re.compile(r"-[ce].", re.IGNORECASE | re.DOTALL)
_PART = re.compile(r"(?:eval|command).*|exec|execute|cmd|batch")
_VARIABLE = re.compile(r"[A-Za-z_]\w*=")
_CONTAINERS = frozenset(("docker", "podman", "nerdctl", "kubectl"))  # their `-e` is a variable's
# Options that a program takes from a variable, and variables by which a program is given others to load or to run.
_LOADS = re.compile(
    r"(?:LD|DYLD|GIT|BASH)_\w+=|(?:PYTHON|CLASS|NODE_)?PATH=|(?:PERL5|RUBY)(?:LIB|OPT)=|"
    r"\w*(?:OPTS|OPTIONS|FLAGS|ARGS|STARTUP|CMD|COMMAND|SHELL)=|(?:BASH_)?ENV=",
    re.IGNORECASE,
)


def reader_of_a_text(words: Sequence[str]) -> str:
    """The program or the option that would; empty where every text is a mere value."""
    names = [name_of(word) for word in words]
    interpreted = code_words(words, lambda code: hands_on(code, reader_of_a_text))
    begin, runner = begins_at(words, names)
    for at, word in enumerate(words):
        if at == 0 or not TEXT.search(word):
            continue
        if at in interpreted:
            return interpreted[at]
        if at >= begin:
            if reads_as_code(words, at, runner):
                return runner
        elif found := _says_code(words, at, names):
            return found
    return ""


def _says_code(words: Sequence[str], at: int, names: Sequence[str]) -> str:
    """The option, or the word, by which any program says that what follows is run."""
    word, before = words[at], words[at - 1]
    if any(sign.isspace() for sign in word):  # a line for a shell, by its looks
        return names[0]
    option, equals, _ = word.partition("=")
    if equals and (_is_code(option) or _LOADS.match(word)):
        return option
    if _ATTACHED.match(word):
        return word[:2]
    if "eval" in words[:at]:
        return "eval"
    if _is_code(before) and not (before == "-e" and _VARIABLE.match(word) and _CONTAINERS & {*names[:at]}):
        return before
    back = at - 1
    while back > 0 and (words[back][:1] == "-" or words[back][:1].isdigit() or _VARIABLE.match(words[back])):
        back -= 1
    return names[back] if names[back] in LAUNCHERS and word.startswith("{") else ""


def _is_code(option: str) -> bool:
    if _ALONE.fullmatch(option):
        return True
    parts = re.split(r"[-_.]", option.lower()) if option.startswith("-") else []
    return any(_PART.fullmatch(part) for part in parts)
