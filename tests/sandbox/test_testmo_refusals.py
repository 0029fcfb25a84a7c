"""What Testmo refuses, with which status and which words."""

import gzip
import json
from typing import Any

import pytest

from core.sandbox import BOXES, Sandbox
from core.sandbox.hostile import EVERYTHING
from tests.sandbox.support import Client, Reply
from tests.sandbox.test_testmo_wire import sample
from tests.sandbox.testmo import NEW, PASSED, RUNS, append, complete, create, look, ours, thread

SCENARIOS = BOXES["testmo"].scenarios
LINK = {"name": "x", "url": "https://x.example"}
FIELD = {"name": "x", "type": 1}


def errors_of(answer: Reply) -> dict[str, list[str]]:
    assert (answer.status, answer.json["message"]) == (422, "The given data was invalid."), answer.body
    found: dict[str, list[str]] = answer.json["errors"]
    return found


@pytest.mark.parametrize("token", ["", "Basic abc", "Bearer", "Bearer ", "Bearer wrong", "Bearer invalid-1"])
def test_strangers_are_refused_everywhere(scribe: Client, testmo: Sandbox, token: str) -> None:
    scribe.headers = {"Authorization": token} if token else {}
    for answer in (scribe.call("POST", RUNS, NEW), scribe.get("/automation/runs/1"), scribe.get("/nowhere")):
        assert (answer.status, answer.json) == (401, sample("unauthenticated"))
    assert len(testmo.ledger) == 0


def test_a_foreign_project_is_forbidden(scribe: Client) -> None:
    for answer in (
        scribe.get("/projects/404404/automation/runs"),
        scribe.call("POST", "/projects/404404/automation/runs", NEW),
    ):
        assert (answer.status, answer.json) == (403, {"message": "This action is unauthorized."})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/automation/runs/1"),
        ("GET", "/automation/runs/1/tests"),
        ("POST", "/automation/runs/1/append"),
        ("POST", "/automation/runs/1/threads"),
        ("POST", "/automation/runs/1/complete"),
        ("POST", "/automation/runs/threads/1/append"),
        ("POST", "/automation/runs/threads/1/complete"),
        ("GET", "/automation/run/1"),
        ("GET", "/automation/runs/one"),
        ("GET", ""),
    ],
)
def test_what_is_not_there_is_not_found(scribe: Client, method: str, path: str) -> None:
    answer = scribe.call(method, path, {} if method == "POST" else None)
    assert (answer.status, answer.json) == (404, sample("not-found"))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", RUNS, "GET, POST"),
        ("DELETE", "/automation/runs/880001", "GET"),
        ("GET", "/automation/runs/880001/threads", "POST"),
        ("GET", "/automation/runs/880001/complete", "POST"),
    ],
)
def test_another_method_is_not_allowed(scribe: Client, method: str, path: str, allowed: str) -> None:
    answer = scribe.call(method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.json == {"message": "Method not allowed."}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b'{"a":' * 100_000])
def test_a_body_that_is_no_object_is_a_bad_request(scribe: Client, testmo: Sandbox, raw: bytes) -> None:
    run = create(scribe)
    paths = (f"/automation/runs/{run}/append", f"/automation/runs/threads/{thread(scribe, run)}/append")
    for path in (RUNS, *paths, f"/automation/runs/{run}/complete"):
        answer = scribe.call("POST", path, raw)
        assert answer.status == 400
        assert answer.json.keys() == {"message"}
    assert len(testmo.ledger) == 1


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"source": None}, "source", "The source field is required."),
        ({"source": ""}, "source", "The source field is required."),
        ({"name": "  "}, "name", "The name field is required."),
        ({"name": 5}, "name", "The name must be a string."),
        ({"tags": "pr"}, "tags", "The tags must be an array."),
        ({"tags": [1]}, "tags.0", "The tags.0 must be a string."),
        ({"config_id": 99}, "config_id", "The config_id that was selected is invalid."),
        ({"config": "BeOS"}, "config", "The config that was selected is invalid."),
        ({"milestone_id": "5"}, "milestone_id", "The milestone_id must be an integer."),
        ({"milestone": "9.9"}, "milestone", "The milestone that was selected is invalid."),
        ({"artifacts": {}}, "artifacts", "The artifacts must be an array."),
        ({"artifacts": ["x"]}, "artifacts.0", "The artifacts.0 must be an object."),
        ({"artifacts": [{"name": "x"}]}, "artifacts.0.url", "The artifacts.0.url field is required."),
        ({"artifacts": [LINK | {"url": "file:///x"}]}, "artifacts.0.url", "The artifacts.0.url format is invalid."),
        ({"artifacts": [LINK | {"size": -1}]}, "artifacts.0.size", "The artifacts.0.size must be at least 0."),
        ({"artifacts": [LINK | {"size": 1.5}]}, "artifacts.0.size", "The artifacts.0.size must be an integer."),
        (
            {"links": [LINK, LINK | {"note": "n" * 81}]},
            "links.1.note",
            "The links.1.note may not be greater than 80 characters.",
        ),
        ({"links": [{"url": LINK["url"]}]}, "links.0.name", "The links.0.name field is required."),
        ({"fields": [{"name": "x"}]}, "fields.0.type", "The fields.0.type field is required."),
        ({"fields": [FIELD | {"type": 6}]}, "fields.0.type", "The fields.0.type that was selected is invalid."),
        ({"fields": [FIELD | {"type": True}]}, "fields.0.type", "The fields.0.type must be an integer."),
        ({"fields": [FIELD | {"value": 1}]}, "fields.0.value", "The fields.0.value must be a string."),
        ({"fields": [FIELD | {"meta": {"a": 1}}]}, "fields.0.meta.a", "The fields.0.meta.a must be a string."),
        (
            {"fields": [FIELD | {"is_highlight": 1}]},
            "fields.0.is_highlight",
            "The fields.0.is_highlight must be true or false.",
        ),
    ],
)
def test_a_run_must_be_as_it_should(
    scribe: Client, testmo: Sandbox, change: dict[str, Any], field: str, text: str
) -> None:
    errors = errors_of(scribe.call("POST", RUNS, NEW | change))
    assert errors[field][0] == text
    assert len(testmo.ledger) == 0
    assert not testmo.journal[0].effect


