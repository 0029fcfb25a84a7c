"""The server itself: sockets, threads, journal, several vendors behind one port."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.sandbox import BOXES, SCENARIOS, Exchange, Fault, Progression, Sandbox, Scenario
from tests.sandbox.support import ASKED, EPOCH, TOKEN, Client, Time, client_of


@contextlib.contextmanager
def talk(sandbox: Sandbox, text: str) -> Iterator[bytes]:
    """Send raw text, yield all that comes back until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", int(sandbox.origin.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        connection.shutdown(socket.SHUT_WR)
        yield b"".join(iter(lambda: connection.recv(65_536), b""))


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("sandbox")}


@pytest.mark.parametrize("kind", ["hang", "hang-after", "slow-loris", "endless", "gzip-bomb", "passing"])
def test_no_thread_and_no_stall_outlives_the_sandbox(kind: str) -> None:
    before = threads()
    stalled = threading.Event()
    faults = [] if kind == "passing" else [Fault(kind=kind, at="any", times=None)]
    with Sandbox(faults=faults, on_stall=stalled.set, drip=0.001) as sandbox:
        connections = [socket.create_connection(("127.0.0.1", int(sandbox.origin[17:]))) for _ in range(3)]
        for connection in connections[:2]:
            connection.sendall(b"GET /api/v1/projects/77/results HTTP/1.1\r\nAuthorization: Bearer t\r\n\r\n")
        if kind not in ("gzip-bomb", "passing"):
            assert stalled.wait(5)
        assert threads() - before
    assert threads() <= before
    for connection in connections:
        connection.close()


def test_closing_twice_does_no_harm_and_the_journal_stays() -> None:
    with Sandbox() as sandbox, client_of(sandbox.url) as client:
        client.get("/projects/77/results")
    sandbox.close()
    assert len(sandbox.journal) == 1
    with pytest.raises(RuntimeError, match="not open"):
        _ = sandbox.url


