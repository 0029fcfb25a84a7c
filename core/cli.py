"""The commands by name. Each is imported when it is asked for, so that none pays for another."""

from core.process import Process


def main(process: Process) -> int:
    """Run one command; returns the exit code."""
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
