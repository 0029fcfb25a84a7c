"""apptest.ai's parts by themselves: inputs, counts against devices, the forms of a result."""

import itertools
import json
from pathlib import Path

import pytest

from core.inputs.options import Problem, declared, parse
from core.inputs.sources import gather
from core.model import Outcome, Verdict, count
from core.vendors.apptest_ai import devices, report, results, settings
from core.vendors.apptest_ai.devices import Device
from core.vendors.apptest_ai.judging import judge
from core.vendors.apptest_ai.spec import SPEC
from core.vendors.apptest_ai.status import Counts

LINK = "https://app.apptest.ai/#/main/testLab/tResult/summary/0?tid=879851"


# -- inputs


def problems(mode: str = "run", run_id: str = "", **given: str) -> dict[str, str]:
    found: list[Problem] = []
    raw = {"token": "dana:key", "project-id": "509"} | {name.replace("_", "-"): text for name, text in given.items()}
    parsed = parse(settings.Settings, {name: text for name, text in raw.items() if text}, found)
    told = {name for name, _ in found}
    return dict([*found, *(each for each in settings.check(parsed, mode, run_id) if each[0] not in told)])


@pytest.fixture
def app(tmp_path: Path) -> str:
    path = tmp_path / "app.APK"
    path.write_bytes(b"PK")
    return str(path)


@pytest.mark.parametrize("ending", ["ipa", "zip", "app", "apk", "xapk", "apks", "IPA"])
def test_the_vendors_kinds_of_file_are_taken(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a b.{ending}"
    path.write_bytes(b"x")
    assert problems(app_file=str(path)) == {}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("app.aab", b"x", "takes ipa, zip"),
        ("app", b"x", "takes ipa, zip"),
        ("app.apk", b"", "is empty"),
        ("app.apk", b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        ("gone.apk", None, "can't be read"),
    ],
)
def test_a_file_that_is_no_app_is_told_at_once(name: str, content: bytes | None, why: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert why in problems(app_file=str(tmp_path / name))["app-file"]


def test_a_folder_is_told_to_be_packed(tmp_path: Path) -> None:
    (tmp_path / "Shop.app").mkdir()
    assert "zip" in problems(app_file=str(tmp_path / "Shop.app"))["app-file"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"time_limit": "5"}, None),
        ({"time_limit": "30"}, None),
        ({"time_limit": "4"}, "time-limit"),
        ({"time_limit": "31"}, "time-limit"),
        ({"time_limit": "10m"}, "time-limit"),
        ({"use_vo": "true"}, None),
        ({"use_vo": "1"}, "use-vo"),
        ({"callback": "https://ci.example.com/?t=1"}, None),
        ({"callback": "https://ci.example.com/" + "x" * 250}, "callback"),
        ({"callback": "ci.example.com"}, "callback"),
        ({"login_id": "a", "login_password": "b"}, None),
        ({"login_id": "a"}, "login-password"),
        ({"login_password": "b"}, "login-id"),
        ({"login_id": "a" * 151, "login_password": "b"}, "login-id"),
        ({"login_id": "a", "login_password": "b" * 151}, "login-password"),
        ({"os_type": "iOS"}, None),
        ({"os_type": "ios"}, "os-type"),
        ({"scenario_id": "0"}, None),
        ({"scenario_id": "7"}, "app-file"),
        ({"scenario_id": "7", "app_file": ""}, None),
        ({"project_id": ""}, "project-id"),
        ({"app_file": ""}, "app-file"),
        ({"token": "no-colon"}, "token"),
        ({"token": ":key"}, "token"),
        ({"token": "user:"}, "token"),
        ({"token": "us\ner:key"}, "token"),
        ({"token": "홍길동:k:e:y"}, None),
    ],
)
def test_ranges_and_pairs_are_checked_and_nothing_is_dropped(
    given: dict[str, str], wrong: str | None, app: str
) -> None:
    assert list(problems(**{"app_file": app} | given)) == ([wrong] if wrong else [])


def test_no_problem_shows_the_secret() -> None:
    assert "s3cret" not in str(problems(token="s3cret-without-colon", login_password="s3cret" * 40))


def test_a_wait_needs_a_number_and_no_app() -> None:
    assert problems("wait", "880001") == {}
    assert "run-id" in problems("wait", "https://app.apptest.ai/x")


def test_the_header_is_basic_in_utf_8_and_parts_at_the_first_colon_only() -> None:
    found = declared(settings.Settings)["token"].kind
    assert found.parts
    assert list(found.parts(" 홍길동:k:e:y ")) == ["홍길동", "k:e:y", "7ZmN6ri464+ZOms6ZTp5"]
    parsed = parse(settings.Settings, {"token": "홍길동:k:e:y"}, [])
    assert SPEC.headers(parsed) == {"Authorization": "Basic 7ZmN6ri464+ZOms6ZTp5"}
    assert gather([], {}).values == {}


# -- verdicts


def made(outcomes: tuple[Outcome, ...]) -> list[Device]:
    return [Device(name=f"d{n}", suite="s", outcome=each, seconds=1, said=LINK) for n, each in enumerate(outcomes)]


