"""The recipe of docs/own-tests.md: an image built FROM ours that has the tools of the user's `command`."""

import re
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from core.sandbox.testmo import recorded
from tests.verify.engine import ROOT, Engine, build
from tests.verify.runner import Runner

TESTS = "def test_adds():\n    assert 1 + 1 == 2\n\ndef test_counts():\n    assert 1 + 1 == 3\n"
COMMAND = "pytest --junitxml=reports/junit.xml tests"
INPUTS = {"vendor": "testmo", "token": "t", "project-id": "1", "source": "shop", "results": "reports/*.xml"}


@pytest.fixture(scope="module")
def derived(engine: Engine, image: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of the Dockerfile in the documentation, on the image that was built here."""
    text = (ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"```dockerfile\n(.*?)```", text, re.DOTALL)
    folder = tmp_path_factory.mktemp("derived")
    (folder / "Dockerfile").write_text(re.sub(r"(?m)^FROM .*$", f"FROM {image}", recipe))
    return build(engine, image, tag="shop-tests:ci", folder=folder)


def test_a_command_runs_in_an_image_that_is_made_from_ours(engine: Engine, derived: str, tmp_path: Path) -> None:
    runner = Runner(engine, derived, tmp_path)
    (runner.workspace / "tests").mkdir()
    (runner.workspace / "tests" / "test_shop.py").write_text(TESTS)
    with Sandbox(vendor="testmo") as testmo:
        ended = runner.step({**INPUTS, "base-url": testmo.url, "command": COMMAND})
        ours = [run for run in recorded(testmo.ledger) if run.ours]
    assert (ended.status, ended.outputs["command-exit-code"]) == (1, "1"), ended.log
    assert (ended.outputs["tests"], ended.outputs["failed"]) == ("2", "1")
    assert "1 failed, 1 passed" in ended.log  # the command's own output is shown
    assert [(sorted(test.name for test in run.tests), run.completed) for run in ours] == [
        (["test_adds", "test_counts"], True)
    ]


def test_in_our_own_image_a_missing_program_is_told_with_the_ways_out(
    engine: Engine, image: str, tmp_path: Path
) -> None:
    with Sandbox(vendor="testmo") as testmo:
        ended = Runner(engine, image, tmp_path).step({**INPUTS, "base-url": testmo.url, "command": COMMAND})
        assert not [run for run in recorded(testmo.ledger) if run.ours]
    assert (ended.status, ended.outputs["reason"]) == (2, "bad-input")
    assert "build an image FROM ours" in ended.log
