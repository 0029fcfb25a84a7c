"""Test runners: what they are told is names and filters of tests, except for the few options that load or run code.

A runner counts from its own name on, so that `env`, `timeout`, `docker exec`, `npx` and others stand in front of it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

_NODE = ("-c", "-C", "-r", "-R", "--config", "--require", "--import", "--reporter", "--reporters", "--environment")
_JEST = (
    *_NODE, "--globals", "--globalSetup", "--globalTeardown", "--preset", "--resolver", "--runner", "--setupFiles",
    "--setupFilesAfterEnv", "--testEnvironment", "--testRunner", "--transform",
)  # fmt: skip
_ROBOT = ("-A", "-P", "-V", "--argumentfile", "--listener", "--parser", "--prerebotmodifier", "--prerunmodifier",
          "--pythonpath", "--variablefile")  # fmt: skip
_MAVEN = ("-f", "-s", "-gs", "-D={", "-D=argLine", "-D=jvm", "-D=exec.", "-D=maven.", "--file", "--settings")
_GRADLE = (
    "-I",
    "-b",
    "-c",
    "-p",
    "-D={",
    "-D=org.gradle.",
    "-P={",
    "--init-script",
    "--build-file",
    "--include-build",
    "--project-dir",
)
_GO = ("-exec", "-toolexec", "-vettool", "-overlay", "-modfile", "-ldflags", "-gcflags", "-asmflags", "-gccgoflags")
_RUBY = ("-I", "-O", "-f", "-r", "--format", "--options", "--require", "--import", "--profile", "-p")
CODE: Mapping[str, tuple[str, ...]] = MappingProxyType({
    # plug-ins, and what may name some
    "pytest": ("-W", "-c", "-o", "-p", "--config-file", "--confcutdir", "--override-ini", "--rootdir"),
    "py.test": ("-W", "-c", "-o", "-p", "--config-file", "--confcutdir", "--override-ini", "--rootdir"),
    "unittest": ("-s", "-t", "--start-directory", "--top-level-directory"),
    "nose": ("-c", "--config", "--plugin"),
    "behave": ("-f", "-r", "--format", "--runner"),
    "robot": _ROBOT,
    "pabot": (*_ROBOT, "--command"),
    "jest": _JEST,
    "vitest": _NODE,
    "mocha": (*_NODE, "-u", "--ui", "--loader", "--node-option"),
    "playwright": _NODE,
    "cypress": (*_NODE, "--config-file"),
    "newman": _NODE,
    "cucumber": _RUBY,
    "cucumber-js": _RUBY,
    "rspec": _RUBY,
    "phpunit": ("-c", "-d", "--bootstrap", "--configuration", "--extension", "--include-path", "--loader", "--printer"),
    "mvn": _MAVEN,
    "mvnw": _MAVEN,
    "gradle": _GRADLE,
    "gradlew": _GRADLE,
    "ctest": ("-D", "-S", "-SP", "--build-options", "--script", "--script-new-process", "--test-command"),
    "dotnet test": ("-p", "-s", "-a", "--collect", "--logger", "--settings", "--test-adapter-path"),
    "vstest.console": ("/Settings", "/TestAdapterPath", "/Collect", "--Settings", "--TestAdapterPath", "--Collect"),
    "nunit3-console": ("--configfile", "--params", "--agent", "@"),
    "go test": _GO,
    "cargo test": ("--config", "--manifest-path", "--target-dir"),
})  # fmt: skip
MODULES = frozenset(("pytest", "unittest", "nose", "behave", "robot", "pabot"))  # for `python -m`
_GOALS = frozenset(("mvn", "mvnw", "gradle", "gradlew"))  # a word of its own is something to do, not a test
# Behind their `--` it is the test script's, each word quoted; by npm since https://github.com/npm/run-script/pull/78.
_SCRIPTS = frozenset(("npm", "yarn", "pnpm"))
_OTHERS = frozenset(("exec", "x", "dlx"))  # with these, it is any program's


def begins_at(words: Sequence[str], names: Sequence[str]) -> tuple[int, str]:
    """(the place behind the name of the first runner, its name); the number of words where there is none."""
    for at, name in enumerate(names):
        two = " ".join((name, *words[at + 1 : at + 2]))
        if name in CODE:
            return at + 1, name
        if two in CODE:
            return at + 2, two
        if name in _SCRIPTS and "--" in words[at:] and not _OTHERS & {*words[at:]}:
            return words.index("--", at) + 1, name
    return len(words), ""


def reads_as_code(words: Sequence[str], at: int, name: str) -> bool:
    """Whether this word of a runner's, which holds a text of qTest's users, is more to it than a name of tests."""
    options, word, before = CODE.get(name, ()), words[at], words[at - 1]
    if name in _GOALS and word[:1] != "-":
        return before != "--tests" or word == "{automation_contents}"
    if before in options:
        return True
    return any(_is_of(word, option) for option in options)


def _is_of(word: str, option: str) -> bool:
    """Whether the word is this option with its value; `-D=NAME` stands for a property whose name begins so."""
    if option[2:3] == "=":
        return word.startswith(option[:2] + option[3:])
    if len(option) <= 2:  # a dash and a letter
        return word.startswith(option) and not word.startswith("--")
    return word.startswith((f"{option}=", f"{option}:"))