def test_a_pass_takes_counts_and_devices_that_agree_and_nothing_bad_in_either() -> None:
    """Every small combination of counts, lists and announcements: green only where all sources say so."""
    kinds = (Outcome.PASSED, Outcome.ERRORED, Outcome.FAILED, Outcome.SKIPPED)
    lists = [None, *(made(each) for size in range(4) for each in itertools.product(kinds, repeat=size))]
    green = 0
    for total, passed, failed, stopped, running in itertools.product(range(4), range(4), range(2), range(2), range(2)):
        counts = Counts(
            total=total, passed=passed, failed=failed, errored=0, stopped=stopped, running=running, initializing=0
        )
        for listed, announced in itertools.product(lists, (None, 0, 2, 3)):
            verdict = judge(counts, listed, announced).verdict
            shown = [device.outcome for device in listed or []]
            bad = failed or stopped or any(each in (Outcome.ERRORED, Outcome.FAILED) for each in shown)
            assert (verdict is Verdict.FAILED) == bool(bad)
            if verdict is Verdict.PASSED:
                green += 1
                assert total >= 1
                assert announced in (None, total)
                assert listed is None or shown == [Outcome.PASSED] * total
                assert passed + running == total
                assert passed == total or listed is not None
            if verdict is Verdict.SKIPPED:
                assert (total, passed, shown) == (0, 0, [])
                assert not announced
    assert green > 10


@pytest.mark.parametrize("stopped", [1, 2])
def test_the_cases_add_up_to_the_counts_where_some_are_not_listed(stopped: int) -> None:
    counts = Counts(total=2 + stopped, passed=2, failed=0, errored=0, stopped=stopped, running=0, initializing=0)
    totals = count(report.suites(counts, made((Outcome.PASSED, Outcome.PASSED)), None))
    assert (totals.passed, totals.errored) == (2, stopped)


# -- forms of a result


def junit(*cases: str) -> str:
    return f'<testsuites name="TestBot Test"><testsuite name="Shop.TestBot">{"".join(cases)}</testsuite></testsuites>'


GOOD = f'<testcase name="LGE / ANDROID 8" time="1828"><system-out>{LINK}</system-out></testcase>'
BAD = f'<testcase name="갤럭시" time="92"><error message="{LINK}"/></testcase>'


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (GOOD, Outcome.PASSED),
        ('<testcase name="d"/>', Outcome.PASSED),
        (BAD, Outcome.ERRORED),
        ('<testcase name="d"><failure>no</failure></testcase>', Outcome.FAILED),
        ('<testcase name="d"><skipped/></testcase>', Outcome.SKIPPED),
        ('<testcase name="d"><system-out>x</system-out><error/></testcase>', Outcome.ERRORED),
        ('<testcase name="d"><skipped/><failure/></testcase>', Outcome.FAILED),
        ('<testcase name="d"><aborted/></testcase>', Outcome.ERRORED),
        ("<error/>", Outcome.ERRORED),
    ],
)
def test_what_stands_in_a_case_decides_and_what_nobody_knows_is_an_error(case: str, outcome: Outcome) -> None:
    (device,) = devices.of_xml(junit(case))
    assert device.outcome is outcome


@pytest.mark.parametrize(
    "text",
    [
        junit(GOOD, BAD),
        "\n<?xml version='1.0' encoding='EUC-KR'?>" + junit(GOOD, BAD),
        f'<testsuite name="Shop.TestBot">{GOOD}{BAD}</testsuite>',
        f'<testsuite name="Shop.TestBot">{GOOD}</testsuite><testsuite name="Shop.TestBot">{BAD}</testsuite>',
        junit(GOOD.replace("name=", "device=").replace("time=", "total_time="), BAD),
    ],
)
def test_all_spellings_of_the_xml_are_the_same_devices(text: str) -> None:
    first, second = devices.of_xml(text)
    assert first == Device(
        name="LGE / ANDROID 8", suite="Shop.TestBot", outcome=Outcome.PASSED, seconds=1828, said=LINK
    )
    assert (second.name, second.outcome, second.seconds, second.said) == ("갤럭시", Outcome.ERRORED, 92, LINK)


def as_json(*cases: object, single: bool = False) -> str:
    found = {"testcase": cases[0] if single else list(cases), "name": "Shop.TestBot"}
    return json.dumps({"testsuites": {"testsuite": found if single else [found], "name": "TestBot Test"}})


PASS = {"system-out": {"contents": [LINK]}, "name": "LGE / ANDROID 8", "time": "1828"}


def test_the_json_gives_what_the_xml_gives() -> None:
    fail = {"error": {"message": LINK}, "name": "갤럭시", "time": "92"}
    assert devices.of_json(as_json(PASS, fail)) == devices.of_xml(junit(GOOD, BAD))
    assert devices.of_json(as_json(fail, single=True)) == devices.of_xml(junit(BAD))
    assert devices.of_json(as_json({"name": "d", "aborted": {}}))[0].outcome is Outcome.ERRORED


@pytest.mark.parametrize("text", ["{", "[]", '{"testsuites":[]}', '{"testsuites":{"testsuite":["x"]}}', "null", "1"])
def test_json_in_another_form_is_of_no_use(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        devices.of_json(text)


@pytest.mark.parametrize(
    ("data", "names", "troubles"),
    [
        ({"result_xml": junit(GOOD), "result_json": as_json()}, 1, 0),
        ({"result_xml": "", "result_bare_xml": f"<testsuite name='s'>{GOOD}</testsuite>"}, 1, 0),
        ({"result_xml": "<a&b>", "result_json": as_json(PASS)}, 1, 1),
        ({"result_xml": "<!DOCTYPE a>" + junit(GOOD), "result_json": "{"}, None, 2),
        ({"result_xml": None}, None, 0),
        ({}, None, 0),
    ],
)
def test_the_first_form_that_can_be_used_is(data: dict[str, object], names: int | None, troubles: int) -> None:
    found = results.read({"complete": True, **data})
    assert (None if found.devices is None else len(found.devices)) == names
    assert len(found.troubles) == troubles


@pytest.mark.parametrize("data", [{}, {"complete": False}, {"complete": "true"}, {"complete": True, "result_xml": 1}])
def test_a_result_that_is_not_as_promised_is_none(data: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        results.read(data)
