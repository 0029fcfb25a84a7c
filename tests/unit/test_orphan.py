"""What `cleanup` ends of a killed step's command: its group whoever of it is left, and no stranger."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from core.recovery import orphan
from core.recovery.identity import group_of, identity
from core.waiting.clock import SystemClock
from core.waiting.stop import Stop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc")


@contextmanager
def command(script: str) -> Iterator[tuple["subprocess.Popen[str]", Mapping[str, Any]]]:
    """A command as core.child.starting starts it, once it has said that it is ready, and what a journal says of it."""
    words = ["sh", "-c", script]
    with subprocess.Popen(words, start_new_session=True, stdout=subprocess.PIPE, text=True) as process:
        who = identity(process.pid)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process, who
        finally:
            if group_of(who):
                os.killpg(process.pid, signal.SIGKILL)


def ended(who: Mapping[str, Any]) -> bool:
    return orphan.end(who, SystemClock(), Stop({}))


DEAF = "sh -c 'trap \"\" TERM; echo ready; exec sleep 301' &"


def test_what_does_not_listen_is_killed_though_its_leader_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphan, "PATIENCE", 0.5)
    with command(f"{DEAF} wait") as (_, who):
        assert len(group_of(who)) == 2
        assert ended(who)
        assert group_of(who) == []


def test_what_a_dead_leader_has_left_is_found_and_ended() -> None:
    with command("sh -c 'echo ready; exec sleep 301' & read go < /dev/null; exit 3") as (process, who):
        process.wait()
        assert len(group_of(who)) == 1
        assert ended(who)
        assert group_of(who) == []


def test_nobody_is_taken_for_a_part_of_a_group_by_its_number_alone() -> None:
    """Not the group of one that was born at another time, on another host, or after all of ours."""
    with command("sh -c 'echo ready; exec sleep 301' & exit 3") as (process, who):
        process.wait()
        later = str(int(who["born"]) + 10**9)
        for wrong in ({"born": later}, {"born": ""}, {"place": "else"}, {"pid": 1}, {"pid": "1"}, {"pid": True}):
            assert group_of({**who, **wrong}) == []
            assert ended({**who, **wrong})
        assert len(group_of(who)) == 1
    with command("echo ready; exec sleep 301") as (process, who):
        earlier = str(int(who["born"]) - 1)  # the number was given away again
        assert group_of({**who, "born": earlier}) == []
        assert process.poll() is None
