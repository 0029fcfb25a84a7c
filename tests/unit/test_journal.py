"""The journal survives what kills a process, and believes nobody else's lines."""

import json
import os
import shutil
from pathlib import Path

import pytest

from core.errors import OutputError
from core.model import RemoteRun
from core.recovery.journal import Journal
from core.recovery.left import at_work, has_ended, left_behind
from core.workspace.places import STATE

RUN = RemoteRun(vendor="autify", id="7", url="https://vendor.example.com/7")
DEBT = {"kind": "url-replacement", "test-plan": "3001"}


def journal(workspace: Path, *, step: str = "e2e", mode: str = "run") -> Journal:
    """One whose process is gone, so that nobody holds it."""
    made = Journal.create(str(workspace), step=step, vendor="autify", mode=mode, at=1_770_000_000)
    made.close()
    return made


def left(workspace: Path, step: str = "e2e", vendor: str = "autify") -> list[object]:
    return list(left_behind(str(workspace), step=step, vendor=vendor))


def test_what_is_open_is_found_again_and_what_is_finished_is_not(tmp_path: Path) -> None:
    mine = journal(tmp_path)
    mine.starting()
    assert left_behind(str(tmp_path), step="e2e", vendor="autify")[0].doubtful
    mine.started(RUN)
    mine.owe(DEBT)
    (found,) = left_behind(str(tmp_path), step="e2e", vendor="autify")
    assert (found.runs, found.debts, found.doubtful) == ({"7": RUN}, [DEBT], False)
    mine.settle(DEBT)
    mine.finished(RUN)
    assert left(tmp_path) == []


def test_another_step_or_vendor_is_none_of_our_business(tmp_path: Path) -> None:
    journal(tmp_path).started(RUN)
    assert left(tmp_path, step="other") == []
    assert left(tmp_path, vendor="testmo") == []
    assert len(left(tmp_path)) == 1


def test_a_line_cut_by_a_kill_and_lines_of_others_are_skipped(tmp_path: Path) -> None:
    journal(tmp_path).started(RUN)
    (path,) = (tmp_path / STATE).glob("*.jsonl")
    with path.open("ab") as file:
        file.write(b'[1]\nnull\n"x"\n{"event":"started","id":8,"url":1}\n{"event":"owe","what":3}\n\xff\xfe\n')
        file.write(b"[" * 100_000 + b'\n{"event":"finis')
    (found,) = left_behind(str(tmp_path), step="e2e", vendor="autify")
    assert list(found.runs) == ["7"]
    found.journal.finished(RUN)  # after the torn line, and not lost in it
    assert left(tmp_path) == []


def test_the_last_entry_of_a_long_stay_is_read(tmp_path: Path) -> None:
    journal = Journal.create(str(tmp_path), step="s", vendor="v", mode="run", at=0)
    journal.close()
    (path,) = (tmp_path / ".test-runner").glob("*.jsonl")
    with path.open("a", encoding="utf-8") as file:
        for at in range(4_000):
            what = {"kind": "job", "label": "x" * 250, "job": str(at)}
            file.write(json.dumps({"event": "owe", "what": what}) + "\n")
            if at < 3_999:
                file.write(json.dumps({"event": "settle", "what": what}) + "\n")
    assert path.stat().st_size > 1 << 20
    (left,) = left_behind(str(tmp_path), step="s", vendor="v")
    assert [debt["job"] for debt in left.debts] == ["3999"]


def test_a_step_that_is_still_at_work_has_left_nothing_behind(tmp_path: Path) -> None:
    mine = Journal.create(str(tmp_path), step="e2e", vendor="autify", mode="run", at=1_770_000_000)
    mine.started(RUN)
    assert left(tmp_path) == []
    mine.close()
    assert len(left(tmp_path)) == 1


def test_the_journal_keeps_out_of_git_and_follows_no_link(tmp_path: Path) -> None:
    journal(tmp_path)
    assert (tmp_path / STATE / ".gitignore").read_text() == "*\n"
    other = tmp_path / "elsewhere"
    other.mkdir()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / STATE).symlink_to(other)
    with pytest.raises(OutputError, match="symbolic link"):
        journal(linked)
    assert list(other.iterdir()) == []


def test_a_workspace_that_cannot_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / STATE).write_text("a file, no folder")
    with pytest.raises(OutputError, match="journal"):
        journal(tmp_path)


def test_each_entry_is_on_the_disk_at_once(tmp_path: Path) -> None:
    mine = journal(tmp_path)
    (path,) = (tmp_path / STATE).glob("*.jsonl")
    before = path.stat().st_size
    mine.starting()
    assert path.stat().st_size > before
    assert oct(os.stat(path).st_mode & 0o777) == "0o644"


