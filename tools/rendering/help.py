"""help.txt, the text of `--help`."""

from textwrap import wrap

from core import VERSION
from tools.rendering.inputs import inputs


def help_text() -> str:
    lines = [
        f"test-runner-action {VERSION}: start a test run at a vendor, wait for it, gate on it, show it.",
        "",
        "usage: entrypoint.py [run|start|wait|cleanup] [--INPUT VALUE …]",
        "       entrypoint.py api VENDOR OPERATION [--help]",
        "       entrypoint.py sandbox --vendor VENDOR [--help]",
        "       entrypoint.py demo",
        "",
        "Each input is read from --NAME, from INPUT_NAME, from TEST_RUNNER_NAME (with underscores), in that order.",
        "TEST_RUNNER_TOKEN goes to any vendor: where the vendor's own variable differs from it, none is sent.",
        "Secrets are never flags. Exit codes: 0 passed, 1 tests failed, 2 bad input, 3 nothing was started,",
        "4 timed out, 5 no test ran, 6 a report could not be written, 7 result unknown, 70 a bug, 130/143 stopped.",
    ]
    group: tuple[str, ...] | None = None
    for item in inputs():
        if item.vendors != group:
            group = item.vendors
            lines += ["", f"For {', '.join(group)}:" if group else "For every vendor:"]
        lines += [f"  {item.name}", *wrap(item.sentence, 100, initial_indent="      ", subsequent_indent="      ")]
    return "\n".join(lines) + "\n"
