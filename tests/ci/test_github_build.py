import json
from pathlib import Path

import pytest

from core.ci.github_build import build
from core.model import Build

SHA = "0123456789abcdef0123456789abcdef01234567"
ENV = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTION": "__org_test-runner-action",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REPOSITORY": "org/repo",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_RUN_ID": "77",
    "GITHUB_RUN_NUMBER": "12",
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_SHA": "f" * 40,
    "GITHUB_WORKFLOW": "Nightly",
}


def test_a_push() -> None:
    assert build(ENV, "autify") == Build(
        ci="github",
        step="__org_test-runner-action",
        name="org/repo Nightly #12 (attempt 2)",
        commit="f" * 40,
        branch="main",
        url="https://github.example/org/repo/actions/runs/77/attempts/2",
        project="org/repo",
        number="12",
    )


def test_an_environment_that_says_nothing() -> None:
    assert build({}, "autify") == Build(ci="github", step="autify")
    assert build({"GITHUB_ACTION": "../..", "GITHUB_RUN_ID": "7"}, "../x").step == "x"


def _of_pull_request(tmp_path: Path, event: bytes) -> Build:
    path = tmp_path / "event.json"
    path.write_bytes(event)
    env = ENV | {
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(path),
        "GITHUB_HEAD_REF": "feature/x",
        "GITHUB_REF_NAME": "12/merge",
    }
    return build(env, "autify")


def test_on_a_pull_request_the_commit_is_the_one_that_its_author_knows(tmp_path: Path) -> None:
    event = {"pull_request": {"number": 12, "head": {"sha": SHA, "ref": "feature/x"}}}
    found = _of_pull_request(tmp_path, json.dumps(event).encode())
    assert (found.commit, found.branch) == (SHA, "feature/x")


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"pull_request": null}',
        b'{"pull_request": {"head": {"sha": 7}}}',
        b'{"pull_request": {"head": {"sha": "x\\n::error::"}}}',
        b'{"pull_request": {"head": {"sha": "abc"}}}',
        b'{"pull_request": {"head": {"sha": "' + b"::error::".ljust(40) + b'"}}}',
        b"[" * 100_000,
        b'{"x": ' + b"9" * 5000 + b"}",
        b" " * ((32 << 20) + 1),
    ],
    ids=range(13),
)
def test_a_broken_event_leaves_the_merge_commit(event: bytes, tmp_path: Path) -> None:
    assert _of_pull_request(tmp_path, event).commit == "f" * 40


def test_an_absent_event_leaves_the_merge_commit(tmp_path: Path) -> None:
    env = ENV | {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_EVENT_PATH": str(tmp_path / "none")}
    assert build(env, "autify").commit == "f" * 40


@pytest.mark.parametrize(
    ("action", "step"),
    [
        ("vendor-tests", "vendor-tests"),
        ("__self_2", "__self_2"),
        ("a/b\\c d", "a-b-c-d"),
        ("...", "autify"),
        (".hidden", "hidden"),
        ("한국어", "autify"),
        ("x" * 300, "x" * 100),
    ],
)
def test_the_step_is_a_safe_part_of_a_path(action: str, step: str) -> None:
    assert build(ENV | {"GITHUB_ACTION": action}, "autify").step == step
