"""Cases of JUnit files as tests of Testmo: the bodies that the vendor's own client sent for the same file."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.junit_read import JUnitFile
from core.ports import Reports
from core.text.secret import Redactor
from core.vendors.testmo.batches import BATCH, BATCH_SIZE, joined
from core.vendors.testmo.cases import as_json, key
from core.vendors.testmo.results import read
from core.vendors.testmo.texts import TEXT, middle_out, short

FILES = Path(__file__).parents[1] / "files"
SAMPLES = Path(__file__).parents[1] / "wire" / "testmo"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"client-{name}.json").read_text(encoding="utf-8"))


def tests_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(as_json(case)) for case in JUnitFile(str(path))]


def written(folder: Path, *cases: str) -> Path:
    path = folder / "results.xml"
    path.write_text(f"<testsuites><testsuite name='s'>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    return path


def reports(*paths: Path) -> Reports:
    return Reports(files=tuple((str(path), path.name) for path in paths), missing=(), unreadable=())


def test_a_file_with_everything_gives_the_body_that_the_vendors_client_sends() -> None:
    wanted = sample("append-tests")["tests"]
    for test in wanted:
        test["fields"] = [{"is_highlight": False, **field} for field in test["fields"]]
    found = tests_of(FILES / "testmo-everything.xml")
    for test in found:
        test["fields"] = [{"is_highlight": False, **field} for field in test["fields"]]
    assert found == wanted


def test_the_time_of_a_file_is_that_of_its_only_suite() -> None:
    found = read(reports(FILES / "testmo-everything.xml"), Redactor(), allow_missing=False)
    assert round(found.seconds * 1_000_000) == sample("create-thread")["elapsed_computed"]


@pytest.mark.parametrize(
    ("name", "folder", "digest"),
    [
        ("adds item", "shop.CartTest", "0723781953b7af428514558957c95c3ac0d679c85ebd33c7b20e628984dd749e"),
        ("smoke", "", "04d588cb41b8022d1233924f0fe8280d9e2bb92cdc81658eb102ef9c42fc9452"),
    ],
)
def test_a_key_keeps_the_history_of_a_test(name: str, folder: str, digest: str) -> None:
    assert key(name, folder) == digest


def test_a_key_is_made_before_names_are_cut(tmp_path: Path) -> None:
    long = "x" * 2_000
    (test,) = tests_of(written(tmp_path, f'<testcase classname="c" name="{long}"/>'))
    assert test["key"] == sha256(f"c.{long}".encode()).hexdigest()
    assert test["name"] == "x" * 750


def test_no_case_is_dropped(tmp_path: Path) -> None:
    path = written(tmp_path, "<testcase/>", "<testcase name='' classname='c'/>", "<error message='no suite'/>")
    assert [(test["name"], test["folder"], test["status"]) for test in tests_of(path)] == [
        ("(no name)", "Unnamed folder", "passed"),
        ("(no name)", "c", "passed"),
        ("<init>", "s", "error"),
    ]


@pytest.mark.parametrize(
    ("inside", "status"),
    [
        ("", "passed"),
        ("<skipped/>", "skipped"),
        ("<skipped/><failure/>", "failure"),
        ("<failure/><error/>", "error"),
        ("<rerunFailure/>", "failure"),
        ("<flakyFailure/>", "passed"),
    ],
)
def test_the_worst_of_the_elements_is_the_status(inside: str, status: str, tmp_path: Path) -> None:
    (test,) = tests_of(written(tmp_path, f"<testcase name='x'>{inside}</testcase>"))
    assert test["status"] == status


def test_texts_are_cut_in_the_middle_and_never_longer_than_the_limit() -> None:
    assert middle_out("a" * TEXT) == "a" * TEXT
    assert middle_out("a" * 10_000 + "b" * 10_000) == "a" * 8_182 + "...\n\n[...]\n\n..." + "b" * 8_182
    assert short("a" * 751) == "a" * 750


def test_steps_that_find_no_room_are_left_out_whole(tmp_path: Path) -> None:
    inside = "".join(f'<property name="step" value="{"s" * 700} {n}"/>' for n in range(100))
    (test,) = tests_of(written(tmp_path, f"<testcase name='x'><properties>{inside}</properties></testcase>"))
    (steps,) = test["fields"]
    assert len(steps["value"]) <= TEXT
    assert steps["value"].endswith("</test-step>\n</test-steps>")
    assert steps["value"].count("<test-step>") == steps["value"].count("</test-step>") == 22


def test_batches_hold_at_most_so_many_tests_and_characters(tmp_path: Path) -> None:
    texts = [f"<{tag}>{'x' * 16_000}</{tag}>" for tag in ("failure", "system-out", "system-err")]
    big = "".join(texts)
    path = written(tmp_path, *(f"<testcase name='{n}'>{big if n % 2 else ''}</testcase>" for n in range(600)))
    bodies = [joined(batch) for batch in read(reports(path), Redactor(), allow_missing=False).batches(Redactor())]
    batches = [json.loads(body)["tests"] for body in bodies]
    assert [test["name"] for batch in batches for test in batch] == [str(n) for n in range(600)]
    assert max(len(batch) for batch in batches) <= BATCH
    assert BATCH_SIZE * 0.9 < max(len(body) for body in bodies) <= BATCH_SIZE + 20
    assert len(batches) > 600 / BATCH
