"""Any CI that we don't know yet: the terminal's plain lines, even where the CI pretends to be a terminal."""

from collections.abc import Callable, Mapping

from core.ci.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def make(
    *,
    env: Mapping[str, str],
    out: "TextIO",
    redact: Callable[[str], str],
    vendor: str,
    debug: bool,
    now: Callable[[], float],  # noqa: ARG001 -- one signature for all CI systems
) -> Terminal:
    return Terminal(name="generic", env=env, out=out, redact=redact, vendor=vendor, debug=debug, plain=True)
