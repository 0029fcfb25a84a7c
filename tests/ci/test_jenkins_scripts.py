"""The scripts of the shared library beside steps that live: what is another step's is neither stopped nor deleted."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.workspace.marked import MARK

SCRIPTS = Path(__file__).parents[2] / "jenkins" / "resources" / "org" / "testrunner"
RESULTS = "test-results/test-runner/autify"
# `docker run` leaves an id made of its folder's name, as one whose client was killed; all calls are noted.
DOCKER = """#!/bin/sh
echo "$*" >>"$CALLS"
echo "${TEST_RUNNER_APP_FILE:-}|${TEST_RUNNER_CA_BUNDLE:-}" >"$CALLS.files"
while [ $# -gt 0 ]; do
  if [ "$1" = --cidfile ]; then basename "$PWD" >"$2"; fi
  shift
done
"""
# What is fetched is one program: it notes where it is, and lives where it is told to.
GIT = """#!/bin/sh
case "$*" in
*checkout*) printf '%s\\n' 'echo "$0" >>"$CALLS"' '[ -z "$LIVES" ] || exec sleep 60' >"$2/entrypoint.py" ;;
esac
"""
PYTHON = """#!/bin/sh
case "$*" in
*'-m venv '*) for at; do :; done; mkdir -p "$at/bin" && cp "$0" "$at/bin/python" ;;
*'-m pip '*) env | grep ^PIP_ | sort >"$CALLS.pip" ;;
*) shift 2; exec sh "$@" ;;
esac
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Its programs are stand-ins; all steps share one workspace, and so WORKSPACE_TMP."""

    root: Path

    def start(
        self, script: str, place: str = ".", *, id_: str, results: str = RESULTS, **more: str
    ) -> "subprocess.Popen[bytes]":
        folder = self.root / "workspace" / place
        folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "PATH": f"{self.root / 'bin'}:{os.environ['PATH']}",
            "CALLS": str(self.root / "calls"),
            "WORKSPACE_TMP": str(self.root / "workspace@tmp"),
            "TESTRUN_SCRIPT_ID": id_,
            "TEST_RUNNER_RESULTS_DIR": results,
            "TESTRUN_SCRIPT_VARIABLES": "",
            "TESTRUN_SCRIPT_IMAGE": "image",
            "TESTRUN_SCRIPT_PYTHON": "stand-in-python",
            "TESTRUN_SCRIPT_SOURCE": "",
            "TESTRUN_SCRIPT_REF": "",
            "LIVES": "",
        }
        return subprocess.Popen(["sh", str(SCRIPTS / script)], cwd=folder, env=environment | more)

    def run(self, script: str, place: str = ".", *, id_: str, results: str = RESULTS, **more: str) -> int:
        return self.start(script, place, id_=id_, results=results, **more).wait(30)

    def clean(self, script: str, place: str = ".", *, id_: str, results: str = RESULTS) -> int:
        return self.run(script, place, id_=id_, results=results, TESTRUN_SCRIPT_COMMAND="cleanup")

    def shown(self) -> tuple[list[str], str, str]:
        """What the last container sees besides the workspace; its app and its CA bundle, as the program is told."""
        call = (self.root / "calls").read_text().splitlines()[-1].partition(" -e ")[0]
        app, bundle = (self.root / "calls.files").read_text().strip().split("|")
        return re.findall(r" -v (\S+)", call)[1:], app, bundle

    def stopped(self) -> list[str]:
        """The containers that were."""
        lines = (self.root / "calls").read_text().splitlines()
        return [line.rpartition(" ")[2] for line in lines if line.startswith("stop ")]

    def kept(self) -> list[str]:
        """The folders of steps that are there."""
        return sorted(path.name for path in (self.root / "workspace@tmp" / "test-runner").iterdir())


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    if sys.platform == "win32":
        pytest.skip("the library refuses agents with Windows")
    (tmp_path / "bin").mkdir()
    for name, text in {"docker": DOCKER, "git": GIT, "stand-in-python": PYTHON}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "calls").touch()
    return Agent(root=tmp_path)


def test_a_clean_up_stops_the_container_of_its_own_step_alone(agent: Agent) -> None:
    """Two branches of a monorepo, each in its `dir`: the same vendor, the same results folder, one WORKSPACE_TMP."""
    for place in ("api", "web"):
        assert agent.run("container.sh", place, id_=f"id-{place}") == 0
    assert agent.clean("container.sh", "api", id_="id-api") == 0
    assert (agent.stopped(), agent.kept()) == (["api"], ["id-web"])
    assert agent.clean("container.sh", "web", id_="id-web") == 0
    assert (agent.stopped(), agent.kept()) == (["api", "web"], [])


def test_a_step_with_mode_cleanup_stops_the_containers_of_lost_steps_of_its_place(agent: Agent) -> None:
    for number, (place, results) in enumerate([("web", RESULTS), ("web", "out"), ("api", RESULTS)]):
        agent.run("container.sh", place, id_=f"id-{number}", results=results)
    assert agent.run("container.sh", "web", id_="later", TEST_RUNNER_MODE="cleanup") == 0
    assert (agent.stopped(), agent.kept()) == (["web"], ["id-1", "id-2"])


def test_a_step_that_starts_stops_no_container(agent: Agent) -> None:
    for id_ in ("one", "two"):
        agent.run("container.sh", id_=id_)
    assert agent.stopped() == []


@pytest.mark.parametrize(
    "other", [("web", RESULTS), (".", f"{RESULTS}/chrome"), (".", "test-results")], ids=["beside", "below", "above"]
)
def test_the_program_of_a_step_that_lives_stays(other: tuple[str, str], agent: Agent) -> None:
    at, results = other
    living = agent.start("agent.sh", id_="lives", LIVES="1")
    try:
        while not (agent.root / "calls").read_text():
            assert living.poll() is None
        assert agent.run("agent.sh", at, id_="other", results=results) == 0
        assert agent.clean("agent.sh", at, id_="other", results=results) == 0
        assert agent.kept() == ["lives"]
        assert (agent.root / "workspace@tmp" / "test-runner" / "lives" / "entrypoint.py").exists()
    finally:
        living.kill()
        living.wait()


def test_what_a_lost_step_left_is_deleted_by_the_next_one_of_its_place(agent: Agent) -> None:
    for id_, place in (("lost", "web"), ("elsewhere", "api"), ("next", "web")):
        assert agent.run("agent.sh", place, id_=id_) == 0
    assert agent.kept() == ["elsewhere", "next"]


def test_a_step_with_mode_cleanup_takes_its_own_program_away(agent: Agent) -> None:
    assert agent.run("agent.sh", id_="later", TEST_RUNNER_MODE="cleanup") == 0
    assert agent.kept() == []


def test_settings_of_pip_that_are_for_others_do_not_reach_it(agent: Agent) -> None:
    meant = {"PIP_INDEX_URL": "https://mirror.example/simple"}
    others = {"PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1", "PIP_TARGET": "/t", "PIP_PREFIX": "/p", "PIP_ROOT": "/r"}
    assert agent.run("agent.sh", id_="one", **meant, **others) == 0
    told = (agent.root / "calls.pip").read_text().splitlines()
    assert told == ["PIP_INDEX_URL=https://mirror.example/simple", "PIP_REQUIRE_VIRTUALENV=0", "PIP_USER=0"]


def test_a_file_that_an_input_names_outside_of_the_folder_is_shown_to_the_container_alone_and_read_only(
    agent: Agent,
) -> None:
    workspace = agent.root / "workspace"
    for path in (workspace / "android" / "app.apk", workspace / "e2e" / "app.apk", agent.root / "certs" / "ca.pem"):
        path.parent.mkdir(parents=True)
        path.touch()
    (agent.root / "link").symlink_to("certs")
    (workspace / "e2e" / "link.apk").symlink_to("../android/app.apk")
    app, bundle = f"{workspace}/android/app.apk", f"{agent.root}/certs/ca.pem"
    mounts = [f"{path}:{path}:ro" for path in (app, bundle)]
    for asked in (app, "../android/app.apk", f"{workspace}/e2e/../android/app.apk"):
        files = {"TEST_RUNNER_APP_FILE": asked, "TEST_RUNNER_CA_BUNDLE": f"{agent.root}/link/ca.pem"}
        for more in ({}, {"TESTRUN_SCRIPT_COMMAND": "cleanup"}):
            assert agent.run("container.sh", "e2e", id_="one", **files, **more) == 0
            assert agent.shown() == (mounts, app, bundle)
    for inside in ("app.apk", f"{workspace}/e2e/app.apk", "../e2e/app.apk", "../none.apk", "link.apk"):
        assert agent.run("container.sh", "e2e", id_="one", TEST_RUNNER_APP_FILE=inside) == 0
        assert agent.shown() == ([], inside, "")


@pytest.mark.parametrize("script", ["container.sh", "agent.sh"])
def test_a_report_that_is_none_of_ours_stays_where_our_old_one_goes(script: str, agent: Agent) -> None:
    folder = agent.root / "workspace" / "reports"
    folder.mkdir(parents=True)
    report, beside = folder / "junit.xml", folder / "report.json"

    def stays(text: str, json: str = "") -> bool:
        report.write_text(text)
        beside.write_text(json)
        assert agent.run(script, id_="one", results="reports") == 0
        return report.exists()

    assert stays("<testsuites/>")
    assert stays("<testsuites/>", '{"cucumber": "test-runner-action"}')
    assert not stays(f'<?xml version="1.0"?>\n{MARK}\n<testsuites/>')
    assert not stays("<testsuites/>", '{"tool": {"name": "test-runner-action", "version": "1.0"}}')
    report.unlink(missing_ok=True)
    os.mkfifo(report)
    assert agent.run(script, id_="one", results="reports") == 0
    assert not report.exists()


@pytest.mark.parametrize("script", ["container.sh", "agent.sh"])
def test_an_old_report_that_can_not_go_is_no_failed_test(script: str, agent: Agent) -> None:
    (agent.root / "workspace" / RESULTS / "junit.xml").mkdir(parents=True)
    assert agent.run(script, id_="one") == 6
