"""What Azure Pipelines makes of a template before anything runs: parameters, `${{ if }}`, `${{ parameters.x }}`.

Written from https://learn.microsoft.com/azure/devops/pipelines/process/template-parameters, …/template-expressions and
…/expressions. As there, every scalar is a text, comparisons ignore case, and what can't be understood is an error.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import yaml

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
CONDITION = re.compile(r"\$\{\{\s*(if|elseif|else)\b(.*)\}\}", re.DOTALL)
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>[(),.\[\]]))"
)
STATES = {"succeeded()", "succeededOrFailed()", "always()"}  # what a condition may ask of the job so far
Value = str | bool | float


class TemplateError(Exception):
    """The pipeline does not start; the text is what Azure would complain of."""


class _Loader(yaml.CBaseLoader):
    """Texts only, and no key twice."""


def _mapping(loader: yaml.CBaseLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    found: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise TemplateError(f"{key!r} is already defined")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(text: str) -> Any:
    return yaml.load(text, _Loader)  # noqa: S506 -- a loader of texts


def expand(text: str, given: Mapping[str, Any]) -> Any:
    """The template's steps with these parameters; raises TemplateError."""
    template = load(text)
    known = _bind(template.get("parameters", []), given)
    return _node(template["steps"], known)


def _bind(declared: list[dict[str, Any]], given: Mapping[str, Any]) -> dict[str, Value]:
    names = {each["name"] for each in declared}
    if len(names) != len(declared):
        raise TemplateError("a parameter is declared twice")
    for name in given:
        if name not in names:
            raise TemplateError(f"Unexpected parameter '{name}'")
    found: dict[str, Value] = {}
    for each in declared:
        name, kind = each["name"], each.get("type", "string")
        if name not in given and "default" not in each:
            raise TemplateError(f"A value for the '{name}' parameter must be provided.")
        text = given[name] if name in given else each["default"]
        if "values" in each and text not in each["values"]:
            raise TemplateError(f"The '{name}' parameter value '{text}' is not a valid value.")
        if kind == "boolean":
            if text.lower() not in ("true", "false"):
                raise TemplateError(f"The '{name}' parameter value '{text}' is not a valid Boolean.")
            found[name] = text.lower() == "true"
        elif kind == "string" and isinstance(text, str):
            found[name] = text
        else:
            raise TemplateError(f"The '{name}' parameter is not a valid {kind}.")
    return found


def _node(node: Any, known: Mapping[str, Value]) -> Any:
    if isinstance(node, dict):
        return _merged(node, known)
    if isinstance(node, list):
        return list(_items(node, known))
    return _text(node, known)