def test_what_has_happened_needs_no_disk_to_be_true(tmp_path: Path) -> None:
    mine = journal(tmp_path)
    mine.owe(DEBT)
    (path,) = (tmp_path / STATE).glob("*.jsonl")
    path.unlink()
    path.mkdir()
    mine.settle(DEBT)
    mine.started(RUN)
    assert (mine.debts, list(mine.open_runs), len(mine.problems)) == ([], ["7"], 1)
    with pytest.raises(OutputError):
        mine.owe(DEBT)


def test_an_entry_of_which_only_a_part_was_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk that is full but for some bytes."""
    mine = journal(tmp_path)
    whole = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, text: whole(handle, text[: len(text) // 2]))
        with pytest.raises(OutputError, match="no room"):
            mine.starting()
    mine.started(RUN)
    (found,) = left_behind(str(tmp_path), step="e2e", vendor="autify")
    assert list(found.runs) == ["7"]


def test_a_step_that_is_at_work_is_known_with_who_it_is_and_what_it_has_open(tmp_path: Path) -> None:
    mine = Journal.create(str(tmp_path), step="e2e", vendor="autify", mode="run", at=0, holder={"pid": 7})
    assert at_work(str(tmp_path), step="other", vendor="autify") == []
    assert at_work(str(tmp_path), step=None, vendor="testmo") == []
    (found,) = at_work(str(tmp_path), step="e2e", vendor="autify")  # it may start a run yet
    assert (found.holder, found.runs) == ({"pid": 7}, {})
    mine.started(RUN)
    (found,) = at_work(str(tmp_path), step=None, vendor="autify")
    assert (found.holder, found.runs) == ({"pid": 7}, {"7": RUN})
    mine.close()
    assert at_work(str(tmp_path), step="e2e", vendor="autify") == []


def test_a_run_has_ended_only_by_the_vendors_own_word(tmp_path: Path) -> None:
    def ended(run: str, vendor: str = "autify") -> bool:
        return has_ended(str(tmp_path), vendor=vendor, run=run)

    mine = journal(tmp_path)
    mine.started(RUN)
    mine.finished(RUN)  # over for that step: the run may go on
    assert not ended("7")
    again = journal(tmp_path, mode="wait")
    again.started(RUN)
    again.finished(RUN, final=True)
    assert (ended("7"), ended(RUN.url)) == (True, True)
    assert (ended("8"), ended(""), ended("7", vendor="testmo")) == (False, False, False)


@pytest.mark.parametrize("act", ["owe", "settle", "started", "starting"])
def test_a_journal_that_the_users_tests_deleted_is_made_again_with_what_is_open(act: str, tmp_path: Path) -> None:
    mine = Journal.create(str(tmp_path), step="e2e", vendor="autify", mode="run", at=0, holder={"pid": 7})
    other = DEBT | {"id": "8"}
    mine.owe(DEBT)
    mine.owe(other)
    shutil.rmtree(tmp_path / STATE)
    {
        "owe": lambda: mine.owe(DEBT | {"id": "9"}),
        "settle": lambda: mine.settle(other),
        "started": lambda: mine.started(RUN),
        "starting": mine.starting,
    }[act]()
    (held,) = at_work(str(tmp_path), step="e2e", vendor="autify")
    assert (held.holder, mine.problems) == ({"pid": 7}, [])
    mine.close()
    (found,) = left_behind(str(tmp_path), step="e2e", vendor="autify")
    assert (found.debts, found.runs, found.doubtful) == (mine.debts, mine.open_runs, mine.doubtful)


def test_a_journal_that_a_command_deletes_is_there_again_before_the_next_entry(tmp_path: Path) -> None:
    """A process that is killed while its command runs makes none."""
    mine = Journal.create(str(tmp_path), step="e2e", vendor="autify", mode="run", at=0)
    mine.owe(DEBT)
    mine.command({"pid": 4711})
    shutil.rmtree(tmp_path / STATE)
    mine.keep()
    before = [path.read_bytes() for path in (tmp_path / STATE).glob("*.jsonl")]
    mine.keep()
    assert [path.read_bytes() for path in (tmp_path / STATE).glob("*.jsonl")] == before
    mine.close()
    (found,) = left_behind(str(tmp_path), step="e2e", vendor="autify")
    assert (found.debts, found.command, mine.problems) == ([DEBT], {"pid": 4711}, [])


def test_what_could_not_be_written_down_was_not_begun(tmp_path: Path) -> None:
    mine = journal(tmp_path)
    shutil.rmtree(tmp_path / STATE)
    (tmp_path / STATE).write_text("a file, no folder")
    with pytest.raises(OutputError) as owed:
        mine.owe(DEBT)
    with pytest.raises(OutputError) as starting:
        mine.starting()
    assert (mine.debts, mine.doubtful) == ([], False)
    for error in (owed.value, starting.value):
        assert "nothing was sent to the vendor" in error.remedy