def test_only_the_loopback_interface_is_bound(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    assert sandbox.url == f"{sandbox.origin}/api/v1"


def test_the_journal_has_what_came_over_the_wire(sandbox: Sandbox, client: Client, now: Time) -> None:
    now.reading += 2.5
    body = b'{"name": "x"}'
    client.call("DELETE", "/projects/77//autify_connect/access_points?a=%41&b", body, **{"X-Trace": "1"})
    assert sandbox.journal == [
        Exchange(
            at=1002.5,
            operation="delete-access-point",
            method="DELETE",
            path="/api/v1/projects/77//autify_connect/access_points",
            query="a=%41&b",
            headers=sandbox.journal[0].headers,
            body=body,
            status=404,
            fault=None,
            effect=False,
            size=13,
        )
    ]
    assert sandbox.journal[0].header("AUTHORIZATION") == TOKEN
    assert sandbox.journal[0].header("x-trace") == "1"
    assert sandbox.journal[0].header("x-none") is None


def test_repeated_headers_are_all_in_the_journal(sandbox: Sandbox) -> None:
    with talk(sandbox, "GET /api/v1/ HTTP/1.1\nA: 1\na: 2\nA: 1\n\n"):
        assert sandbox.journal[0].headers == (("A", "1"), ("a", "2"), ("A", "1"))


def test_the_ledger_knows_what_was_in_force_at_the_start(sandbox: Sandbox, client: Client) -> None:
    path = "/test_plans/3001/url_replacements"
    made = client.call("POST", path, {"pattern_url": "https://a.test", "replacement_url": "https://b.test"}).json
    client.call("POST", "/schedules/3001", {"autify_connect": {"name": "ap-1"}})
    assert [(left.test_plan, left.pattern_url) for left in sandbox.ledger.url_replacements] == [
        (3001, "https://a.test")
    ]
    client.call("DELETE", f"{path}/{made['id']}")
    client.call("POST", "/schedules/3001")
    client.start({**ASKED, "url_replacements": [{"pattern_url": "p", "replacement_url": "r"}]}, project=42)
    runs = sandbox.ledger.ours
    assert [run.url_replacements for run in runs] == [(("https://a.test", "https://b.test"),), (), (("p", "r"),)]
    assert [(run.operation, run.project, run.test_plan, run.name) for run in runs[1:]] == [
        ("execute-schedule", None, 3001, None),
        ("execute-scenarios", 42, None, "ci #512"),
    ]
    assert (runs[2].scenarios, runs[2].capabilities, runs[2].cases) == ((501, 502), 1, ("passed", "passed"))
    assert sandbox.ledger.url_replacements == ()
    assert [exchange.effect for exchange in sandbox.journal] == [True] * 5


def test_a_run_that_has_ended_reads_finished_without_a_look(sandbox: Sandbox, client: Client, now: Time) -> None:
    sandbox.reset(progression=Progression.parse("20s"))
    client.start()
    assert not sandbox.ledger[0].finished
    now.reading += 20
    assert sandbox.ledger[0].finished


def test_a_reset_begins_anew_on_the_same_port(sandbox: Sandbox, client: Client, now: Time) -> None:
    sandbox.reset(faults=[Fault(kind="503", at="any", times=None)])
    assert client.get("/projects/77/results").status == 503
    now.reading += 50
    sandbox.reset(scenario=SCENARIOS["one-failure"])
    assert (sandbox.journal, len(sandbox.ledger)) == ([], 0)
    answer = client.get(f"/projects/77/results/{client.start()}")
    assert (answer.json["id"], answer.json["status"]) == (880001, "failed"), "on the same connection"
    assert answer.headers["date"] == "Mon, 02 Mar 2026 10:00:00 GMT"


def test_the_same_seed_gives_the_same_answers(sandbox: Sandbox, client: Client) -> None:
    def key(seed: int) -> str:
        sandbox.reset(seed=seed)
        return str(client.call("POST", "/projects/77/autify_connect/access_points", {"name": "x"}).json["key"])

    assert key(1) == key(1) != key(2)


def test_a_path_selects_a_scenario_with_faults_and_its_own_state(sandbox: Sandbox) -> None:
    selected = "one-failure+503@describe-result%231*2+immediate"
    with client_of(sandbox.url_of(selected)) as client, client_of(sandbox.url) as main:
        run = client.start()
        assert [client.get(f"/projects/77/results/{run}").status for _ in range(3)] == [503, 503, 200]
        found = client.look(run)
        assert found["status"] == "failed"
        url = found["test_plan_capability_results"][0]["test_case_results"][0]["project_url"]
        assert url.startswith(f"{sandbox.origin}/s/{selected}/projects/77/results/{run}/")
        assert main.start() == 880001 != run
    assert len(sandbox.journal) == len(sandbox.ledger) == 1
    assert len(sandbox.space(selected).journal) == 5
    assert sandbox.space(selected).ledger[0].verdict == "failed"


def test_a_label_tells_equal_selections_apart(sandbox: Sandbox) -> None:
    with client_of(sandbox.url_of("passing+~a")) as client:
        client.start()
    assert [len(sandbox.space(f"passing+~{label}").ledger) for label in "ab"] == [1, 0]


def test_a_result_page_is_found_with_and_without_its_selection(sandbox: Sandbox) -> None:
    with client_of(sandbox.url_of("one-failure+immediate")) as client:
        run = client.start()
        for base in ("", "/s/one-failure+immediate"):
            client.base = base
            assert b"failed" in client.get(f"/projects/77/results/{run}").body


@pytest.mark.parametrize("selected", ["nothing", "passing+505@any", "passing+503@nowhere", "passing+soon", "%0A"])
def test_a_selection_that_is_none_is_told(sandbox: Sandbox, selected: str) -> None:
    with client_of(f"{sandbox.origin}/s/{selected}/api/v1") as client:
        answer = client.get("/projects/77/results")
    assert (answer.status, answer.headers["content-type"]) == (
        404,
        "text/plain" if selected else "text/html; charset=utf-8",
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sandbox(vendor="nobody"),
        lambda: Sandbox(faults=[Fault(kind="503", at="nowhere"), Fault(kind="503", at="any")]),
        lambda: Sandbox(faults=[Fault(kind="503", at="any"), Fault(kind="505", at="any")]),
        lambda: Sandbox(faults=[Fault(kind="413", at="any")]),
    ],
)
def test_what_cannot_be_played_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(
        ValueError,
        match=r"nobody.*choose from autify|503@nowhere.*choose from start, any, execute|'(505|413)'.*choose from 401",
    ):
        make()


def test_stalls_are_told_to_the_newest_listener(sandbox: Sandbox) -> None:
    old, new = threading.Event(), threading.Event()
    sandbox.reset(on_stall=old.set)
    sandbox.reset(on_stall=new.set, faults=[Fault(kind="slow-loris", at="any")])
    with socket.create_connection(("127.0.0.1", int(sandbox.origin[17:]))) as connection:
        connection.sendall(b"GET /api/v1/projects/77/results HTTP/1.1\r\nAuthorization: Bearer t\r\n\r\n")
        assert new.wait(5)
    assert not old.is_set()


