"""Each named scenario: what a client that looks at its run gets to see, and what the ledger says."""

import pytest

from core.sandbox import SCENARIOS, Order, Progression, Sandbox, Scenario
from core.sandbox.hostile import EVERYTHING, MEBIBYTE, WORD
from tests.sandbox.support import Client, Time, cases_of, words_of

USUAL = ["queuing", "waiting", "running", "running"]  # of five looks, the last one shows the end

SEQUENTIAL = {
    "scenarios": [{"id": 501}, {"id": 502}],
    "capabilities": [{"os": "Linux", "browser": "Chrome"}],
    "execution_type": "sequential",
}

# name: what six looks see of a run that ends at the fifth, the final words of its cases, the ledger's verdict, green?
EXPECTED: dict[str, tuple[list[str], list[str], str, bool]] = {
    "passing": ([*USUAL, "passed", "passed"], ["passed", "passed"], "passed", True),
    "one-failure": ([*USUAL, "failed", "failed"], ["passed", "failed"], "failed", False),
    "review-needed": ([*USUAL, "passed", "passed"], ["passed", "passed"], "passed", True),
    "internal-error": (
        [*USUAL, "internal_error", "internal_error"],
        ["passed", "internal_error"],
        "internal_error",
        False,
    ),
    "canceled": ([*USUAL, "canceled", "canceled"], ["passed", "canceled"], "canceled", False),
    "skipped": ([*USUAL, "skipped", "skipped"], ["skipped", "skipped"], "skipped", False),
    "never-ends": (["queuing"] * 6, [], "queuing", False),
    "never-ends-running": (["queuing", "waiting", *["running"] * 4], ["passed", "running"], "running", False),
    "unknown-status": ([*USUAL, *["partially_passed"] * 2], ["passed", "passed"], "partially_passed", False),
    "unknown-then-passed": ([*USUAL, "healing", "passed"], ["passed", "passed"], "passed", True),
    "unknown-case": ([*USUAL, "passed", "passed"], ["passed", "partially_passed"], "passed", False),
    "empty": ([*USUAL, "passed", "passed"], [], "passed", False),
    "contradiction": ([*USUAL, "passed", "passed"], ["passed", "failed"], "passed", False),
    "slow-settle": ([*["running"] * 4, "passed", "passed"], ["passed"] * 2, "passed", True),
    "flapping": ([*USUAL, "passed", "running"], ["passed", "running"], "failed", False),
    "foreign-run": ([*USUAL, "failed", "failed"], ["passed", "failed"], "failed", False),
    "earlier-runs": ([*USUAL, "passed", "passed"], ["passed", "passed"], "passed", True),
    "hostile": ([*USUAL, WORD, "failed"], ["passed", "failed"], "failed", False),
    "vanishing": (["queuing", "waiting", "running", *["404"] * 3], [], "vanished", False),
    "skewed-clock": ([*USUAL, "passed", "passed"], ["passed", "passed"], "passed", True),
    "many": ([*USUAL, "passed", "passed"], ["passed"] * 2000, "passed", True),
    "matrix": ([*USUAL, "passed", "passed"], ["passed"] * 12, "passed", True),
    "eventual": ([*USUAL, "passed", "passed"], ["passed", "passed"], "passed", True),
    "stale-reads": ([], ["passed", "passed"], "passed", True),
}


def ours(sandbox: Sandbox) -> int:
    return int(sandbox.ledger.ours[0].id)


def test_every_scenario_is_tried() -> None:
    assert EXPECTED.keys() == SCENARIOS.keys()
    assert all(scenario.description for scenario in SCENARIOS.values())


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "stale-reads"])
def test_looks_see_the_phases_and_the_end(client: Client, sandbox: Sandbox, now: Time, name: str) -> None:
    words, cases, verdict, green = EXPECTED[name]
    sandbox.reset(scenario=SCENARIOS[name], progression=Progression.after(5))
    client.start()
    now.reading += 10
    seen = [client.get(f"/projects/77/results/{ours(sandbox)}") for _ in range(6)]
    assert [str(one.status) if one.status == 404 else one.json["status"] for one in seen] == words
    assert words_of(seen[-1].json) == cases if seen[-1].status == 200 else not cases
    run = sandbox.ledger.ours[0]
    assert (run.verdict, run.passed, run.looks) == (verdict, green, 3 if name == "vanishing" else 6)
    assert run.finished == (not name.startswith("never"))


