"""Testmo's own client, where it is at hand: tools/testmo_cli.py installs it and prints its path, or says why not."""

import os

import pytest

from tools.testmo_cli import REASON

CLI = os.environ.get("TESTMO_CLI", "")


def _reason() -> str:
    if REASON.exists():
        return f"Testmo's client can't be had: {REASON.read_text(encoding='utf-8').strip()}"
    return "TESTMO_CLI names no client of Testmo: `python tools/testmo_cli.py` installs it and prints its path"


needs_client = pytest.mark.skipif(not CLI, reason=_reason())