def _merged(node: Mapping[str, Any], known: Mapping[str, Value]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    done = False
    for key, value in node.items():
        taken, done = _taken(key, known, done=done)
        if taken is None:
            pieces = {_show(_text(key, known)): _node(value, known)}
        else:
            pieces = _node(value, known) if taken else {}
        for name, piece in pieces.items():
            if name in found:
                raise TemplateError(f"'{name}' is already defined")
            found[name] = piece
    return found


def _items(node: list[Any], known: Mapping[str, Value]) -> Iterator[Any]:
    done = False
    for item in node:
        key, value = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else ("", None)
        taken, done = _taken(key, known, done=done)
        if taken is None:
            yield _node(item, known)
        elif taken:
            yield from _node(value, known)


def _taken(key: str, known: Mapping[str, Value], *, done: bool) -> tuple[bool | None, bool]:
    """Whether a conditional insertion is taken, and one of its chain was; None for what is none."""
    found = CONDITION.fullmatch(key)
    if found is None:
        return None, False
    word, rest = found.groups()
    if word == "else":
        return not done, True
    holds = _truth(evaluate(rest, known))
    if word == "if":
        return holds, holds
    return holds and not done, holds or done


def _text(text: str, known: Mapping[str, Value]) -> str:
    return EXPRESSION.sub(lambda found: _show(evaluate(found.group(1), known)), text)


def _show(value: Value) -> str:
    return value if isinstance(value, str) else str(value)  # a boolean is written True


def _truth(value: Value) -> bool:
    return value not in (False, 0, "")


def evaluate(text: str, known: Mapping[str, Value]) -> Value:
    """One expression."""
    tokens: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise TemplateError(f"Unrecognized value: {text[at:]!r}")
        tokens.append(
            (("text", "number", "name", "sign")[found.lastindex - 1 if found.lastindex else 0], found[0].strip())
        )
        at = found.end()
    value = _expression(tokens, known)
    if tokens:
        raise TemplateError(f"Unexpected symbol: {tokens[0][1]!r}")
    return value


def holds(condition: str, states: Mapping[str, bool], variables: Mapping[str, str]) -> bool:
    """The condition of a step when its turn comes; `states` are `succeeded` and the like."""
    known: dict[str, Value] = {name.lower(): text for name, text in variables.items()}
    return _truth(evaluate(condition, known | {f"{name}()": state for name, state in states.items()}))


def _expression(tokens: list[tuple[str, str]], known: Mapping[str, Value]) -> Value:
    if not tokens:
        raise TemplateError("an expression ends too early")
    kind, word = tokens.pop(0)
    if kind == "text":
        return word[1:-1].replace("''", "'")
    if kind == "number":
        return float(word)
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    if word == "parameters" or (word == "variables" and STATES & known.keys()):
        return (_parameter if word == "parameters" else _variable)(tokens, known)
    if kind != "name" or not tokens or tokens[0][1] != "(":
        raise TemplateError(f"Unrecognized value: {word!r}")
    if f"{word}()" in known and tokens[1:2] == [("sign", ")")]:
        del tokens[:2]
        return known[f"{word}()"]
    return _call(word.lower(), list(_arguments(tokens, known)))


def _parameter(tokens: list[tuple[str, str]], known: Mapping[str, Value]) -> Value:
    sign = tokens.pop(0)[1] if tokens else ""
    kind, name = tokens.pop(0) if tokens else ("", "")
    if sign == "[" and kind == "text" and tokens and tokens.pop(0)[1] == "]":
        name = name[1:-1]
    elif sign != "." or kind != "name":
        raise TemplateError("a parameter is written parameters.NAME")
    if name not in known:
        raise TemplateError(f"there is no parameter {name}")
    return known[name]


def _variable(tokens: list[tuple[str, str]], known: Mapping[str, Value]) -> Value:
    """`variables['NAME']`, whatever the case; one that does not exist is empty."""
    opening, (kind, name), closing = tokens.pop(0)[1], tokens.pop(0), tokens.pop(0)[1]
    if (opening, kind, closing) != ("[", "text", "]"):
        raise TemplateError("a variable is written variables['NAME']")
    return known.get(name[1:-1].lower(), "")


def _arguments(tokens: list[tuple[str, str]], known: Mapping[str, Value]) -> Iterator[Value]:
    tokens.pop(0)
    while True:
        yield _expression(tokens, known)
        sign = tokens.pop(0)[1] if tokens else ""
        if sign == ")":
            return
        if sign != ",":
            raise TemplateError(f"Unexpected symbol: {sign!r}")


def _call(name: str, given: list[Value]) -> Value:  # noqa: PLR0911 -- one return for each function
    match name:
        case "eq":
            return _equal(*given)
        case "ne":
            return not _equal(*given)
        case "not":
            return not _truth(*given)
        case "and":
            return all(map(_truth, given))
        case "or":
            return any(map(_truth, given))
        case "coalesce":
            return next((value for value in given if value != ""), "")
        case "format":
            first, *others = map(_show, given)
            return re.sub(r"\{(\d+)\}", lambda found: others[int(found[1])], first)
    raise TemplateError(f"Unrecognized function: {name!r}")


def _equal(left: Value, right: Value) -> bool:
    """The right one is cast to the left one's type, texts without regard to case."""
    if isinstance(left, str):
        return left.lower() == _show(right).lower()
    if isinstance(left, bool):
        return left == _truth(right)
    return left == right