@pytest.mark.parametrize("name", EXPECTED)
def test_the_first_look_at_an_immediate_run_shows_its_end(
    client: Client, sandbox: Sandbox, now: Time, name: str
) -> None:
    sandbox.reset(scenario=SCENARIOS[name], progression=Progression.immediate())
    client.start()
    now.reading += 10
    first = client.look(ours(sandbox))["status"]
    later = [client.get(f"/projects/77/results/{ours(sandbox)}") for _ in range(2)][-1]
    assert first == {"vanishing": "running"}.get(name, (SCENARIOS[name].detour or (EXPECTED[name][2],))[0])
    assert later.status == 404 if name == "vanishing" else later.json["status"] == EXPECTED[name][2]


def test_by_the_clock_a_run_takes_its_time(client: Client, sandbox: Sandbox, now: Time) -> None:
    sandbox.reset(progression=Progression.seconds(queue=1, wait=2, run=10, settle=3))
    run = client.start()
    seen = {}
    for at in (0.0, 0.9, 1.0, 2.9, 3.0, 8.0, 12.9, 13.0, 15.9, 16.0, 900.0):
        now.reading = 1000 + at
        found = client.look(run)
        seen[at] = (found["status"], words_of(found), found["finished_at"] is not None)
    running, done = ["running", "running"], ["passed", "passed"]
    assert seen == {
        0.0: ("queuing", [], False),
        0.9: ("queuing", [], False),
        1.0: ("waiting", ["waiting", "waiting"], False),
        2.9: ("waiting", ["waiting", "waiting"], False),
        3.0: ("running", running, False),
        8.0: ("running", ["passed", "running"], False),
        12.9: ("running", done, False),
        13.0: ("running", done, False),
        15.9: ("running", done, False),
        16.0: ("passed", done, True),
        900.0: ("passed", done, True),
    }


def test_sequential_cases_wait_for_each_other(client: Client, sandbox: Sandbox, now: Time) -> None:
    sandbox.reset(progression=Progression.seconds(queue=0, wait=0, run=10, settle=0))
    run = client.start(SEQUENTIAL)
    now.reading += 1
    assert words_of(client.look(run)) == ["running", "waiting"]
    now.reading += 5
    assert words_of(client.look(run)) == ["passed", "running"]


def test_a_review_is_wanted_of_the_run_and_counted_at_the_case(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["review-needed"])
    found = client.look(client.start())
    assert found["review_needed"] is True
    assert [case["review_needed"] for case in cases_of(found)] == [1, 0]


def test_a_flapping_run_has_finished_while_it_runs(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["flapping"])
    run = client.start()
    seen = [client.look(run) for _ in range(4)]
    assert [one["status"] for one in seen] == ["passed", "running", "failed", "failed"]
    assert all(one["finished_at"] for one in seen)
    assert words_of(seen[0]) == ["passed", "running"], "whoever reads the cases is not fooled"
    assert words_of(seen[2]) == ["passed", "failed"]


def test_an_unknown_word_says_nothing_of_an_end(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["unknown-then-passed"])
    found = client.look(client.start())
    assert (found["status"], found["finished_at"], words_of(found)) == ("healing", None, ["passed", "running"])


@pytest.mark.parametrize(("ending", "passed"), [("passed", False), ("failed", True)])
def test_other_builds_start_the_same_around_ours(client: Client, sandbox: Sandbox, ending: str, passed: bool) -> None:
    sandbox.reset(scenario=Scenario(neighbours=True, ending=ending), progression=Progression.immediate())
    assert client.start() == 880002
    assert [(run.id, run.ours) for run in sandbox.ledger] == [(880001, False), (880002, True), (880003, False)]
    assert [run.passed for run in sandbox.ledger] == [passed, not passed, passed]
    assert [item["id"] for item in client.get("/projects/77/results").json] == [880001, 880002, 880003]


