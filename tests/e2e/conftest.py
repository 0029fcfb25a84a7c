"""A step in a workspace of its own, on GitHub or in a plain terminal."""

from pathlib import Path

import pytest

from tests.e2e.support import Step


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Step(folder=tmp_path)


@pytest.fixture
def terminal(tmp_path: Path) -> Step:
    return Step(folder=tmp_path, ci="terminal")
