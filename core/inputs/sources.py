"""Where inputs come from, the strongest first: flags, INPUT_*, TEST_RUNNER_*, the vendor's usual secret variable.

Drone and Woodpecker give a plugin its settings as PLUGIN_*: there these stand between INPUT_* and TEST_RUNNER_*.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.inputs.options import Option, Problem

COMMANDS = ("run", "start", "wait", "cleanup", "api", "sandbox", "demo")
# Where the vendors' secrets usually stand. Named here, since whichever vendor is asked, no other's is imported.
USUAL_SECRETS = (
    *("AUTIFY_WEB_ACCESS_TOKEN", "AUTIFY_MOBILE_ACCESS_TOKEN", "ATS_API_TOKEN", "APPTEST_AI_ACCESS_KEY"),
    *("TESTMO_TOKEN", "QTEST_TOKEN"),
)
_FORM = f"write --name value. Only the first word may be a command: {', '.join(COMMANDS)}. `--help` lists the names."
LONG_ENOUGH = 8  # characters; a shorter secret occurs in other texts by chance
_MACRO = r"\$\([A-Za-z_][\w .-]*\)"  # how Azure writes a variable
_GITHUBS_OWN = ("entrypoint", "args")  # every Docker action accepts these two


@dataclass(slots=True, kw_only=True)
class Raw:
    """The texts of the inputs by name, unset ones left out; `problems` are about names, not yet about values."""

    values: dict[str, str] = field(default_factory=dict)
    strict: set[str] = field(default_factory=set)  # names given to this very step: by a flag or an INPUT_ variable
    flags: set[str] = field(default_factory=set)
    origins: dict[str, str] = field(default_factory=dict)  # of secrets: the variable that each was read from
    problems: list[Problem] = field(default_factory=list)


def gather(arguments: Sequence[str], environment: Mapping[str, str]) -> Raw:
    """Everything given, whatever it is called; check_names() judges the names."""
    raw = Raw()
    for variable, text in environment.items():
        if variable.startswith("TEST_RUNNER_") and _is_set(text, environment):
            raw.values[variable.removeprefix("TEST_RUNNER_").lower().replace("_", "-")] = text
    for variable, text in environment.items():
        # GitHub keeps hyphens, which no shell can pass on: an action of shell steps writes underscores.
        name = variable.removeprefix("INPUT_").lower().replace("_", "-")
        if variable.startswith("INPUT_") and _is_set(text, environment) and name not in _GITHUBS_OWN:
            raw.values[name] = text
            raw.strict.add(name)
    if environment.get("DRONE") or environment.get("CI") == "woodpecker":
        _read_plugin(environment, raw)
    _read_flags(arguments, raw)
    _check_text(raw)
    return raw


def _is_set(text: str, environment: Mapping[str, str]) -> bool:
    """Azure Pipelines leaves `$(NAME)` as it stands where the pipeline has no such variable: that is no value."""
    text = text.strip()
    is_macro = text.startswith("$(") and text.find(")") == len(text) - 1
    return bool(text) and not (is_macro and environment.get("TF_BUILD"))


def _read_plugin(environment: Mapping[str, str], raw: Raw) -> None:
    """The settings of a plugin: `run-id` and `run_id` are PLUGIN_RUN_ID, with Drone also PLUGIN_RUN-ID."""
    for variable, text in environment.items():
        name = variable.removeprefix("PLUGIN_").lower().replace("_", "-")
        if variable.startswith("PLUGIN_") and _is_set(text, environment) and name not in raw.strict:
            raw.values[name] = _lines_of(text)
            raw.strict.add(name)


def _lines_of(text: str) -> str:
    """A list that stands as JSON (Woodpecker makes it of a YAML list) as the lines that our lists are."""
    if not text.startswith("["):
        return text
    import json  # noqa: PLC0415 -- only such a list pays for it

    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return "\n".join(items) if items and all(isinstance(item, str) for item in items) else text


def _read_flags(arguments: Sequence[str], raw: Raw) -> None:
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if not argument.startswith("--") or argument == "--":
            raw.problems.append(("", f"{argument!r} is no input: {_FORM}"))
            continue
        name, equals, text = argument[2:].partition("=")
        if not equals:
            text = waiting.pop(0) if waiting and not waiting[0].startswith("--") else "true"
        raw.values[name] = text
        raw.strict.add(name)
        raw.flags.add(name)


def _check_text(raw: Raw) -> None:
    """What is no text (bytes that are not UTF-8 reach us as lone surrogates) can be neither sent nor shown."""
    for name, text in list(raw.values.items()):
        if not (name + text).isascii() and any("\ud800" <= character <= "\udfff" for character in name + text):
            del raw.values[name]
            shown = name.encode("utf-8", "replace").decode()
            raw.problems.append((shown, "is not valid UTF-8: check the encoding of what sets it."))


def check_names(raw: Raw, known: Mapping[str, Option], foreign: Iterable[str], vendor: str) -> None:
    """Refuse names that nobody knows, and those of another vendor where they were given to this very step.

    `foreign` is only looked at where a name is not known: other vendors' inputs cost their import.
    """
    others: set[str] | None = None
    for name in sorted(raw.values):
        if name in known:
            if name in raw.flags and known[name].kind.secret:
                where = " or ".join([_general(name), *known[name].environment])
                text = f"a secret must not stand on the command line, where every process sees it: set {where}."
                raw.problems.append((name, text))
            continue
        if others is None:
            others = set(foreign)
        if name in others:
            if name in raw.strict:
                raw.problems.append((name, f"is not an input of the vendor {vendor}."))
        else:
            near = nearest(name, [*known])
            hint = f" Did you mean `{near}`?" if near else " `--help` lists the inputs."
            raw.problems.append((name, f"is unknown.{hint}"))


def fill_secrets(raw: Raw, known: Mapping[str, Option], environment: Mapping[str, str]) -> None:
    """A secret that is not there is read from the vendor's usual variable; `raw.origins` tells whence each came.

    TEST_RUNNER_TOKEN goes to whichever vendor a step names. Where the vendor's own variable holds another secret, the
    general one is likely another vendor's: nothing may be sent on such a guess, and neither of them is preferred.
    """
    for name, declaration in known.items():
        if not declaration.kind.secret:
            continue
        given = raw.values.get(name, "")
        if given and not _is_secret(given, environment):
            del raw.values[name]
            given = ""
        general = "" if name in raw.strict or not given else _general(name)
        usual = next((each for each in declaration.variables(raw.values) if _has_secret(environment, each)), "")
        if usual and declaration.kind.lacks(given):
            raw.values[name], raw.origins[name] = environment[usual], usual
        elif general:
            raw.origins[name] = general
            if usual and name == "token" and given.strip() != environment[usual].strip():
                raw.problems.append((name, _two_tokens(general, usual)))


def _two_tokens(general: str, usual: str) -> str:
    return (
        f"{general} and {usual} are both set and differ: one may be another vendor's, so neither is sent. Keep each "
        f"vendor's token in the vendor's own variable, without {general}, or name the right one in this step's `token`."
    )


def _general(name: str) -> str:
    return "TEST_RUNNER_" + name.upper().replace("-", "_")


def _has_secret(environment: Mapping[str, str], variable: str) -> bool:
    return _is_secret(environment.get(variable, ""), environment)


def _is_secret(text: str, environment: Mapping[str, str]) -> bool:
    """With Azure Pipelines also no text in which a variable remains: a secret may be composed of several."""
    return _is_set(text, environment) and not (environment.get("TF_BUILD") and re.search(_MACRO, text))


def usual_secrets(environment: Mapping[str, str]) -> list[str]:
    """The vendors' secrets that this job has, used or not: whole, and the key of a `user:key` or `bearer key`."""
    texts = [environment[name] for name in USUAL_SECRETS if _has_secret(environment, name)]
    keys = (key for text in texts for key in (text.partition(":")[2].strip(), text.split()[-1]))
    return list(dict.fromkeys((*texts, *(key for key in keys if len(key) >= LONG_ENOUGH))))


def secrets_of(raw: Raw, known: Mapping[str, Option]) -> list[str]:
    """The texts to hide, whether they are valid or not: also what came over a forbidden way."""
    found = []
    for name, declaration in known.items():
        if declaration.kind.secret and name in raw.values:
            text = raw.values[name]
            found += [text, *(declaration.kind.parts(text) if declaration.kind.parts else ())]
    return found


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name that a typing error away from `name`, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only a typing error pays for it

    return next(iter(get_close_matches(name, known, n=1, cutoff=0.75)), "")
