"""`api VENDOR OPERATION`: one call of the vendor's own API with our credentials, safety and error texts."""

from collections.abc import Sequence

from core.commands.api_inputs import SETTINGS, Order, own_inputs, placeholders, understand
from core.commands.asked import hidden_texts, known_inputs
from core.commands.surrounding import ci_for
from core.errors import CallFailedError, OutputError, RunnerError, StoppedError
from core.http.translate import call_failed
from core.inputs.sources import Raw, gather
from core.process import Process
from core.text.secret import Redactor, Secret
from core.vendors import VENDORS, load
from core.waiting.early_stop import stopping_at_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Answer, Ci


def api(process: Process) -> int:
    """0 for a 2xx answer, whatever it says; else the exit code of what went wrong, as everywhere."""
    words = [word for word in process.arguments[1:3] if not word.startswith("-")]
    rest = list(process.arguments[1 + len(words) :])
    if {"--help", "-h"} & set(rest) or not words:
        process.out.write(help_text(words))
        return 0 if words or rest else 2
    flags = gather(rest, {})
    credentials, implied = own_inputs(words)
    around = gather([], process.environment).values
    raw = Raw(values={name: text for name, text in around.items() if name in (*SETTINGS, *credentials)} | implied)
    raw.values |= {name: flags.values[name] for name in ("log-level", "ci") if name in flags.values}
    secrets = hidden_texts(raw, known_inputs(words[0]), process.environment)
    redact = Redactor(Secret(text) for text in secrets)
    ci = ci_for(process, raw.values, words[0], redact)
    ci.mask(secrets)
    try:
        with stopping_at_once(process.noted):
            order = understand(words, flags, raw)
        _show(_exchange(process, order, ci), order.output, process, ci, redact)
    except RunnerError as error:
        ci.error(error.advice)
        return int(error.exit_code)
    return 0


def _exchange(process: Process, order: Order, ci: "Ci") -> "Answer":
    from core.commands.single import single_call  # noqa: PLC0415 -- brings requests: bad input must not pay for it

    effect = order.spec.operations[order.operation].effect
    try:
        return single_call(process, order, ci)
    except CallFailedError as failure:
        raise call_failed(failure, effect=effect) from failure
    except StoppedError as stopped:
        if effect:
            stopped.remedy = "The call was on its way and may have had its effect: look at the vendor."
        raise


def _show(answer: "Answer", output: str, process: Process, ci: "Ci", redact: Redactor) -> None:
    """Raw on a terminal or into a file; under a CI through its escaper, since it is a vendor's text."""
    try:
        if output:
            with open(output, "wb") as file:
                file.write(answer.body)
        elif ci.name == "terminal":
            text = redact(answer.body.decode("utf-8", "replace"))
            process.out.write(text if text.endswith("\n") else text + "\n")
            process.out.flush()
        else:
            ci.block(redact(answer.body.decode("utf-8", "replace")))
            ci.check()
    except OSError as error:
        where = output or "The answer"
        raise OutputError(f"{where} can't be written: {error.strerror}. The call was made.") from error


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
    flags = "".join(f" --{name.replace('_', '-')} VALUE" for name in placeholders(operation))
    flags += "".join(f" [--{name.replace('_', '-')} VALUE]" for name in operation.query)
    flags += " --json TEXT|@file|-" if operation.body else ""
    flags += f" --{operation.file} PATH" if operation.file else ""
    return f"usage: api {spec.name} {words[1]}{flags} [--output FILE]\n{operation.summary} ({operation.line})\n"
