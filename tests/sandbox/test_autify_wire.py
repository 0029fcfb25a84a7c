"""Autify's wire: every operation answers as the real service was recorded to."""

import re
from typing import Any

import pytest

from core.sandbox import SCENARIOS, Progression, Sandbox, Scenario, Shape
from core.sandbox.autify.routes import OPERATIONS
from tests.sandbox.support import ASKED, CAPABILITY, EPOCH, Client, Time, cases_of

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
POINTS = "/projects/77/autify_connect/access_points"
REPLACEMENTS = "/test_plans/3001/url_replacements"
VARIABLES = "/test_plans/3001/test_plan_variables"
PAIR = {"pattern_url": "https://a.test", "replacement_url": "https://b.test"}


def shape(value: Any) -> Any:
    """Types instead of values; an array has the shape of its first element."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    if isinstance(value, str):
        return "date" if DATE.fullmatch(value) else "str"
    return type(value).__name__


PLAN_SHAPE = {"id": "int", "name": "str", "created_at": "date", "updated_at": "date"}
RESULT_SHAPE = {
    "id": "int",
    "status": "str",
    "duration": "int",
    "started_at": "date",
    "finished_at": "date",
    "created_at": "date",
    "updated_at": "date",
    "review_needed": "bool",
    "test_plan": PLAN_SHAPE,
}
CASE_SHAPE = {
    "id": "int",
    "test_case_id": "int",
    "status": "str",
    "duration": "int",
    "started_at": "date",
    "finished_at": "date",
    "created_at": "date",
    "updated_at": "date",
    "project_url": "str",
    "review_needed": "int",
    "number_of_credits_consumed": "int",
    "import_variables": [],
    "export_variables": [],
}
CAPABILITY_SHAPE = {
    "timezone": "str",
    "id": "int",
    "os": "str",
    "os_version": "str",
    "browser": "str",
    "browser_version": "str",
    "device": "str",
    "created_at": "date",
    "updated_at": "date",
}


def test_a_plan_run_answers_its_id_as_a_text_and_as_a_number(client: Client) -> None:
    answer = client.call("POST", "/schedules/3001", {})
    assert answer.json == {"data": {"id": "880001", "type": "test_plan_result", "attributes": {"id": 880001}}}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_a_plan_may_be_started_without_any_body(client: Client) -> None:
    assert client.call("POST", "/schedules/3001").status == 200


def test_a_scenario_run_answers_one_number(client: Client) -> None:
    assert client.call("POST", "/projects/77/execute_scenarios", ASKED).json == {"result_id": 880001}


def test_ids_rise(client: Client) -> None:
    assert [client.start() for _ in range(3)] == [880001, 880002, 880003]


def test_a_finished_plan_run_has_the_recorded_shape(client: Client) -> None:
    client.call("POST", "/schedules/3001", {})
    found = client.look(880001)
    groups = [{"id": "int", "capability": CAPABILITY_SHAPE, "test_case_results": [CASE_SHAPE]}]
    assert shape(found) == {**RESULT_SHAPE, "test_plan_capability_results": groups}


def test_a_scenario_run_belongs_to_no_plan(client: Client) -> None:
    assert client.look(client.start())["test_plan"] is None


def test_null_in_the_list_of_capabilities_is_empty_in_a_result(client: Client) -> None:
    listed = client.get("/projects/77/capabilities").json[0]
    capability = client.look(client.start())["test_plan_capability_results"][0]["capability"]
    assert (listed["os_version"], listed["device"]) == (None, None)
    assert (capability["os_version"], capability["device"]) == ("", "")


def test_a_case_links_to_the_origin_that_was_asked(client: Client, sandbox: Sandbox) -> None:
    case = cases_of(client.look(client.start()))[0]
    assert case["project_url"] == f"{sandbox.origin}/projects/77/results/880001/capabilities/9901/scenarios/7701"


def test_details_may_be_asked_for(client: Client) -> None:
    run = client.start()
    case = cases_of(client.get(f"/projects/77/results/{run}?get_details=true").json)[0]
    assert case["import_variables"][0].keys() == {"key", "value", "set_by"}


def test_in_2023_some_fields_were_not_there(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=Scenario(shape=Shape.Y2023))
    found = client.look(client.start())
    assert "timezone" not in found["test_plan_capability_results"][0]["capability"]
    assert "number_of_credits_consumed" not in cases_of(found)[0]
    assert client.get("/projects/77/capabilities").json[0]["device_type"] is None


def test_the_list_of_results_is_a_bare_array_without_cases(client: Client) -> None:
    client.call("POST", "/schedules/3001", {})
    assert shape(client.get("/projects/77/results").json) == [RESULT_SHAPE]


def test_the_list_of_results_is_filtered_by_plan(client: Client) -> None:
    for plan in (3001, 3002):
        client.call("POST", f"/schedules/{plan}", {})
    client.start()
    found = client.get("/projects/77/results?test_plan_id=3002").json
    assert [item["id"] for item in found] == [880002]


def test_lists_end_at_an_empty_page(client: Client) -> None:
    for _ in range(5):
        client.start()
    sizes = [len(client.get(f"/projects/77/results?page={page}&per_page=2").json) for page in range(1, 5)]
    assert sizes == [2, 2, 1, 0]


def test_a_page_of_results_has_thirty_and_never_more_than_a_hundred(client: Client) -> None:
    for _ in range(101):
        client.start()
    assert len(client.get("/projects/77/results").json) == 30
    assert len(client.get("/projects/77/results?per_page=1000").json) == 100
    assert len(client.get("/projects/77/results?page=0&per_page=x").json) == 30


def test_scenarios_have_names_and_labels(client: Client) -> None:
    found = client.get("/projects/77/scenarios/502").json
    assert found["name"] == "カートに商品を追加する"
    assert shape(found["labels"][0]) == {**PLAN_SHAPE, "color": "str"}
    assert client.get("/projects/77/scenarios?page=1").json[1] == found


def test_all_scenarios_are_on_the_pages_of_the_list(client: Client) -> None:
    numbers: list[int] = []
    page = 1
    while found := client.get(f"/projects/77/scenarios?page={page}").json:
        numbers += [item["id"] for item in found]
        page += 1
    assert numbers == list(range(501, 621))


def test_an_unknown_scenario_is_not_found(client: Client) -> None:
    assert client.get("/projects/77/scenarios/9").status == 404


def test_capabilities_are_filtered(client: Client) -> None:
    every = client.get("/projects/77/capabilities").json
    assert len(every) == 20
    assert every[0] == CAPABILITY
    for name, value, count in [("os_type", "macos", 6), ("browser_type", "safari", 4), ("device_type", "tablet", 2)]:
        found = client.get(f"/projects/77/capabilities?{name}={value}").json
        assert [item[name] for item in found] == [value] * count
    assert len(client.get("/projects/77/capabilities?device_type=computer&os_type=linux&browser=Chrome").json) == 1


def test_an_access_point_shows_its_key_once(client: Client) -> None:
    made = client.call("POST", POINTS, {"name": "ci-ap-512"})
    assert made.json.keys() == {"name", "key", "last_use", "creator", "created_at", "updated_at"}
    listed = client.get(POINTS).json[-1]
    assert listed == {name: value for name, value in made.json.items() if name != "key"}


def test_the_name_of_an_access_point_is_taken_only_once(client: Client) -> None:
    client.call("POST", POINTS, {"name": "x"})
    again = client.call("POST", POINTS, {"name": "x"})
    assert again.status == 400
    assert again.json == {"errors": [{"code": 400, "message": "Access Point Name x has already been taken"}]}


def test_an_access_point_is_deleted_by_a_body(client: Client, sandbox: Sandbox) -> None:
    client.call("POST", POINTS, {"name": "x"})
    assert list(sandbox.ledger.access_points) == ["x"]
    assert client.call("DELETE", POINTS, {"name": "x"}).json == {}
    assert list(sandbox.ledger.access_points) == []
    gone = client.call("DELETE", POINTS, {"name": "x"})
    assert gone.status == 404
    assert gone.json == {"errors": [{"code": 404, "message": "Access Point x was not found."}]}


@pytest.mark.parametrize(
    ("path", "first", "texts", "change"),
    [(REPLACEMENTS, 61, PAIR, "replacement_url"), (VARIABLES, 71, {"key": "BASE", "default_value": "x"}, "key")],
    ids=["url-replacements", "variables"],
)
def test_what_is_on_a_plan_is_made_listed_changed_and_deleted(
    client: Client, now: Time, path: str, first: int, texts: dict[str, str], change: str
) -> None:
    made = client.call("POST", path, texts).json
    dates = {"created_at": "2026-03-02T10:00:00.000Z", "updated_at": "2026-03-02T10:00:00.000Z"}
    assert made == {"id": first, "test_plan_id": 3001, **texts, **dates}
    now.reading += 5
    changed = client.call("PUT", f"{path}/{first}", {change: "other"}).json
    assert changed == {**made, change: "other", "updated_at": "2026-03-02T10:00:05.000Z"}
    assert client.get(path).json == [changed]
    assert client.get(path.replace("3001", "3002")).json == []
    assert client.call("DELETE", f"{path}/{first}").body == b'"ok"'
    assert client.get(path).json == []
    assert client.call("DELETE", f"{path}/{first}").status == 404


def test_the_key_of_a_variable_is_taken_only_once(client: Client) -> None:
    for key in ("A", "B"):
        assert client.call("POST", VARIABLES, {"key": key, "default_value": ""}).status == 200
    assert client.call("POST", VARIABLES, {"key": "A", "default_value": ""}).status == 400
    assert client.call("PUT", f"{VARIABLES}/72", {"key": "A"}).json == {
        "errors": [{"message": "Key has already been taken"}]
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"pattern_url":"x"}', b'{"pattern_url":1,"replacement_url":"x"}'])
def test_half_a_replacement_is_refused(client: Client, body: bytes) -> None:
    assert client.call("POST", REPLACEMENTS, body).status == 400


def test_an_unknown_plan_has_nothing_on_it(client: Client) -> None:
    assert client.get("/test_plans/9/url_replacements").status == 404
    assert client.call("POST", "/test_plans/9/url_replacements", PAIR).status == 404


def test_credits_cover_a_week_and_never_more_than_ninety_days(client: Client) -> None:
    client.start()
    assert client.get("/projects/77/credits").json == {
        "date_from": "2026-02-23",
        "date_to": "2026-03-02",
        "credits_consumed": 2,
        "credit_consumption_event_count": 1,
    }
    old = client.get("/projects/77/credits?date_from=2020-01-01&date_to=2026-03-01&scenario_id=501").json
    assert (old["date_from"], old["credits_consumed"]) == ("2025-12-02", 0)
    assert client.get("/projects/77/credits?date_from=yesterday").status == 400


def test_off_credit_plans_nothing_is_used(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=Scenario(credit_plan=False))
    client.start()
    assert client.get("/projects/77/credits").json["credits_consumed"] == 0


def test_a_project_is_described_by_counts(client: Client) -> None:
    assert client.get("/projects/77/project_info").json == {
        "id": 77,
        "name": "Shop",
        "scenarios_count": 120,
        "test_plans_count": 5,
    }


def test_there_are_twenty_operations() -> None:
    assert len(OPERATIONS) == 20


def test_dates_follow_the_injected_clock(client: Client, sandbox: Sandbox, now: Time) -> None:
    sandbox.reset(progression=Progression.seconds(queue=1, wait=2, run=60, settle=3))
    run = client.start()
    now.reading += 10
    running = client.get(f"/projects/77/results/{run}")
    now.reading += 3600
    ended = client.look(run)
    assert running.headers["date"] == "Mon, 02 Mar 2026 10:00:10 GMT"
    assert running.json["created_at"] == "2026-03-02T10:00:00.000Z"
    assert running.json["started_at"] == "2026-03-02T10:00:03.000Z"
    assert ended["started_at"] == "2026-03-02T10:00:05.893Z", "it moves"
    assert ended["finished_at"] == "2026-03-02T10:01:03.000Z"
    assert ended["updated_at"] < ended["finished_at"], "useless for ordering"
    assert ended["duration"] == 57107
    assert EPOCH == 1_772_445_600


def test_credits_of_a_case_turn_from_none_to_one(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["passing"], progression=Progression.after(5))
    run = client.start()
    seen = [[case["number_of_credits_consumed"] for case in cases_of(client.look(run))] for _ in range(5)]
    assert seen == [[], [0, 0], [1, 0], [1, 1], [1, 1]]
