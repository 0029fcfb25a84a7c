"""apptest.ai's own ways to fail: each code, each form of a result, each contradiction, and what it must come to."""

import json
import xml.etree.ElementTree as ET
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from core.sandbox import Progression
from core.sandbox.boxes import BOXES
from core.sandbox.repertoire import scenarios_of
from core.vendors.apptest_ai.settings import basic
from tests.contract.jobs import APP, JOBS
from tests.contract.promises import breaches
from tests.harness import TOKEN, Bench, Ended

SCENARIOS = scenarios_of(BOXES["apptest-ai"])
LOOKS = Progression.parse("3 looks")
SECRETS = {"login_id": "tester@example.com", "login_password": "app-passw0rd/&~x"}


def play(folder: Path, scenario: str = "passing", *faults: str, **more: str) -> Ended:
    with Bench(folder, scenario=SCENARIOS[scenario], faults=faults, progression=LOOKS, vendor="apptest-ai") as bench:
        return bench.run(**{"vendor": "apptest-ai", **JOBS["apptest-ai"].inputs, **more})


def ending(ended: Ended) -> tuple[int, str]:
    return ended.status, ended.reason


def cases(ended: Ended) -> dict[str, list[str]]:
    """The names of the cases in JUnit by what they have in them."""
    found: dict[str, list[str]] = {"passed": [], "error": [], "failure": []}
    for case in ET.fromstring(ended.junit).iter("testcase"):  # noqa: S314 -- our own file
        kind = next((kind for kind in ("error", "failure") if case.find(kind) is not None), "passed")
        found[kind].append(str(case.get("name")))
    return found


# -- the start


REFUSED = (2001, 4000, 4050, 4051, 4052, 4053, 4055, 4080)
REJECTED = (4030, 4031, 4032, 4040, 4041)
CODES = {**dict.fromkeys(REFUSED, "refused"), **dict.fromkeys(REJECTED, "app-rejected"), 4081: "capacity"}


@pytest.mark.parametrize("scenario", ["passing", "codes-as-statuses"])
@pytest.mark.parametrize("code", CODES)
def test_a_refused_start_says_so_in_the_vendors_words_whatever_the_status(
    code: int, scenario: str, tmp_path: Path
) -> None:
    ended = play(tmp_path, scenario, f"code={code}@start")
    assert ending(ended) == (3, CODES[code])
    assert (len(ended.journal), len(ended.ledger.ours)) == (1, 0)
    assert f"code {code}: " in ended.report["fact"]
    assert len(ended.report["fact"]) > 80, "with the vendor's own reason"
    assert ended.report["remedy"]


def test_a_missing_parameter_is_named_as_our_input(tmp_path: Path) -> None:
    assert play(tmp_path, "passing", "code=4000@start").report["remedy"] == "Set `project-id`."


@pytest.mark.parametrize("scenario", ["passing", "codes-as-statuses"])
@pytest.mark.parametrize("code", [5001, 6002, 6003, 5003, 7777])
def test_what_is_not_known_to_mean_not_started_may_have_started_and_is_not_repeated(
    code: int, scenario: str, tmp_path: Path
) -> None:
    ended = play(tmp_path, scenario, f"code-after={code}@start")
    assert ending(ended) == (7, "may-exist")
    assert (len(ended.journal), len(ended.ledger.ours)) == (1, 1)
    name = ended.ledger.ours[0].name
    assert name
    assert name in ended.log
    assert "before starting another" in ended.log


def test_an_app_that_could_not_be_stored_is_sent_once_more_and_no_more(tmp_path: Path) -> None:
    assert play(tmp_path, "passing", "code=6001@start").status == 0
    ended = play(tmp_path, "passing", "code=6001@start*forever")
    assert ending(ended) == (3, "unavailable")
    assert len(ended.calls("start-testset")) == 2


