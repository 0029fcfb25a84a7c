"""What setup.sh could not get: only that may be skipped. What it says it has must be there, or the proof is gone."""

from typing import NoReturn

import pytest

from tests.verify.engine import TOOLS

MISSING = TOOLS / "missing.txt"  # a line for each list of tools that can't be had, written by setup.sh


def lacking(tool: str, of: str) -> NoReturn:
    """Skip a test that wants a tool of the list `of`; fail where nobody says that it can't be had."""
    told = MISSING.read_text(encoding="utf-8") if MISSING.exists() else ""
    if of in told.split():
        pytest.skip(f"{tool} is not at hand: the tools of tests/verify/{of} can't be had")
    pytest.fail(f"{tool} is not at hand: run tests/verify/setup.sh, which says what can't be had")
