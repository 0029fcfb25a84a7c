"""`api VENDOR OPERATION`: one call of the vendor's own API with our credentials, safety and error texts."""

import os
from collections.abc import Mapping, Sequence

from core.ci import CIS, detect
from core.commands.asked import hidden_texts, known_inputs
from core.errors import BadInputError, CallFailedError, OutputError, RunnerError
from core.guarded_json import loads
from core.inputs import Raw, check_names, gather
from core.kinds import readable_file
from core.options import Problem, parse
from core.process import Process
from core.secret import Redactor, Secret
from core.settings import Common
from core.stop import leaving_at_once
from core.translate import call_failed
from core.vendors import VENDORS, inputs_of, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Answer, Ci, Operation, VendorSpec

OWN = ("json", "output")
SETTINGS = ("base-url", "ca-bundle", "timeout", "log-level", "ci")
LONGEST_BODY = 64 << 20


def api(process: Process) -> int:
    """0 for a 2xx answer, whatever it says; else the exit code of what went wrong, as everywhere."""
    words = [word for word in process.arguments[1:3] if not word.startswith("-")]
    rest = list(process.arguments[1 + len(words) :])
    if {"--help", "-h"} & set(rest) or not words:
        process.out.write(help_text(words))
        return 0 if words or rest else 2
    flags = gather(rest, {})
    around = gather([], process.environment).values
    known = known_inputs(words[0])
    mine, implied = _of_vendor(words)
    raw = Raw(values={name: text for name, text in around.items() if name in (*SETTINGS, *mine)} | implied)
    raw.values |= {name: flags.values[name] for name in ("log-level", "ci") if name in flags.values}
    secrets = hidden_texts(raw, known, process.environment)
    redact = Redactor(Secret(text) for text in secrets)
    wanted = raw.values.get("ci", "").strip()
    ci = CIS[detect(process.environment, wanted if wanted in CIS else "")].make(
        env=process.environment,
        out=process.out,
        redact=redact,
        vendor=words[0],
        debug=raw.values.get("log-level", "").strip() == "debug",
        now=lambda: 0.0,
    )
    ci.mask(secrets)
    try:
        _call(process, words, flags, raw, ci, redact)
    except RunnerError as error:
        ci.warning(error.advice)
        return int(error.exit_code)
    return 0


def _of_vendor(words: Sequence[str]) -> tuple[Sequence[str], dict[str, str]]:
    """The inputs that are credentials of the vendor, and those that the operation implies."""
    if words[0] not in VENDORS:
        return (), {}
    spec = load(words[0])
    operation = spec.operations.get(words[1]) if len(words) > 1 else None
    return spec.credentials, dict(operation.implied) if operation else {}


def _call(process: Process, words: Sequence[str], flags: Raw, raw: Raw, ci: "Ci", redact: Redactor) -> None:
    """Check everything, then make the one call."""
    spec, operation = _operation(words)
    own = {name: flags.values.pop(name) for name in (*OWN, operation.file) if name in flags.values}
    parameters = {name.replace("_", "-"): name for name in (*_placeholders(operation), *operation.query)}
    given = {parameters[name]: flags.values.pop(name) for name in list(flags.values) if name in parameters}
    problems: list[Problem] = []
    check_names(flags, {name: option for name, option in known_inputs(spec.name).items() if name in SETTINGS}, (), "")
    problems += flags.problems
    raw.values.update(flags.values)
    common = parse(Common, {name: text for name, text in raw.values.items() if name in SETTINGS}, problems)
    given_inputs = (*spec.credentials, *dict(operation.implied))
    found: list[Problem] = []
    settings: object = parse(
        inputs_of(spec.name).Settings, {name: raw.values.get(name, "") for name in given_inputs}, found
    )
    problems += [problem for problem in found if problem[0] in given_inputs]  # the rest stands in the call itself
    problems += [
        (name.replace("_", "-"), "is required: it is a part of the path.")
        for name in _placeholders(operation)
        if not given.get(name)
    ]
    body = _body(own.get("json"), operation, process, problems)
    file = _file(own.get(operation.file, ""), operation, problems)
    if problems:
        raise BadInputError(problems)
    answer = _exchange(process, spec, words[1], common, settings, given, body, file, ci)
    _show(answer, own.get("output"), process, ci, redact)


