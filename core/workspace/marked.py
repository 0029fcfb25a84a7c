"""Our own reports, known by what they say of themselves: with `results-dir` another step may have left them anywhere.

They hold a vendor's cases, or one of ours on how a run ended. Taken for the user's, they would be a green or a red that
no test of his has earned.
"""

import os
import re

from core.workspace.opening import reading

MARK = "<!-- Written by test-runner-action. Patterns of `results` leave it out. -->"
"""Stands in our junit.xml before the root: whoever reads XML passes a comment by, however strict he is."""

HEAD = 4096  # bytes at the beginning of a file that tell whose it is
# Compiled at their first use: every start imports the mark, and hardly any meets a report.
_BEFORE_THE_ROOT = rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*"
# Before there was a mark: our dialect, beside our other report.
_DIALECT = (
    rb'<\?xml version="1\.0" encoding="UTF-8"\?>\r?\n<testsuites name="[^"]*" tests="\d+" failures="\d+" errors="\d+"'
    rb' skipped="\d+" time="[\d.]+" timestamp="'
)
_REPORT, _TOOL = "report.json", b'"tool": {"name": "test-runner-action"'


def is_ours(head: bytes, real: str) -> bool:
    """Whether we wrote the file with this beginning; `real` is its path, to look beside it."""
    if re.match(_BEFORE_THE_ROOT + re.escape(MARK.encode()), head):
        return True
    return bool(re.match(_DIALECT, head)) and _TOOL in _beginning(os.path.join(os.path.dirname(real), _REPORT))


def _beginning(path: str) -> bytes:
    try:
        with reading(path) as file:
            return file.read(HEAD)
    except OSError:
        return b""
