"""The commands by name. Each is imported when it is asked for, so that none pays for another."""

from core import PROJECT
from core.process import Process

OUTPUT, BUG = 6, 70  # core.model.ExitCode, which the sandbox need not import


def main(process: Process) -> int:
    """Run one command; returns the exit code, also for what should never happen."""
    try:
        return _command(process)
    except (
        SystemExit
    ) as error:  # a module that is not ours stands in for one that is: nobody here leaves so but argparse
        if process.arguments and process.arguments[0] == "sandbox":
            raise
        return _bug(error)
    except OSError as error:
        if error.filename is None:  # our own output: its reader has gone, or the disk is full
            return OUTPUT
        return _bug(error)
    except Exception as error:  # noqa: BLE001 -- the last net: a bug must not look like failed tests
        return _bug(error)


def _bug(error: BaseException) -> int:
    import sys  # noqa: PLC0415 -- only a bug pays for it
    import traceback  # noqa: PLC0415 -- the same

    from core.commands.lacking import lacking  # noqa: PLC0415 -- the same

    lack = lacking(error)
    if lack:
        sys.stderr.write(f"{lack.fact} {lack.remedy}\n")
        return int(lack.exit_code)
    # Without the error's own words: there is no redactor here, and they may hold a secret.
    sys.stderr.write("".join(traceback.format_tb(error.__traceback__)))
    sys.stderr.write(f"A bug in this program: {type(error).__name__}. Please report it at {PROJECT}/issues.\n")
    return BUG


def _command(process: Process) -> int:
    first = process.arguments[0] if process.arguments else ""
    if first == "sandbox":
        from core.sandbox.command import main as sandbox  # noqa: PLC0415 -- see above

        return sandbox(list(process.arguments[1:]))
    if first == "demo":
        from core.commands.demo import demo  # noqa: PLC0415 -- see above

        return demo(process)
    if first == "api":
        from core.commands.api import api  # noqa: PLC0415 -- see above

        return api(process)
    from core.commands.step import step  # noqa: PLC0415 -- see above

    return step(process)
