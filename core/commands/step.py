"""One step of a pipeline: run, start, wait or clean up at one vendor, and show it in the CI."""

import time
from contextlib import nullcontext
from dataclasses import replace

from core import PROJECT, VERSION
from core.commands.asked import MissingSecret, hidden_texts, known_inputs, place_of_results, understand
from core.commands.publishing import Publisher
from core.commands.surrounding import ci_for
from core.errors import ResultUnknownError, RunnerError
from core.inputs.sources import COMMANDS, gather
from core.model import Conclusion, ExitCode, Reason, Result, TestReport
from core.process import Process
from core.text.secret import Redactor, Secret
from core.verdict import ended_by
from core.waiting.early_stop import stopping_at_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.commands.asked import Asked
    from core.commands.assembling import Means
    from core.inputs.options import Option
    from core.inputs.sources import Raw
    from core.ports import Ci


def step(process: Process, *, means: "Means | None" = None) -> int:
    """Do what the inputs ask; returns the exit code. Every way out leaves outputs and files behind.

    A test brings its own `means`; the log's times are then theirs too.
    """
    arguments = list(process.arguments)
    command = arguments.pop(0) if arguments and arguments[0] in COMMANDS else ""
    raw = gather(arguments, process.environment)
    if command:
        raw.values["mode"] = command
    vendor = raw.values.get("vendor", "").strip()
    known = known_inputs(vendor, raw.values.get("record-to", "").strip())
    secrets = hidden_texts(raw, known, process.environment)
    redact = Redactor(Secret(text) for text in secrets)
    ci = ci_for(process, raw.values, vendor, redact, means)
    ci.mask(secrets)
    if raw.values.get("mode", "").strip() == "cleanup":
        from core.commands.cleanup import cleanup  # noqa: PLC0415 -- a run needs nothing of it

        return cleanup(process, raw, known, ci, means, every_step=not command)
    publisher = Publisher(
        ci=ci,
        redact=redact,
        workspace=process.workspace,
        wanted=place_of_results(raw, process.workspace),
        began=means.clock.wall() if means else time.time(),
    )
    title = f"Test run at {vendor}" if vendor else "Test run"
    try:
        publisher.clear()
        with nullcontext() if means else stopping_at_once(process.noted):
            asked = understand(raw, known)
        publisher.ready(asked.common)
        if ci.name != "terminal":  # a person has just typed them
            _show_inputs(raw, known, ci)
        report, result = _execute(process, asked, ci, publisher, means)
    except MissingSecret:
        report, result = TestReport(title=title, run=None), _skipped()
    except RunnerError as error:
        report, result = TestReport(title=title, run=None), ended_by(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- the last net: nothing leaves without a result
        report, result = TestReport(title=title, run=publisher.run), _unforeseen(error, ci, publisher)
    return publisher.finish(report, _with_origin(result, raw))


def _with_origin(result: Result, raw: "Raw") -> Result:
    """A refused token may be the right one of another place: which variable it was read from tells."""
    origin = raw.origins.get("token", "")
    if result.reason is not Reason.AUTH or not origin:
        return result
    return replace(result, remedy=f"{result.remedy} The token was read from {origin}.".strip())


def _execute(
    process: Process, asked: "Asked", ci: "Ci", publisher: Publisher, means: "Means | None"
) -> tuple[TestReport, Result]:
    from core.commands.running import execute_asked  # noqa: PLC0415 -- requests: bad input must not pay for it

    return execute_asked(process, asked, ci, publisher, means)


def _show_inputs(raw: "Raw", known: "Mapping[str, Option]", ci: "Ci") -> None:
    """What this step was told, folded: the log of a build is where people look for a typing error.

    An address may hold a password, and with it an @: that one isn't shown.
    """
    with ci.group("Inputs"):
        for name in known:
            if name in raw.values:
                text = raw.values[name].strip()
                ci.info(f"{name}: {'(set)' if known[name].kind.secret or '@' in text else text}")


def _skipped() -> Result:
    return Result(
        conclusion=Conclusion.SKIPPED,
        reason=Reason.NONE,
        exit_code=ExitCode.PASSED,
        fact="NOTHING WAS TESTED: the secret is not set, and `on-missing-secret` is `skip`.",
        remedy="Builds from forks get no secrets; anywhere else, set the secret.",
    )


def _unforeseen(error: BaseException, ci: "Ci", publisher: Publisher) -> Result:
    from core.commands.lacking import lacking  # noqa: PLC0415 -- no good step needs it

    lack = lacking(error)
    if lack is None or (publisher.may_go_on and lack.reason is Reason.BAD_INPUT):
        return _bug(error, ci, may_go_on=publisher.may_go_on)
    if publisher.may_go_on:
        run = publisher.run
        fact = f"{lack.fact} A run may go on at the vendor, its result is unknown."
        remedy = f"{lack.remedy} {run.where if run else 'Look there before starting another.'}"
        return ended_by(ResultUnknownError(fact, remedy=remedy.strip(), reason=lack.reason))
    return Result(
        conclusion=Conclusion.ERROR,
        reason=lack.reason,
        exit_code=lack.exit_code,
        fact=f"{lack.fact} Nothing was started{' at the vendor' * (lack.reason is Reason.CAPACITY)}.",
        remedy=lack.remedy,
        status=int(lack.exit_code),
    )


def _bug(error: BaseException, ci: "Ci", *, may_go_on: bool) -> Result:
    """A result for what should never happen; the traceback goes to the log through the same defences as the rest."""
    import sys  # noqa: PLC0415 -- built in
    import traceback  # noqa: PLC0415 -- only a bug pays for it

    run = " A run may go on at the vendor." if may_go_on else ""
    ci.block("".join(traceback.format_exception(error)))
    versions = f"test-runner-action {VERSION}, Python {sys.version.split()[0]}, {sys.platform}"
    return Result(
        conclusion=Conclusion.ERROR,
        reason=Reason.BUG,
        exit_code=ExitCode.BUG,
        fact=f"A bug in this program: {type(error).__name__} ({versions}).",
        remedy=f"Please report it with the traceback above at {PROJECT}/issues.{run}",
        status=int(ExitCode.BUG),
    )
