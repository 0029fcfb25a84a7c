"""Our own reports, known by what they say of themselves: with `results-dir` another step may have left them anywhere.

They hold a vendor's cases, or one of ours on how a run ended. Taken for the user's, they would be a green or a red that
no test of his has earned.

A mark stands at the beginning and another at the end, which counts the bytes before it. Where that does not fit,
somebody has put more into the file since, or taken some out: then it is a report of his, and what failed in it counts.
"""

import os
import re

from core.workspace.opening import reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

MARK = "<!-- Written by test-runner-action. Patterns of `results` leave it out. -->"
"""Stands in our junit.xml before the root: whoever reads XML passes a comment by, however strict he is."""

_HEAD = 4096  # bytes at the beginning of a file that tell whose it is
_TAIL = 128  # and at its end
# Compiled at their first use: every start imports the mark, and hardly any meets a report.
_BEFORE_THE_ROOT = rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*"
# Before there was a mark: our dialect, beside our other report.
_DIALECT = (
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\r?\n<testsuites name="[^"]*" tests="\d+" failures="\d+" errors="\d+"'
    rb' skipped="\d+" time="[\d.]+" timestamp="'
)
_AFTER_THE_ROOT = rb"<!-- Written by test-runner-action: (\d{1,19}) bytes\. -->\n\Z"
_REPORT, _TOOL = "report.json", b'"tool": {"name": "test-runner-action"'


def closing(size: int) -> str:
    """The mark at the end of our junit.xml, before which there are `size` bytes."""
    return f"<!-- Written by test-runner-action: {size} bytes. -->\n"


def is_ours(file: "BinaryIO", size: int, real: str) -> bool:
    """Whether we wrote all of this open file of `size` bytes; `real` is its path, to look beside it. Raises OSError."""
    head = file.read(_HEAD)
    if re.match(_BEFORE_THE_ROOT + re.escape(MARK.encode()), head):
        file.seek(max(0, size - _TAIL))
        end = re.search(_AFTER_THE_ROOT, file.read(_TAIL))
        return end is not None and size == int(end[1]) + len(end[0])
    return bool(re.match(_DIALECT, head)) and _TOOL in _beginning(os.path.join(os.path.dirname(real), _REPORT))


def _beginning(path: str) -> bytes:
    try:
        with reading(path) as file:
            return file.read(_HEAD)
    except OSError:
        return b""