def test_everything_that_is_wrong_is_told_at_once(scribe: Client) -> None:
    assert scribe.call("POST", RUNS, {"name": "x"}).json == sample("invalid")
    errors = errors_of(scribe.call("POST", RUNS, {"tags": 1, "links": [{}]}))
    assert errors.keys() == {"name", "source", "tags", "links.0.name", "links.0.url"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": None}, "key"),
        ({"key": "ABC"}, "key"),
        ({"key": "a-b"}, "key"),
        ({"key": "a\n"}, "key"),
        ({"key": "a" * 65}, "key"),
        ({"name": ""}, "name"),
        ({"folder": None}, "folder"),
        ({"status": None}, "status"),
        ({"status": 1}, "status"),
        ({"elapsed": 0.06}, "elapsed"),
        ({"elapsed": -1}, "elapsed"),
        ({"line": "12"}, "line"),
        ({"assertions": True}, "assertions"),
        ({"file": 1}, "file"),
        ({"fields": [{}]}, "fields.0.name"),
        ({"artifacts": [{"name": "x", "url": "x"}]}, "artifacts.0.url"),
    ],
)
def test_one_bad_test_refuses_the_whole_append(
    scribe: Client, testmo: Sandbox, change: dict[str, Any], field: str
) -> None:
    one = thread(scribe, create(scribe))
    answer = scribe.call("POST", f"/automation/runs/threads/{one}/append", {"tests": [PASSED, PASSED | change]})
    assert f"tests.1.{field}" in errors_of(answer)
    assert ours(testmo)[0].tests == ()


def test_the_longest_texts_are_taken(scribe: Client, testmo: Sandbox) -> None:
    test = {**PASSED, "key": "a" * 64, "artifacts": [LINK | {"note": "n" * 80}]}
    assert append(scribe, thread(scribe, create(scribe)), test) == 204
    assert ours(testmo)[0].tests[0].key == "a" * 64


def test_a_thread_takes_neither_links_nor_tests_at_its_creation(scribe: Client, testmo: Sandbox) -> None:
    run = create(scribe)
    body = {"links": [LINK], "tests": [PASSED], "elapsed_observed": 7}
    assert scribe.call("POST", f"/automation/runs/{run}/threads", body).status == 201
    assert (ours(testmo)[0].links, ours(testmo)[0].tests, ours(testmo)[0].threads[0].observed) == ((), (), 7)
    assert scribe.call("POST", f"/automation/runs/{run}/threads", {"elapsed_observed": "7"}).status == 422


def test_what_is_completed_takes_nothing_more(scribe: Client, testmo: Sandbox) -> None:
    run = create(scribe)
    done, open_ = thread(scribe, run), thread(scribe, run)
    assert scribe.call("POST", f"/automation/runs/threads/{done}/complete", {}).status == 204
    assert append(scribe, done, PASSED) == 422
    assert scribe.call("POST", f"/automation/runs/threads/{done}/complete", {}).status == 422
    assert append(scribe, open_, PASSED) == 204
    assert complete(scribe, run) == 204
    for path in (f"{run}/append", f"{run}/threads", f"{run}/complete", f"threads/{open_}/complete"):
        answer = scribe.call("POST", f"/automation/runs/{path}", {})
        assert answer.status == 422
        assert answer.json.keys() == {"message"}
    assert answer.json == {"message": "The automation thread is already completed."}
    assert scribe.call("POST", f"/automation/runs/{run}/complete", {}).json == sample("completed")
    assert (len(ours(testmo)[0].tests), look(scribe, run)["thread_count"]) == (1, 2)