def _operation(words: Sequence[str]) -> "tuple[VendorSpec, Operation]":
    if words[0] not in VENDORS:
        raise BadInputError([("", f"the vendor {words[0]!r} is not known. The vendors are: {', '.join(VENDORS)}.")])
    spec = load(words[0])
    if len(words) < 2 or words[1] not in spec.operations:
        said = f"{words[1]!r} is no operation of {spec.title}. " if len(words) > 1 else "an operation is missing. "
        raise BadInputError([("", f"{said}The operations are: {', '.join(spec.operations)}.")])
    return spec, spec.operations[words[1]]


def _placeholders(operation: "Operation") -> list[str]:
    return [part.partition("}")[0] for part in operation.path.split("{")[1:]]


def _body(text: str | None, operation: "Operation", process: Process, problems: list[Problem]) -> object:
    """The body from `--json`: a text, `@file` or `-` for standard input."""
    if text is None:
        return {} if operation.body else None
    if not operation.body:
        problems.append(("json", "this operation takes no body."))
        return None
    try:
        if text == "-":
            with leaving_at_once(process.noted), os.fdopen(os.dup(0), "rb") as file:
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
    try:
        return readable_file(path) if path else ""
    except ValueError as error:
        problems.append((operation.file, str(error)))
        return ""


def _exchange(
    process: Process,
    spec: "VendorSpec",
    name: str,
    common: Common,
    settings: object,
    given: Mapping[str, str],
    body: object,
    file: str,
    ci: "Ci",
) -> "Answer":
    from core.commands.single import single_call  # noqa: PLC0415 -- brings requests: bad input must not pay for it

    operation = spec.operations[name]
    try:
        return single_call(
            process,
            spec,
            name,
            common=common,
            settings=settings,
            path={key: given[key] for key in _placeholders(operation)},
            query={key: given[key] for key in operation.query if key in given},
            body=body,
            file=file,
            log=ci,
        )
    except CallFailedError as failure:
        raise call_failed(failure, effect=operation.effect) from failure


def _show(answer: "Answer", output: str | None, process: Process, ci: "Ci", redact: Redactor) -> None:
    """Raw on a terminal or into a file; under a CI through its escaper, since it is a vendor's text."""
    if output:
        try:
            with open(output, "wb") as file:
                file.write(answer.body)
        except OSError as error:
            raise OutputError(f"{output} can't be written: {error.strerror}. The call was made.") from error
        return
    text = redact(answer.body.decode("utf-8", "replace"))
    if ci.name == "terminal":
        process.out.write(text if text.endswith("\n") else text + "\n")
    else:
        ci.block(text)


def help_text(words: Sequence[str]) -> str:
    """The vendors, a vendor's operations, or one operation with its flags: all from the declarations."""
    if not words or words[0] not in VENDORS:
        usage = "usage: api VENDOR OPERATION [--param value …] [--json TEXT|@file|-] [--output FILE]"
        return f"{usage}\nvendors: {', '.join(VENDORS)}\n"
    spec = load(words[0])
    if len(words) < 2 or words[1] not in spec.operations:
        longest = max(map(len, spec.operations))
        lines = [f"  {name:<{longest}}  {operation.summary}" for name, operation in spec.operations.items()]
        return f"usage: api {spec.name} OPERATION [--param value …]\n" + "\n".join(lines) + "\n"
    operation = spec.operations[words[1]]
    required = "".join(f" --{name.replace('_', '-')} VALUE" for name in _placeholders(operation))
    optional = "".join(f" [--{name.replace('_', '-')} VALUE]" for name in operation.query)
    body = " --json TEXT|@file|-" if operation.body else ""
    body += f" --{operation.file} PATH" if operation.file else ""
    called = f"{operation.method} {operation.path}"
    return (
        f"usage: api {spec.name} {words[1]}{required}{optional}{body} [--output FILE]\n{operation.summary} ({called})\n"
    )
