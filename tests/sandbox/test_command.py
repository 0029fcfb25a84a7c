"""The command for a person: started as a process, asked, ended by a signal."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.sandbox import BOXES, FAULTS, SCENARIOS
from core.sandbox.command import main
from core.sandbox.repertoire import extra_faults, scenarios_of
from tests.sandbox import qtest
from tests.sandbox.support import client_of

PROGRAM = "import sys; from core.sandbox.command import main; sys.exit(main(sys.argv[1:]))"


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run the command, yield it and the URL of its first line."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            match = re.fullmatch(
                r"sandbox: [a-z-]+, scenario [a-z-]+, listening at (http://127\.0\.0\.1:\d+(?:/\w+)*)\n", first
            )
            assert match, first
            yield process, match[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_ends_it(number: signal.Signals) -> None:
    faults = ["--fault", "503@describe-result", "--fault", "hang@list-results"]
    with started("--vendor", "autify", "--scenario", "one-failure", "--progression", "immediate", *faults) as (
        process,
        url,
    ):
        with client_of(url, timeout=0.1) as client:
            run = client.start()
            assert client.get(f"/projects/77/results/{run}?token=secret").status == 503
            assert client.look(run)["status"] == "failed"
        with client_of(url, timeout=0.1) as client, contextlib.suppress(TimeoutError):
            client.get("/projects/77/results")
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
    assert process.returncode == 0
    assert err == ""
    assert out.splitlines() == [
        "POST /api/v1/projects/77/execute_scenarios 200",
        f"GET /api/v1/projects/77/results/{run} 503 503@describe-result",
        f"GET /api/v1/projects/77/results/{run} 200",
        "GET /api/v1/projects/77/results - hang@list-results",
    ]


@pytest.mark.parametrize("vendor", BOXES)
def test_it_can_be_every_vendor_in_scenarios_of_its_own(vendor: str) -> None:
    name = list(scenarios_of(BOXES[vendor]))[-1]
    with started("--vendor", vendor, "--scenario", name, "--fault", "503@start") as (process, url):
        with client_of(url) as client:
            status = client.get("/x").status
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=5)
    assert re.fullmatch(rf"GET (/\S+)?/x {status}\n", out)


def test_what_only_another_vendor_can_do_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--vendor", "autify", "--scenario", "counts-only", "--fault", "dtd@any"]) == 2
    told = capsys.readouterr().err
    assert "unknown scenario 'counts-only': choose from passing, " in told
    assert "unknown fault 'dtd': choose from 401, " in told


def test_control_characters_never_reach_the_terminal() -> None:
    with started() as (process, url):
        port = int(url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /\x1b[2J\x07\xe9::error:: HTTP/1.1\r\nAuthorization: Bearer s3cret\r\n\r\n")
            connection.recv(1)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=5)
    assert out == "GET /\\x1b[2J\\x07\\xe9::error:: 200\n"


def test_everything_that_is_wrong_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        [
            "--vendor",
            "v",
            "--scenario",
            "s",
            "--progression",
            "p",
            "--fault",
            "f",
            "--port",
            "x",
            "--seed",
            "-1",
            "more",
        ]
    )
    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    for text in ("'v': choose from autify", "'s': choose from passing, ", "'p'", "'f'", "'x'", "'-1'", "'more'"):
        assert text in told.err
    assert told.err.count("  - ") == 7


@pytest.mark.parametrize("arguments", [["--port"], ["--fault", "503@nowhere"], ["--port", "65536"]])
def test_bad_arguments_end_it_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage: sandbox" in capsys.readouterr().err


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    assert f"cannot listen on port {port} of the loopback interface: Address already in use" in capsys.readouterr().err


def test_it_lists_what_there_is_to_choose_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    helped = capsys.readouterr().out
    assert ended.value.code == 0
    for name, one in SCENARIOS.items():
        assert re.search(rf"^  {name} +{re.escape(one.description)}$", listed, re.MULTILINE)
    for kind in FAULTS:
        assert re.search(rf"^  {kind} +\S", listed, re.MULTILINE)
    for vendor, one_vendor in BOXES.items():
        for title, own in (("scenarios", one_vendor.scenarios), ("faults", extra_faults(one_vendor))):
            section = listed.partition(f"\nMore {title} of {vendor}:\n")[2].partition("\n\n")[0]
            assert [line.split()[0] for line in section.splitlines()] == list(own)
        senseless = listed.partition(f"\nScenarios that make no sense at {vendor}:\n")[2].partition("\n\n")[0]
        assert {line.split()[0] for line in senseless.splitlines()} == one_vendor.without_scenarios
    assert "KIND[=ARG]@CALL[#NTH][*TIMES]" in listed
    assert listed in helped


def test_qtest_is_served_too() -> None:
    arguments = ("--vendor", "qtest", "--scenario", "no-cancel-from-running", "--progression", "immediate")
    with started(*arguments) as (_, url), client_of(url) as client:
        host, _ = qtest.at_work(client)
        (job,) = qtest.jobs(client, host, "end_date=2100-01-01T00%3A00%3A00%2B0000")
        answers = [qtest.put_status(client, job["job_id"], word).status for word in ("RUNNING", "CANCELLED", "FAILED")]
    assert answers == [200, 400, 200]