def test_what_is_completed_may_take_more_if_switched_so(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["never-closed"])
    run = create(scribe)
    one = thread(scribe, run)
    complete(scribe, run)
    assert append(scribe, one, PASSED) == 204
    assert append(scribe, thread(scribe, run), PASSED) == 204
    assert complete(scribe, run) == 422, "this much is reported of the real vendor"


def test_a_thread_may_be_completed_again_if_switched_so(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["idempotent"])
    path = f"/automation/runs/threads/{thread(scribe, create(scribe))}/complete"
    assert [scribe.call("POST", path, {"elapsed_observed": 5}).status for _ in range(2)] == [204, 204]
    assert ours(testmo)[0].threads[0].observed == 5


def test_unknown_statuses_may_be_refused(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["strict-statuses"])
    one = thread(scribe, create(scribe))
    body = {"tests": [PASSED, {**PASSED, "status": "healing"}]}
    answer = scribe.call("POST", f"/automation/runs/threads/{one}/append", body)
    assert errors_of(answer) == {"tests.1.status": ["The tests.1.status that was selected is invalid."]}
    assert append(scribe, one, PASSED, {**PASSED, "status": "untested"}) == 204


@pytest.mark.parametrize(
    ("test", "most"),
    [
        (lambda text: PASSED | {"name": text}, 750),
        (lambda text: PASSED | {"folder": text}, 750),
        (lambda text: PASSED | {"fields": [FIELD | {"value": text}]}, 750),
        (lambda text: PASSED | {"fields": [FIELD | {"type": 4, "value": text}]}, 16_384),
    ],
)
def test_long_texts_may_be_refused(scribe: Client, testmo: Sandbox, test: Any, most: int) -> None:
    one = thread(scribe, create(scribe))
    assert append(scribe, one, test("x" * (most + 1))) == 204, "by default they are kept"
    testmo.reset(scenario=SCENARIOS["strict-lengths"])
    one = thread(scribe, create(scribe))
    assert append(scribe, one, test("x" * most)) == 204
    assert append(scribe, one, test("x" * (most + 1))) == 422


def test_an_append_may_have_a_limit(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["small-batches"])
    one = thread(scribe, create(scribe))
    assert append(scribe, one, *[PASSED] * 250) == 204
    answer = scribe.call("POST", f"/automation/runs/threads/{one}/append", {"tests": [PASSED] * 251})
    assert errors_of(answer) == {"tests": ["The tests may not have more than 250 items."]}
    assert len(ours(testmo)[0].tests) == 250


def test_a_gateway_may_refuse_large_bodies(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["small-bodies"])
    one = thread(scribe, create(scribe))
    assert append(scribe, one, PASSED | {"file": "x" * (1 << 20)}) == 413
    assert append(scribe, one, PASSED | {"file": "x" * 1_000_000}) == 204


def test_compressed_bodies_are_broken_unless_switched_otherwise(scribe: Client, testmo: Sandbox) -> None:
    packed = gzip.compress(json.dumps(NEW).encode())
    assert scribe.call("POST", RUNS, packed, **{"Content-Encoding": "gzip"}).status == 400
    testmo.reset(scenario=SCENARIOS["gzip-bodies"])
    assert scribe.call("POST", RUNS, packed, **{"Content-Encoding": "gzip"}).status == 201
    for broken in (packed[:9], b"\x1f\x8bxx", b"{}"):
        assert scribe.call("POST", RUNS, broken, **{"Content-Encoding": "gzip"}).status == 400
    assert scribe.call("POST", RUNS, NEW).status == 201


def test_an_empty_run_may_be_neutral(scribe: Client, testmo: Sandbox) -> None:
    for name, status in (("passing", 2), ("empty-neutral", 1)):
        testmo.reset(scenario=SCENARIOS[name])
        run = create(scribe)
        complete(scribe, run)
        assert look(scribe, run)["status"] == status
        assert not testmo.ledger[0].passed


def test_a_hostile_vendor_attacks_in_every_refusal(scribe: Client, testmo: Sandbox) -> None:
    testmo.reset(scenario=SCENARIOS["hostile"])
    answer = scribe.call("POST", RUNS, {"name": "x"}).json
    assert EVERYTHING in answer["message"]
    assert EVERYTHING in answer["errors"]["source"][0]