def test_maintenance_is_waited_out_within_the_users_window(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", "code=8000@start[0-200]", outage_window="5m")
    assert (ended.status, len(ended.ledger.ours)) == (0, 1)
    assert ended.seconds > 200


@pytest.mark.parametrize(("window", "least"), [("", 60), ("5m", 300)])
def test_maintenance_without_end_started_nothing(window: str, least: int, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", "code=8000@start*forever", outage_window=window)
    assert ending(ended) == (3, "maintenance")
    assert least <= ended.seconds <= least + 2
    assert len(ended.ledger.ours) == 0


@pytest.mark.parametrize("kind", ["reset-mid-upload", "hang-mid-upload", "reset-after", "hang-after", "500", "cut"])
def test_after_a_lost_reply_nothing_is_repeated_and_what_may_exist_is_told(kind: str, tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", f"{kind}@start")
    assert ending(ended) == (7, "may-exist")
    assert len(ended.calls("start-testset")) == 1
    assert "for the testset 'shop/web ci #7' of project 509 before starting another" in ended.log


def test_a_file_that_is_too_large_for_the_gateway_started_nothing(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", "413@start")
    assert ending(ended) == (3, "refused")
    assert "make it smaller" in ended.log


# -- what is sent


def sent(folder: Path, **more: str) -> Any:
    ended = play(folder, "passing", **more)
    assert ended.status == 0, ended.log
    return ended.ledger.ours[0]


def test_the_app_arrives_whole(tmp_path: Path) -> None:
    file = sent(tmp_path).file
    assert (file.filename, file.sha256) == ("app.apk", sha256(Path(APP).read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('Fix "quotes", \\ and 한글\nsecond line', 'Fix "quotes", \\ and 한글'),
        ("x" * 150, "x" * 100),
        ("", "shop/web ci #7"),
    ],
)
def test_a_name_is_one_line_of_a_hundred_characters_and_real_json(given: str, name: str, tmp_path: Path) -> None:
    assert sent(tmp_path, name=given).name == name


def test_a_user_in_any_script_and_a_key_with_colons_are_let_in(tmp_path: Path) -> None:
    assert sent(tmp_path, token="홍길동:k:e:y").passed


def test_a_scenario_runs_without_an_app(tmp_path: Path) -> None:
    run = sent(tmp_path, scenario_id="21", app_file="", os_type="iOS")
    assert run.file is None


# -- looking


@pytest.mark.parametrize(("scenario", "status"), [("passing", 0), ("one-failure", 1)])
@pytest.mark.parametrize("fault", ["lower-case", "number-message", "running-count"])
def test_the_vendors_slips_in_the_status_change_nothing(fault: str, scenario: str, status: int, tmp_path: Path) -> None:
    assert play(tmp_path, scenario, f"{fault}@get-testset*forever").status == status


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("code=5002@get-testset*forever", (7, "unavailable")),
        ("code=8000@get-testset*forever", (7, "maintenance")),
        ("code=7777@get-testset*forever", (7, "unavailable")),
        ("code=4053@get-testset#2*forever", (7, "refused")),
        ("code=6003@get-testset#2*forever", (7, "refused")),
        ("code=8000@get-result*forever", (7, "maintenance")),
        ("code=6003@get-result*forever", (7, "refused")),
        ("code=6002@get-result*forever", (7, "protocol")),
        ("incomplete@get-result*forever", (7, "protocol")),
        ("lost-device@get-result*forever", (7, "protocol")),
    ],
)
def test_what_never_gets_well_leaves_the_result_unknown(fault: str, expected: tuple[int, str], tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", fault)
    assert ending(ended) == expected
    assert ended.outputs["run-id"] == str(ended.ledger.ours[0].id)
    assert breaches(ended, green=True) == []


@pytest.mark.parametrize(("scenario", "status"), [("passing", 0), ("one-failure", 1)])
@pytest.mark.parametrize(
    "fault",
    [
        "code=5002@get-testset#2*9",
        "code=8000@get-testset#2*9",
        "code=6002@get-result*9",
        "incomplete@get-result*9",
        "result-late=5@get-result",
        "code=6003@get-result*2",
        "code=5003@get-result*2",
        "code=5003@get-result*forever",
        "422@get-result",
    ],
)
def test_what_gets_well_in_time_changes_no_verdict(fault: str, scenario: str, status: int, tmp_path: Path) -> None:
    ended = play(tmp_path, scenario, fault)
    assert ended.status == status
    assert breaches(ended, green=not status) == []


def test_a_status_that_was_not_true_is_looked_at_again(tmp_path: Path) -> None:
    """One lagging answer says complete: the result says that it isn't, and then the status is asked for again."""
    ended = play(tmp_path, "one-failure", "stale@get-testset#1")
    assert ending(ended) == (1, "tests-failed")
    assert ended.seconds < 30


def test_counts_alone_are_believed_only_when_read_twice(tmp_path: Path) -> None:
    """One lagging answer has another run's counts, and there is no list of devices to show it (seed 71)."""
    ended = play(tmp_path, "counts-only", "stale@get-testset#3")
    assert ending(ended) == (1, "tests-failed")


# -- results


FORMS = [
    "no-xml",
    "no-results",
    "broken-xml",
    "control-xml",
    "cut-xml",
    "early-line",
    "euc-kr",
    "two-suites",
    "dtd",
    "entity-bomb",
    "external-entity",
    "new-attributes",
    "single-object",
    "broken-json",
    "huge-html",
]


@pytest.mark.parametrize("asked", ["honoured", "ignored"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_result_gives_its_devices(form: str, asked: str, tmp_path: Path) -> None:
    scenario = "one-failure" if asked == "honoured" else "data-type-ignored"
    ended = play(tmp_path, scenario, f"{form}@get-result*forever")
    assert ended.status == (asked == "honoured")
    assert ended.outputs["tests"] == "3"
    assert breaches(ended, green=asked == "ignored") == []
    found = cases(ended)
    if form == "no-results":
        assert found["passed"][0] == "device 1, not listed"
    else:
        assert found["passed"][0] == "LGE Nexus_5X / ANDROID 8.1.0"
        assert not any("not listed" in name for names in found.values() for name in names)


@pytest.mark.parametrize(
    ("scenario", "fault", "expected"),
    [
        ("one-failure", "green-results@get-result*forever", (1, "tests-failed")),
        ("contradiction", "422@start#9", (1, "tests-failed")),
        ("one-failure", "stale@get-testset*forever", (1, "tests-failed")),
        ("passing", "lost-device@get-result*forever", (7, "protocol")),
        ("empty", "422@start#9", (5, "empty")),
        ("passing", "zero-devices@start", (5, "empty")),
        ("counts-only", "running-count@get-testset*forever", (7, "protocol")),
    ],
)
def test_where_counts_and_devices_disagree_it_is_never_green(
    scenario: str, fault: str, expected: tuple[int, str], tmp_path: Path
) -> None:
    ended = play(tmp_path, scenario, fault)
    assert ending(ended) == expected
    if expected[1] != "empty":
        said = ended.report["fact"] + "".join(ended.report["warnings"])
        assert "counts" in said, "what contradicts what is told"


def test_devices_that_a_person_stopped_are_shown_though_the_result_lacks_them(tmp_path: Path) -> None:
    ended = play(tmp_path, "stopped-absent")
    assert ending(ended) == (1, "tests-failed")
    found = cases(ended)
    assert len(found["passed"]) == 1
    assert found["error"] == ["device 1, not listed", "device 2, not listed"]
    assert "stopped by a user" in ended.junit


def test_the_vendors_own_reports_are_kept_where_no_glob_takes_them_for_ours(tmp_path: Path) -> None:
    ended = play(tmp_path, "one-failure")
    kept = {Path(name).name: text for name, text in ended.texts.items()}
    assert kept["vendor-raw.xml.txt"].lstrip().startswith("<?xml")
    assert "<html" in kept["vendor-report.html"].lower()
    assert [name for name in kept if name.endswith(".xml")] == ["junit.xml"]


def test_the_html_alone_is_asked_for_last_and_not_missed(tmp_path: Path) -> None:
    ended = play(tmp_path, "passing", "500@get-result#2*forever")
    assert ended.status == 0
    assert [one.query for one in ended.calls("get-result")] == ["data_type=xml", "data_type=html"]


# -- secrets


@pytest.mark.parametrize("fault", ["422@start#9", "echo-secret@start", "echo-secret=403@get-testset", "500@start"])
def test_no_part_of_a_secret_is_anywhere_and_each_is_masked(fault: str, tmp_path: Path) -> None:
    user = "dana.canary@example.com"
    token = f"{user}:{TOKEN}"
    ended = play(tmp_path, "passing", fault, token=token, log_level="debug", **SECRETS)
    masks = [line for line in ended.log.splitlines() if line.startswith("::add-mask::")]
    for secret in (token, user, TOKEN, basic(token), SECRETS["login_password"]):
        assert f"::add-mask::{secret}".replace("%", "%25") in masks
        for name, text in ended.texts.items():
            shown = "\n".join(line for line in text.splitlines() if not line.startswith("::add-mask::"))
            assert secret not in shown, name


# -- stopping and waiting


def test_a_run_can_be_waited_for_by_its_id(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["one-failure"], progression=LOOKS, vendor="apptest-ai") as bench:
        started = bench.run(**{"vendor": "apptest-ai", **JOBS["apptest-ai"].inputs, "mode": "start"})
        assert (started.status, started.conclusion) == (0, "started")
        token = JOBS["apptest-ai"].inputs["token"]
        ended = bench.run(vendor="apptest-ai", token=token, mode="wait", run_id=started.outputs["run-id"])
    assert ending(ended) == (1, "tests-failed")
    assert len(ended.ledger.ours) == 1


def test_a_signal_names_the_run_that_goes_on(tmp_path: Path) -> None:
    with Bench(tmp_path, scenario=SCENARIOS["never-ends"], vendor="apptest-ai") as bench:
        bench.stop_at(100)
        ended = bench.run(**{"vendor": "apptest-ai", **JOBS["apptest-ai"].inputs})
    assert ending(ended) == (143, "signal")
    assert ended.seconds <= 105
    assert f"Run {ended.ledger.ours[0].id} goes on at the vendor" in ended.report["fact"]


def test_a_deadline_says_that_the_run_goes_on_even_where_it_was_to_be_cancelled(tmp_path: Path) -> None:
    ended = play(tmp_path, "never-ends", timeout="5m", on_timeout="cancel")
    assert ending(ended) == (4, "timeout")
    assert "can't cancel" in ended.report["fact"]
    assert json.dumps(ended.ledger.ours[0].id) in ended.log
