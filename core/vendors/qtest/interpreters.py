"""Which words of a command are code to the program that gets them: there a text of qTest's users is never filled in.

It errs on the side of refusing. A program counts wherever its name stands, so that `env`, `sudo`, `timeout`, `docker
exec` and every other program in front of it need no list.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.vendors.qtest.runners import MODULES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """How a program is given code on its command line, by the letters of its options and the names of long ones.

    `code`: what follows is code, in the same word or the next. `takes`: a value follows. `ends`: what follows is
    another program's, which must be one of MODULES. `joined`: in a cluster of letters the value is the rest of the
    word. `all_after`: all that follows the code is code as well.
    """

    code: str
    takes: str = ""
    ends: str = ""
    long: tuple[str, ...] = ()
    joined: bool = True
    all_after: bool = False


POSIX_SHELLS = ("sh", "bash", "rbash", "dash", "ash", "yash", "posh", "zsh", "ksh", "mksh", "oksh", "osh", "ysh")
_PYTHONS = ("python", "pythonw", "ipython", "pypy", "py", "jython", "graalpy", "micropython")
_SHELL = _Reader(code="cC", takes="oO", long=("--command", "--commands", "--init-command"), joined=False)
_NODE = _Reader(code="ep", takes="rC", long=("--eval", "--print", "--import"))
_CALLED = _Reader(code="c", long=("--command", "--call"), joined=False)
_EVALUATES = _Reader(code="eE", long=("--eval", "--print"))
_READERS = {
    **dict.fromkeys((*POSIX_SHELLS, "fish", "csh", "tcsh", "nu", "xonsh", "elvish"), _SHELL),
    **dict.fromkeys(_PYTHONS, _Reader(code="c", takes="WX", ends="m")),
    "guile": _Reader(code="c"),
    # with -n or -p the arguments are opened, and `open` of Perl runs what ends in a bar
    "perl": _Reader(code="eE", takes="ImM", all_after=True),
    "ruby": _Reader(code="e", takes="IrCEKW"),
    "php": _Reader(code="rBRE", takes="cdfFStz", long=("--run", "--process-begin", "--process-code", "--process-end")),
    **dict.fromkeys(("node", "nodejs", "ts-node", "tsx", "bun", "deno"), _NODE),
    **dict.fromkeys(("lua", "luajit", "rscript", "r", "julia", "groovy", "scala", "osascript", "elixir"), _EVALUATES),
    **dict.fromkeys(("su", "runuser", "script", "flock", "npx", "npm"), _CALLED),
    "env": _Reader(code="S", takes="uC", long=("--split-string",)),
}
# Whatever they are told is put together again, and read by a shell or in a language of their own.
_ALL_IS_CODE = frozenset(
    (
        *("cmd", "ssh", "rsh", "plink", "adb", "wsl", "watch", "parallel", "make", "gmake", "nmake", "nix-shell"),
        *(
            "awk",
            "gawk",
            "mawk",
            "sed",
            "gsed",
            "ed",
            "ex",
            "vi",
            "vim",
            "nvim",
            "emacs",
            "m4",
            "bc",
            "expect",
            "tclsh",
        ),
        *("sqlite", "psql", "mysql", "mariadb", "sqlplus", "sqlcmd", "redis-cli", "mongo", "mongosh"),
        # a shell, or their own language, reads the words that they are given
        *("sbt", "just", "task", "invoke", "inv", "fab", "tmux", "screen", "byobu", "concurrently", "sg", "entr"),
        *("start-server-and-test", "start-test", "server-test", "npm-run-all", "run-s", "run-p", "cross-env-shell"),
        *("hyperfine", "heroku", "firebase"),
        *("gdb", "lldb", "matlab", "octave", "octave-cli", "gnuplot", "ghci", "runghc", "erl", "iex", "sbcl"),
    )
)
_POWERSHELLS = ("powershell", "pwsh", "pwsh-preview")
_BATCH = (".bat", ".cmd")
_BUILD = re.compile(r"(?:[-_.]?[0-9][0-9.]*(?:[dtmuw]{1,2})?)?(?:[-_](?:dbg|debug|static|dev|preview|lts))?\Z")
_SWITCH = re.compile(r"[-/](?:no.*|sta|mta|l(?:ogin)?|i|interactive)", re.IGNORECASE)
_FILE = re.compile(r"[-/]f(?:i|il|ile)?", re.IGNORECASE)
_COMMAND = re.compile(r"[-/](?:c.*|e|ec|en.*)", re.IGNORECASE)


def code_words(words: Sequence[str], hands_on: Callable[[str], bool]) -> dict[int, str]:
    """The program that reads it as code, for each such word by its place.

    `hands_on` says whether the code of a POSIX shell hands its arguments on as they are.
    """
    found: dict[int, str] = {}
    for at, word in enumerate(words):
        name = name_of(word)
        if name in _ALL_IS_CODE or name.endswith(_BATCH):
            places = set(range(at + 1, len(words)))
        elif name in _POWERSHELLS:
            places = _of_powershell(words, at)
        elif name in _READERS:
            places = _of_options(words, at, _READERS[name], hands_on)
        else:
            continue
        found |= dict.fromkeys(places - found.keys(), name)
    return found


def name_of(word: str) -> str:
    """`/usr/bin/python3.13t`, `python3-dbg` and `Python.exe` are all `python`."""
    name = re.split(r"[/\\]", word)[-1].lower().removesuffix(".exe")
    return _BUILD.sub("", name) or name


def _of_options(words: Sequence[str], program: int, reader: _Reader, hands_on: Callable[[str], bool]) -> set[int]:
    """Its options are read up to the first word that is neither one nor a value of one."""
    found: set[int] = set()
    values, awaited = 0, False  # words that are values of the options before; whether code has yet to come
    for at in range(program + 1, len(words)):
        word = words[at]
        if awaited:
            found.add(at)
        if word in ("-", "--"):
            values = 0
        elif word[:1] in ("-", "+"):
            ends, code, values = _read_option(word, reader)
            if ends:
                return found | _of_module(words, at)
            if code:
                found.add(at)
                awaited = True
        elif values:
            values -= 1
        elif awaited:
            awaited = False
        else:
            break
    if not found or not (reader.all_after or reader is _SHELL):
        return found
    # behind the code of a shell are the arguments that it may read in any way
    posix = name_of(words[program]) in POSIX_SHELLS
    return found if posix and hands_on(words[max(found)]) else set(range(min(found), len(words)))


def _of_module(words: Sequence[str], option: int) -> set[int]:
    """Of `python -m`: a module that runs tests reads names, any other one whatever it likes."""
    _, _, attached = words[option].partition("m")
    module = attached or "".join(words[option + 1 : option + 2])
    if module == "coverage" and "-m" in words[option + 1 :]:
        return _of_module(words, words.index("-m", option + 1))
    return set() if name_of(module) in MODULES else set(range(option, len(words)))


def _read_option(word: str, reader: _Reader) -> tuple[bool, bool, int]:
    """(whether another program begins, whether code comes, how many values follow); a long one may have a value."""
    if word.startswith("--"):
        name, equals, _ = word.partition("=")
        code = name in reader.long
        return False, code, 0 if equals or code else 1
    values, letters = 0, word[1:]
    for at, letter in enumerate(letters):
        if letter in reader.ends:
            return True, False, 0
        if letter in reader.code:
            rest = "" if reader.joined else letters[at + 1 :]
            return False, True, values + sum(rest.count(each) for each in reader.takes)
        if letter in reader.takes:
            if reader.joined:
                return False, False, int(at == len(letters) - 1)
            values += 1
    return False, False, values


def _of_powershell(words: Sequence[str], program: int) -> set[int]:
    """All of it, unless `-File` comes first: only a script's arguments are values."""
    everything = set(range(program + 1, len(words)))
    value = False
    for at in range(program + 1, len(words)):
        word = words[at]
        if _FILE.fullmatch(word):
            return set(range(program + 1, at + 2))
        if _COMMAND.fullmatch(word) and not word.lower().startswith(("-con", "/con")):
            return everything
        if word[:1] in ("-", "/"):
            value = not _SWITCH.fullmatch(word)
        elif value:
            value = False
        else:
            return everything
    return everything
