"""Settings declared once: option() describes an input, parse() makes typed Settings of strings, all problems at once.

Validation, masking, action.yml, `--help` and the README's tables all come from these declarations.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields

TYPE_CHECKING = False  # typing itself is only imported by type checkers: it would slow every start
if TYPE_CHECKING:
    from typing import Any, TypeVar

    Settings = TypeVar("Settings")

Problem = tuple[str, str]  # (input, what is wrong and how to mend it)
_PATH_GIVEN = (
    "is the path of a file, where the secret itself is wanted: give the text that is in that file. On GitLab a "
    "variable of the type File hands on a path, and so does `secrets:` without `file: false`."
)


def _is_blank(text: str) -> bool:
    return not text.strip()


@dataclass(frozen=True, slots=True)
class Kind:
    """How the text of an input becomes a value. `convert` raises ValueError with a sentence for the user.

    `parts` gives what has to be hidden of a secret besides its whole text; `lacks` says of a text that the secret is
    not there: one that is composed of two may be without either.
    """

    name: str
    convert: Callable[[str], object]
    example: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    multiline: bool = False
    flag: bool = False
    parts: "Callable[[str], Sequence[str]] | None" = None
    lacks: Callable[[str], bool] = _is_blank


@dataclass(frozen=True, slots=True)
class Option:
    """The declaration of one input. `shown_default` says in words what holds while the input is unset."""

    kind: Kind
    help: str
    shown_default: str = ""
    required: bool = False
    environment: tuple[str, ...] = ()
    choose: "Callable[[Mapping[str, str]], Sequence[str]] | None" = None

    def variables(self, raw: Mapping[str, str]) -> "Sequence[str]":
        """The environment variables that it is read from when unset, given the other inputs."""
        return self.choose(raw) if self.choose else self.environment


def option(
    kind: Kind,
    help_text: str,
    *,
    default: object = None,
    shown: str = "",
    required: bool = False,
    environment: tuple[str, ...] = (),
    choose: "Callable[[Mapping[str, str]], Sequence[str]] | None" = None,
) -> "Any":
    """A field of a Settings dataclass. `shown` is for defaults that a value can't express ("the vendor's").

    `choose` tells by the other inputs which of the `environment` variables hold this one.
    """
    is_none = default in (None, (), "") or (kind.name == "id" and not default)  # 0 is no id
    if not shown and not is_none:
        shown = _shown(default)
    declared = Option(kind, help_text, shown, required, environment, choose)
    return field(default=default, metadata={"option": declared})


def declared(settings: type) -> dict[str, Option]:
    """The inputs of a Settings class by their kebab-case names, in order."""
    return {item.name.replace("_", "-"): _option(item) for item in fields(settings)}


def parse(settings: "type[Settings]", raw: Mapping[str, str], problems: list[Problem]) -> "Settings":
    """Typed settings from raw texts (empty means unset). Adds to `problems`.

    What is wrong or missing has its default in the settings, so that further checks can add what they find: only
    without a problem are they to be used.
    """
    values: dict[str, object] = {}
    for name, declaration in declared(settings).items():
        text = raw.get(name, "")
        if not text.strip():
            if declaration.required:
                problems.append((name, _missing(declaration, raw)))
            continue
        if declaration.kind.secret and _is_file(text.strip()):
            problems.append((name, _PATH_GIVEN))
            continue
        try:
            values[name.replace("-", "_")] = declaration.kind.convert(text if declaration.kind.secret else text.strip())
        except ValueError as error:
            problems.append((name, str(error)))
    return settings(**values)


def _is_file(text: str) -> bool:
    """Whether this is the absolute path of a file that is here: no secret looks like that."""
    return os.path.isabs(text) and os.path.isfile(text)


def _missing(declaration: Option, raw: Mapping[str, str]) -> str:
    variables = declaration.variables(raw)
    where = f" It is also read from the environment variable {variables[0]}." if variables else ""
    example = f" Example: {declaration.kind.example}." if declaration.kind.example else ""
    return f"is required. {declaration.help}{example}{where}"


def _option(item: "Field[Any]") -> Option:
    found = item.metadata["option"]
    if not isinstance(found, Option) or item.default is MISSING:
        raise TypeError(f"{item.name} is not declared with option()")
    return found


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    if isinstance(default, tuple | frozenset):
        return " ".join(str(item) for item in default)
    return str(default)
