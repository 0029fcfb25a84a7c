"""A journal in the workspace is believed only where it was written with the token."""

import json
import shutil
from pathlib import Path

import pytest

from core.commands.sealing import recorders_seal_given, seal_given
from core.inputs.sources import Raw
from core.model import RemoteRun
from core.recovery.journal import Journal
from core.recovery.left import Left, has_ended, left_behind, unproven
from core.recovery.seal import Seal
from core.text.secret import Secret
from core.workspace.places import STATE

SEAL, OTHER = Seal([Secret("token-of-this-step")]), Seal([Secret("another-token")])
RUN = RemoteRun(vendor="testmo", id="7", url="https://vendor.example.com/7")
DEBT = {"kind": "wait", "run": "7"}
BEGIN: dict[str, object] = {
    "event": "begin",
    "schema": 1,
    "step": "s",
    "vendor": "testmo",
    "mode": "run",
    "at": 1,
    "base-url": "",
}


def journal(workspace: Path, seal: Seal | None = SEAL) -> Path:
    """One of a killed step that owes DEBT."""
    made = Journal.create(str(workspace), step="s", vendor="testmo", mode="run", at=1, seal=seal)
    made.owe(DEBT)
    made.close()
    (path,) = (workspace / STATE).glob("*.jsonl")
    return path


def left(workspace: Path, seal: Seal = SEAL) -> list[Left]:
    return left_behind(str(workspace), step="s", vendor="testmo", seal=seal)


def strange(workspace: Path, seal: Seal = SEAL) -> int:
    return len(unproven(str(workspace), "s", "testmo", seal))


def test_what_was_written_with_the_token_is_believed_and_nothing_else(tmp_path: Path) -> None:
    path = journal(tmp_path)
    assert [each.debts for each in left(tmp_path)] == [[DEBT]]
    assert (strange(tmp_path), left(tmp_path, OTHER), strange(tmp_path, OTHER)) == (0, [], 1)
    assert "token" not in path.read_text()


@pytest.mark.parametrize("seal", ["", "0" * 32], ids=["without", "made up"])
def test_a_journal_of_somebody_else_is_named(seal: str, tmp_path: Path) -> None:
    """As a file in a pull request."""
    (tmp_path / STATE).mkdir()
    lines: list[dict[str, object]] = [BEGIN, {"event": "owe", "what": {"kind": "wait", "run": "880001"}}]
    mark = {"seal": seal} if seal else {}
    texts = [json.dumps({**line, "n": at, **mark}) for at, line in enumerate(lines, 1)]
    (tmp_path / STATE / "1-evil.jsonl").write_text("\n".join(texts) + "\n")
    assert (left(tmp_path), strange(tmp_path)) == ([], 1)


def test_lines_that_others_add_neither_make_nor_settle_a_debt(tmp_path: Path) -> None:
    path = journal(tmp_path)
    with path.open("a") as file:
        file.write(json.dumps({"event": "settle", "what": DEBT, "n": 3}) + "\n")
    assert ([each.debts for each in left(tmp_path)], strange(tmp_path)) == ([[DEBT]], 0)
    with path.open("a") as file:
        file.write(json.dumps({"event": "owe", "what": DEBT | {"run": "880001"}, "n": 3}) + "\n")
    assert ([each.debts for each in left(tmp_path)], strange(tmp_path)) == ([[DEBT]], 1)


def test_a_line_counts_once_and_in_its_own_file(tmp_path: Path) -> None:
    path = journal(tmp_path)
    (found,) = left(tmp_path)
    found.journal.settle(DEBT)
    assert left(tmp_path) == []
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]))  # the debt once more
    assert left(tmp_path) == []
    path.write_text("".join(lines[:2]))
    shutil.copy(path, path.with_name("9-copy.jsonl"))
    assert [Path(each.path).name for each in left(tmp_path)] == [path.name]
    path.write_text(lines[0] + lines[1].replace('"7"', '"8"'))
    assert left(tmp_path) == []


def test_what_a_kill_cut_short_is_gone_on_with(tmp_path: Path) -> None:
    path = journal(tmp_path)
    with path.open("a") as file:
        file.write('{"event": "settle", "what": {"ki')
    (found,) = left(tmp_path)
    found.journal.settle(DEBT)
    assert (left(tmp_path), strange(tmp_path)) == ([], 0)


def test_a_journal_that_is_made_again_goes_on_being_believed(tmp_path: Path) -> None:
    made = Journal.create(str(tmp_path), step="s", vendor="testmo", mode="run", at=1, seal=SEAL)
    made.owe(DEBT)
    shutil.rmtree(tmp_path / STATE)
    made.started(RUN)
    made.finished(RUN, final=True)
    made.close()
    assert [(each.debts, each.runs) for each in left(tmp_path)] == [([DEBT], {})]
    endings = [has_ended(str(tmp_path), vendor="testmo", run="7", seal=seal) for seal in (SEAL, OTHER)]
    assert endings == [True, False]


def test_a_recorder_and_a_step_of_that_vendor_know_each_others_journals(tmp_path: Path) -> None:
    token = "testmo-token-0123456789"
    own = seal_given(Raw(values={"token": token, "source": ""}), "testmo")
    recorders = recorders_seal_given(Raw(values={"testmo-token": f" {token} ", "token": "other-0123456789"}), "testmo")
    assert own is not None
    assert recorders is not None
    journal(tmp_path, own)
    assert len(left(tmp_path, recorders)) == 1
    assert seal_given(Raw(values={"token": " "}), "testmo") is seal_given(Raw(values={"token": "x"}), "nobody") is None
