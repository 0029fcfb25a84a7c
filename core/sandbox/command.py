"""The sandbox for a person: one line with the address, one line for each request, until a signal ends it."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, Final

from core.sandbox.boxes import BOXES
from core.sandbox.faults import FAULTS, GRAMMAR, Fault
from core.sandbox.journal import Exchange
from core.sandbox.progression import Progression
from core.sandbox.repertoire import check, extra_faults, scenarios_of
from core.sandbox.sandbox import Sandbox
from core.sandbox.scenarios import SCENARIOS

if TYPE_CHECKING:
    import ssl

_USAGE: Final = (
    "sandbox --vendor autify [--scenario NAME] [--progression TEXT] [--fault TEXT]..."
    " [--port N] [--seed N] [--tls FILE]"
)


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM. Returns the exit code: 0, or 2 for bad arguments."""
    parser = _parser()
    try:
        given, rest = parser.parse_known_args(argv)
    except argparse.ArgumentError as error:
        return _complain([str(error)])
    if given.list:
        sys.stdout.write(_catalogue())
        return 0
    problems = [f"unknown argument {text!r}" for text in rest]
    vendor = BOXES.get(given.vendor)
    if vendor is None:
        problems.append(f"unknown vendor {given.vendor!r}: choose from {', '.join(BOXES)}")
    scenarios = SCENARIOS if vendor is None else scenarios_of(vendor)
    scenario = scenarios.get(given.scenario)
    if scenario is None:
        problems.append(f"unknown scenario {given.scenario!r}: choose from {', '.join(scenarios)}")
    faults, progression = [], None
    for text in given.fault:
        with _noted(problems):
            faults.append(Fault.parse(text))
            if vendor is not None:
                check(vendor, faults[-1])
    if given.progression is not None:
        with _noted(problems):
            progression = Progression.parse(given.progression)
    port = _number(given.port, "--port", 65_535, problems)
    seed = _number(given.seed, "--seed", 2**63, problems)
    tls = None if given.tls is None else _context(given.tls, problems)
    if problems or scenario is None:
        return _complain(problems)
    try:
        sandbox = Sandbox(
            vendor=given.vendor,
            scenario=scenario,
            faults=faults,
            progression=progression,
            port=port,
            seed=seed,
            observe=_report,
            tls=tls,
        )
    except ValueError as error:
        return _complain([str(error)])
    return _serve(sandbox, given.vendor, given.scenario, port)


def _serve(sandbox: Sandbox, vendor: str, scenario: str, port: int) -> int:
    ended: SimpleQueue[int] = SimpleQueue()  # an Event, set in a handler while it is waited for, can wait for itself

    def end(number: int, _frame: FrameType | None) -> None:
        ended.put(number)

    caught = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        caught.append(signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in caught}
    try:
        with sandbox:
            _say(f"sandbox: {vendor}, scenario {scenario}, listening at {sandbox.url}")
            ended.get()
    except OSError as error:
        return _complain([f"cannot listen on port {port} of the loopback interface: {error.strerror}"])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _report(exchange: Exchange) -> None:
    """Tell one exchange. Neither headers nor the query: either may carry what nobody else should read."""
    fault = "" if exchange.fault is None else f" {exchange.fault}"
    _say(f"{exchange.method} {exchange.path} {exchange.status or '-'}{fault}")


def _say(text: str) -> None:
    line = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    with contextlib.suppress(OSError):  # whoever read it may have left; the sandbox serves on
        sys.stdout.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
        sys.stdout.flush()


def _complain(problems: Sequence[str]) -> int:
    lines = "".join(f"  - {problem}\n" for problem in problems)
    sys.stderr.write(f"sandbox: cannot start\n{lines}usage: {_USAGE}\n")
    return 2


@contextlib.contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        problems.append(str(error))


def _number(text: str, name: str, highest: int, problems: list[str]) -> int:
    if text.isascii() and text.isdigit() and int(text[:20]) <= highest:
        return int(text[:20])
    problems.append(f"{name} {text!r} is no number from 0 to {highest}")
    return 0


def _context(path: str, problems: list[str]) -> "ssl.SSLContext | None":
    import ssl  # noqa: PLC0415 -- it costs every other start some milliseconds

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
    except OSError as error:
        problems.append(f"--tls {path!r} has no certificate with a key: {error.strerror or error}")
        return None
    return context


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox",
        usage=_USAGE,
        description="Emulates a test vendor on a loopback port, so that a pipeline can be tried without an account.",
        epilog=_catalogue(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        exit_on_error=False,
        allow_abbrev=False,
    )
    parser.add_argument("--vendor", default="autify", help=f"which vendor: {', '.join(BOXES)}")
    parser.add_argument("--scenario", default="passing", metavar="NAME", help="what runs come to, see below")
    parser.add_argument("--progression", metavar="TEXT", help="`immediate`, `5 looks` or `20s`; default: some seconds")
    parser.add_argument("--fault", action="append", default=[], metavar="TEXT", help="may be repeated, see below")
    parser.add_argument("--port", default="0", metavar="N", help="0 (the default) picks a free one")
    parser.add_argument("--seed", default="0", metavar="N", help="of all randomness")
    parser.add_argument("--tls", metavar="FILE", help="serve HTTPS; a PEM file with a certificate and its key")
    parser.add_argument("--list", action="store_true", help="show the scenarios and faults and end")
    return parser


def _catalogue() -> str:
    """Return what there is to choose from."""
    parts = ["Scenarios:", *(f"  {name:20} {one.description}" for name, one in SCENARIOS.items()), ""]
    parts += ["Faults:", *(f"  {kind:20} {text}" for kind, text in FAULTS.items()), ""]
    for name, vendor in BOXES.items():
        own = {scenario: one.description for scenario, one in vendor.scenarios.items()}
        scenarios = {scenario: SCENARIOS[scenario].description for scenario in sorted(vendor.without_scenarios)}
        without = {kind: FAULTS[kind] for kind in vendor.without}
        parts += _section(f"More scenarios of {name}:", own) + _section(f"More faults of {name}:", extra_faults(vendor))
        parts += _section(f"Scenarios that make no sense at {name}:", scenarios)
        parts += _section(f"Faults that make no sense at {name}:", without)
    parts += [
        "A fault is written",
        GRAMMAR,
        "",
    ]
    parts += [
        "Several at once: a path may choose its own scenario and faults, each with its own state, like",
        "  http://127.0.0.1:PORT/s/one-failure+503@describe-result+20s/api/v1",
        "",
    ]
    return "\n".join(parts)


def _section(title: str, entries: Mapping[str, str]) -> list[str]:
    return [title, *(f"  {name:20} {text}" for name, text in entries.items()), ""] if entries else []
