"""The native action's first step: what pip gets to see."""

import os
import runpy
from pathlib import Path

from core.inputs.sources import USUAL_SECRETS

LAUNCH = runpy.run_path(str(Path(__file__).parents[2] / "native" / "launch.py"), run_name="launch")


def test_pip_gets_none_of_our_secrets_and_whatever_else_it_may_need() -> None:
    ours = {
        "INPUT_TOKEN": "t",
        "INPUT_TESTMO_TOKEN": "t",
        "test_runner_token": "t",
        **dict.fromkeys(USUAL_SECRETS, "t"),
    }
    kept = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "https://u:p@index.example.com", "HTTPS_PROXY": "http://p"}
    others = {"PIP_TARGET": "/t"}
    seen = LAUNCH["_for_pip"]({**ours, **kept, **others})
    assert seen == kept | LAUNCH["MEANT"]
    assert LAUNCH["SECRETS"] == USUAL_SECRETS