def test_earlier_runs_took_about_five_minutes(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["earlier-runs"])
    found = client.get("/projects/77/results?test_plan_id=3001").json
    assert len(found) == 12
    assert all(260_000 < item["duration"] < 330_000 for item in found if item["status"] != "canceled")
    assert {item["status"] for item in found} == {"passed", "failed", "canceled"}
    assert not sandbox.ledger.ours


def test_a_hostile_vendor_attacks_in_every_text(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["hostile"])
    client.call("POST", "/schedules/3001")
    found = client.look(880001)
    assert found["test_plan"]["name"] == EVERYTHING
    assert cases_of(found)[0]["project_url"].startswith("javascript:")
    assert client.get("/projects/77/scenarios/501").json["name"] == EVERYTHING
    assert client.get("/projects/77/scenarios/502").json["name"] == MEBIBYTE
    assert client.get("/projects/77/scenarios/503").json["name"].endswith("\ud83d")
    for piece in (
        "::error::",
        "##[set-output",
        "##vso[",
        "\r\n",
        "\x1b[",
        "]]>",
        "<script>",
        "한국어",
        "\x00",
        "\u202e",
    ):
        assert piece in EVERYTHING


def test_a_skewed_clock_is_off_in_all_that_it_says(client: Client, sandbox: Sandbox) -> None:
    shown = set()
    for seed in range(6):
        sandbox.reset(scenario=SCENARIOS["skewed-clock"], seed=seed)
        answer = client.get(f"/projects/77/results/{client.start()}")
        shown.add((answer.headers["date"][17:25], answer.json["created_at"][11:19]))
    assert shown == {("10:00:05", "10:00:05"), ("09:59:55", "09:59:55")}


def test_a_new_run_may_take_its_time_to_come_through(client: Client, sandbox: Sandbox, now: Time) -> None:
    sandbox.reset(scenario=SCENARIOS["eventual"])
    run = client.start()
    now.reading += 9
    assert client.get(f"/projects/77/results/{run}").status == 404
    assert client.get("/projects/77/results").json == []
    now.reading += 1
    assert client.look(run)["status"] == "passed"


def test_stale_reads_go_back_and_forth_by_the_seed(client: Client, sandbox: Sandbox, now: Time) -> None:
    def seen() -> list[str]:
        sandbox.reset(scenario=SCENARIOS["stale-reads"], progression=Progression.seconds(run=6), seed=3)
        run, words = client.start(), []
        for _ in range(24):
            now.reading += 0.5
            words.append(client.look(run)["status"])
        return words

    words = seen()
    assert words == seen()
    assert "running" in words[words.index("passed") :]


@pytest.mark.parametrize("order", Order)
def test_the_order_of_a_list_can_be_chosen(client: Client, sandbox: Sandbox, order: Order) -> None:
    sandbox.reset(scenario=Scenario(order=order), progression=Progression.immediate())
    runs = [client.start() for _ in range(9)]
    pages = [client.get(f"/projects/77/results?page={page}&per_page=4").json for page in (1, 2, 3)]
    found = [item["id"] for page in pages for item in page]
    assert sorted(found) == runs, "a shuffled list has every run once, whatever the page"
    assert {Order.OLDEST: found == runs, Order.NEWEST: found == runs[::-1]}.get(order, found not in (runs, runs[::-1]))


def test_an_ending_without_a_time_of_finishing_can_be_chosen(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=Scenario(ending="canceled", finish_times=False), progression=Progression.immediate())
    found = client.look(client.start())
    assert (found["status"], found["finished_at"], found["duration"]) == ("canceled", None, None)


def test_many_cases_on_many_capabilities_include_what_was_asked_for(client: Client, sandbox: Sandbox) -> None:
    sandbox.reset(scenario=SCENARIOS["many"])
    found = client.look(client.start())
    assert len(found["test_plan_capability_results"]) == 20
    assert [case["test_case_id"] for case in cases_of(found)[:3]] == [501, 502, 503]
    assert len({case["id"] for case in cases_of(found)}) == 2000


def test_jitter_varies_the_running_time(client: Client, sandbox: Sandbox, now: Time) -> None:
    sandbox.reset(scenario=Scenario(jitter=0.5), progression=Progression.seconds(queue=0, wait=0, run=10, settle=0))
    runs = [client.start() for _ in range(20)]
    now.reading += 10
    assert {client.look(run)["status"] for run in runs} == {"running", "passed"}
