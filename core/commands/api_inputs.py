"""The flags of `api` as one order to a vendor: which operation, with what, for whom; all problems in one error."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.commands.asked import known_inputs
from core.errors import BadInputError
from core.guarded.json import loads
from core.inputs.kinds import regular_file
from core.inputs.options import Problem, parse
from core.inputs.settings import Common
from core.inputs.sources import Raw, check_names
from core.vendors import VENDORS, inputs_of, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Operation, VendorSpec

SETTINGS = ("base-url", "ca-bundle", "timeout", "log-level", "ci")
LONGEST_BODY = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One call. `settings` is the vendor's dataclass, of which only the credentials are sure to be set."""

    spec: "VendorSpec"
    operation: str
    common: Common
    settings: object
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: object
    file: str
    output: str


def own_inputs(words: Sequence[str]) -> tuple[Sequence[str], dict[str, str]]:
    """The inputs that are credentials of the vendor, and those that the operation implies."""
    if words[0] not in VENDORS:
        return (), {}
    spec = load(words[0])
    operation = spec.operations.get(words[1]) if len(words) > 1 else None
    return spec.credentials, dict(operation.implied) if operation else {}


def understand(words: Sequence[str], flags: Raw, raw: Raw) -> Order:
    """`words` name vendor and operation, `raw` has what the environment gives. Raises BadInputError."""
    spec, operation = _operation(words)
    problems: list[Problem] = []
    own = {name: flags.values.pop(name, "") for name in ("json", "output", operation.file) if name}
    parameters = {name.replace("_", "-"): name for name in (*placeholders(operation), *operation.query)}
    given = {parameters[name]: flags.values.pop(name) for name in list(flags.values) if name in parameters}
    check_names(flags, {name: option for name, option in known_inputs(spec.name).items() if name in SETTINGS}, (), "")
    problems += flags.problems
    values = raw.values | flags.values
    common = parse(Common, {name: values[name] for name in SETTINGS if name in values}, problems)
    settings = _settings(spec, operation, values, problems)
    problems += [problem for problem in raw.problems if problem[0] in spec.credentials and problem not in problems]
    problems += [
        (name.replace("_", "-"), "is required: it is a part of the path.")
        for name in placeholders(operation)
        if not given.get(name)
    ]
    order = Order(
        spec=spec,
        operation=words[1],
        common=common,
        settings=settings,
        path={name: given.get(name, "") for name in placeholders(operation)},
        query={name: given[name] for name in operation.query if name in given},
        body=_body(own["json"], operation, problems),
        file=_file(own.get(operation.file, ""), operation, problems),
        output=own["output"],
    )
    if problems:
        raise BadInputError(problems)
    return order


def placeholders(operation: "Operation") -> list[str]:
    """What the path of the operation wants, in order."""
    return [part.partition("}")[0] for part in operation.path.split("{")[1:]]


def _operation(words: Sequence[str]) -> "tuple[VendorSpec, Operation]":
    if words[0] not in VENDORS:
        raise BadInputError([("", f"the vendor {words[0]!r} is not known. The vendors are: {', '.join(VENDORS)}.")])
    spec = load(words[0])
    if len(words) < 2 or words[1] not in spec.operations:
        said = f"{words[1]!r} is no operation of {spec.title}. " if len(words) > 1 else "an operation is missing. "
        raise BadInputError([("", f"{said}The operations are: {', '.join(spec.operations)}.")])
    return spec, spec.operations[words[1]]


def _settings(spec: "VendorSpec", operation: "Operation", values: Mapping[str, str], problems: list[Problem]) -> object:
    """The vendor's settings, from its credentials: everything else stands in the call itself."""
    mine = (*spec.credentials, *dict(operation.implied))
    found: list[Problem] = []
    settings: object = parse(inputs_of(spec.name).Settings, {name: values.get(name, "") for name in mine}, found)
    problems += [problem for problem in found if problem[0] in mine]
    return settings


def _body(text: str, operation: "Operation", problems: list[Problem]) -> object:
    """The body from `--json`: a text, `@file` or `-` for standard input."""
    if not text:
        return {} if operation.body else None
    if not operation.body:
        problems.append(("json", "this operation takes no body."))
        return None
    try:
        if text == "-":
            with os.fdopen(os.dup(0), "rb") as file:
                raw = file.read(LONGEST_BODY)
        elif text.startswith("@"):
            with open(text[1:], "rb") as file:
                raw = file.read(LONGEST_BODY)
        else:
            raw = text.encode()
        return loads(raw)
    except OSError as error:
        problems.append(("json", f"{text!r} can't be read: {error.strerror}."))
    except ValueError as error:
        problems.append(("json", f"is no valid JSON: {error}."))
    return None


def _file(path: str, operation: "Operation", problems: list[Problem]) -> str:
    """The file to send, which can be read."""
    if not operation.file:
        return ""
    if not path and operation.file_optional:
        return ""
    if not path:
        problems.append((operation.file, "is required: the file to send."))
        return ""
    try:
        return regular_file(path)
    except ValueError as error:
        problems.append((operation.file, str(error)))
        return ""
