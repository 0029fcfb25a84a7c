"""The real program in a job of every CI system, against vendors whose every text attacks whoever shows it."""

import re
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from core.ci import CIS
from core.ci.outputs import variable
from core.sandbox import BOXES, Progression, Sandbox
from core.sandbox.repertoire import scenarios_of
from tests.ci.environments import ENVIRONMENTS
from tests.ci.hostile import HOSTILE
from tests.contract.jobs import FILES, JOBS
from tests.e2e.places import Left, run, usual_acts
from tests.readers.acts import acts
from tests.readers.other_systems import without_ignorables
from tools.rendering.outputs import OUTPUTS

TOKEN = "t0ken-0f-every-ci"
FENCED = re.compile(r"^(`{3,})text\n.*?^\1$", re.MULTILINE | re.DOTALL)
ALIVE = re.compile("<script|<img|(?<!\\\\)\\]\\(javascript|[\x1b\u202e]")  # in a page, outside of what is fenced


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A way to use a vendor, and how it ends: exit code, conclusion, and tests in the report."""

    job: str
    ends: tuple[int, str, int]
    inputs: Mapping[str, str]


ATTACKS = {
    "autify": Attack(job="autify-scenarios", ends=(1, "failed", 2), inputs={}),
    "autify, which refuses": Attack(job="autify-scenarios", ends=(3, "error", 0), inputs={"scenarios": "999999"}),
    "apptest-ai": Attack(job="apptest-ai", ends=(1, "failed", 3), inputs={"app_file": "app.apk"}),
    "mendix-ats": Attack(job="mendix-ats", ends=(1, "failed", 19), inputs={}),
    "testmo": Attack(job="testmo", ends=(1, "failed", 0), inputs={"results": "hostile.xml"}),
    "qtest": Attack(job="qtest-upload", ends=(1, "failed", 0), inputs={"results": "hostile.xml"}),
}


def _forms(token: str) -> set[str]:
    """What may be masked: the token, its parts, and both as Basic authentication has them."""
    return {token, *token.split(":"), b64encode(token.encode()).decode()}


def _legal(text: str) -> str:
    """The text without what no XML may hold."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text[:100_000])


def _hostile_junit() -> str:
    cases = [
        f"<testcase classname={quoteattr(_legal(text))} name={quoteattr(f'{name} {_legal(text)}')}>"
        f"<failure message={quoteattr(_legal(text))}>{escape(_legal(text))}</failure></testcase>"
        for name, text in HOSTILE.items()
    ]
    return f"<testsuites><testsuite name='s'>{''.join(cases)}</testsuite></testsuites>"


def _attacked(ci: str, attack: Attack, folder: Path) -> Left:
    job = JOBS[attack.job]
    (folder / "workspace").mkdir(parents=True)
    (folder / "workspace" / "hostile.xml").write_text(_hostile_junit(), "utf-8")
    (folder / "workspace" / "app.apk").write_bytes((FILES / "app.apk").read_bytes())
    hostile = scenarios_of(BOXES[job.box])["hostile"]
    with Sandbox(vendor=job.box, scenario=hostile, progression=Progression.immediate()) as sandbox:
        usual = {"vendor": job.vendor, "token": TOKEN, "base_url": sandbox.url}
        return run(ci, folder, usual | dict(job.inputs) | dict(attack.inputs))


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_that_a_vendor_says_sets_an_output_masks_or_fails_a_step_in_any_ci(name: str, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    places = [tmp_path / ci for ci in CIS]
    with ThreadPoolExecutor(4) as pool:  # most of the time is waiting
        for left in pool.map(_attacked, CIS, [attack] * len(CIS), places):
            _check(left, attack)


def _check(left: Left, attack: Attack) -> None:
    status, conclusion, tests = attack.ends
    tests = tests or (len(HOSTILE) if status == 1 else 0)
    assert (left.status, left.errors) == (status, ""), left.log
    assert set(left.acts) <= usual_acts(left.ci), left.ci
    assert set(acts(without_ignorables(left.log))) <= usual_acts(left.ci), left.ci
    assert set(left.masks) <= _forms(JOBS[attack.job].inputs.get("token", TOKEN))
    outputs = left.outputs()
    assert outputs["TESTRUN_CONCLUSION"] == conclusion
    assert outputs["TESTRUN_EXIT_CODE"] == str(status)
    assert set(outputs) <= {variable(output) for output in OUTPUTS}
    assert all("\n" not in text for text in outputs.values())
    for file in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"):
        assert left.files.get(file, "") == ""
    assert left.report["conclusion"] == conclusion
    assert (left.junit.tag, len(left.junit.findall(".//testcase"))) == ("testsuites", tests or 1)
    for page in (left.files.get("GITHUB_STEP_SUMMARY", ""), left.told.get("annotate.stdin", "")):
        assert ALIVE.findall(FENCED.sub("", page)) == []
    assert [path.name for path in left.workspace.rglob("pwned")] == []


def test_every_system_has_an_environment() -> None:
    assert set(CIS) <= set(ENVIRONMENTS)