def test_every_exchange_can_be_observed() -> None:
    seen: list[Exchange] = []
    with Sandbox(observe=seen.append) as sandbox:
        for url in (sandbox.url, sandbox.url_of("empty")):
            with client_of(url) as client:
                client.get("/projects/77/results")
        assert seen == sandbox.journal + sandbox.space("empty").journal


def test_many_clients_at_once_get_different_runs(sandbox: Sandbox) -> None:
    def start(_: int) -> int:
        with client_of(sandbox.url) as client:
            return client.start()

    with ThreadPoolExecutor(16) as pool:
        runs = list(pool.map(start, range(64)))
    assert sorted(runs) == list(range(880_001, 880_065))


def test_latency_can_be_added(sandbox: Sandbox, client: Client) -> None:
    sandbox.reset(scenario=Scenario(latency=0.001))
    assert client.get("/projects/77/results").status == 200


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\n\n",
        "GET / HTTP/2\n\n",
        "GET / HTTP/1.1\nno colon\n\n",
        "GET / HTTP/1.1\n",
        "POST / HTTP/1.1\nContent-Length: -1\n\n",
        "POST / HTTP/1.1\nContent-Length: 5\n\nab",
        "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nzz\n",
    ],
)
def test_what_is_no_request_is_refused_and_not_in_the_journal(sandbox: Sandbox, text: str) -> None:
    with talk(sandbox, text) as answer:
        assert answer.startswith(b"HTTP/1.1 400 ")
    assert sandbox.journal == []


def test_a_chunked_body_is_read(sandbox: Sandbox) -> None:
    head = "DELETE /api/v1/projects/77/autify_connect/access_points HTTP/1.1\nAuthorization: Bearer t\n"
    with talk(sandbox, f'{head}Transfer-Encoding: chunked\n\n8;x=y\n{{"name":\n7\n"ap-1"}}\n0\n\n') as answer:
        assert answer.endswith(b"\r\n\r\n{}")
    assert sandbox.journal[0].body == b'{"name":"ap-1"}'


def test_a_client_that_wants_to_be_asked_for_its_body_is(sandbox: Sandbox) -> None:
    with talk(sandbox, "POST /x HTTP/1.1\nExpect: 100-continue\nContent-Length: 2\n\nab") as answer:
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("GET / HTTP/1.1\n\nGET / HTTP/1.1\n\n", 2),
        ("GET / HTTP/1.1\nConnection: close\n\nGET / HTTP/1.1\n\n", 1),
        ("GET / HTTP/1.0\n\nGET / HTTP/1.1\n\n", 1),
    ],
)
def test_a_connection_goes_on_unless_the_client_ends_it(sandbox: Sandbox, text: str, answers: int) -> None:
    with talk(sandbox, text) as answer:
        assert answer.count(b"HTTP/1.1 200 OK") == answers
        assert answer.count(b"Connection: close") == 2 - answers


def test_the_answer_to_head_has_no_body(sandbox: Sandbox) -> None:
    with talk(sandbox, "HEAD / HTTP/1.1\n\n") as answer:
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b"\r\n\r\n")


def test_every_box_names_its_operations_and_starts() -> None:
    starts = {
        "autify": "execute-schedule",
        "autify-mobile": "run-test-plan",
        "apptest-ai": "start-testset",
        "mendix-ats": "run-job",
        "testmo": "create-run",
        "qtest": "create-schedule",
    }
    assert BOXES.keys() == starts.keys()
    for vendor in BOXES:
        with pytest.raises(ValueError, match="choose from") as caught:
            Sandbox(vendor=vendor, faults=[Fault(kind="503", at="x")])
        assert starts[vendor] in str(caught.value)


def test_importing_the_sandbox_starts_nothing_and_loads_little() -> None:
    code = "import sys, core.sandbox; print([name for name in sys.argv[1:] if name in sys.modules])"
    heavy = ["http.server", "http.client", "email", "argparse", "logging", "asyncio", "requests"]
    found = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_space_that_comes_into_being_later_has_the_same_time() -> None:
    now = Time()
    with Sandbox(now=now, epoch=EPOCH) as sandbox:
        for selected, since in (("passing+2s", 79.0), ("one-failure", 79.0), ("passing+3s", 100.0)):
            now.reading = 1000.0 + since
            assert sandbox.space(selected).clock.date(now()) == EPOCH + since
        sandbox.reset()
        now.reading += 5.0
        assert sandbox.space("passing+2s").clock.date(now()) == EPOCH + 5.0
