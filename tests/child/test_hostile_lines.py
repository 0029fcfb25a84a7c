"""What a command prints gives no order to any CI, and shows no secret of ours."""

import json

import pytest

from core.ci import CIS
from tests.child.conftest import Runner
from tests.ci.hostile import HOSTILE, SECRET, Screen, a_ci
from tests.readers.github_runner import read_log
from tests.readers.other_systems import azure, buildkite, gitlab, teamcity, without_ignorables

PRINT = "import json, sys\nsys.stdout.buffer.write(json.loads(sys.argv[1]).encode('utf-8', 'surrogatepass'))"


@pytest.mark.parametrize("name", CIS)
def test_no_line_of_a_command_is_a_command_of_a_ci(runner: Runner, name: str) -> None:
    screen = Screen()
    ci = a_ci(name, screen)
    runner.on_line = ci.info
    for text in HOSTILE.values():
        runner.python(PRINT, json.dumps(text[:20_000]))
    shown = screen.getvalue()
    for read in (shown, without_ignorables(shown)):
        assert read_log(read)[0] == []
        assert azure(read) == teamcity(read) == gitlab(read) == buildkite(read) == []
    assert SECRET not in shown


def test_a_plain_line_is_shown_as_it_is(runner: Runner) -> None:
    """So that a problem matcher finds what it looks for."""
    screen = Screen()
    runner.on_line = a_ci("github", screen).info
    runner.python("print('tests/test_cart.py:12: AssertionError: 1 != 2'); print('  E  indented')")
    assert screen.getvalue() == "tests/test_cart.py:12: AssertionError: 1 != 2\n  E  indented\n"
