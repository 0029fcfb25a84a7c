"""The sandbox as a command, for somebody without an ATS: it serves at the address that it prints."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.sandbox.ats.faults import FAULTS
from core.sandbox.ats.scenarios import SCENARIOS
from core.sandbox.command import main
from tests.sandbox.ats_support import ats_client, rerun_text, values_of

ENTRYPOINT = Path(__file__).parents[2] / "entrypoint.py"


def test_it_serves_jobs_at_the_address_that_it_prints() -> None:
    arguments = ["--vendor", "mendix-ats", "--scenario", "rerun-passes", "--progression", "2 looks"]
    command = [sys.executable, str(ENTRYPOINT), "sandbox", *arguments, "--fault", "fault-200@get-test-run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            match = re.fullmatch(
                r"sandbox: mendix-ats, scenario rerun-passes, listening at (http://127\.0\.0\.1:\d+)\n", first
            )
            assert match, first
            with ats_client(match[1]) as client:
                job = client.start()
                assert b"soap:Fault" in client.post("GetJobStatus", b"").body
                assert [client.look(job).word for _ in range(2)] == ["Running", "Done/Failed"]
                assert values_of(client.post("RerunNotPassed", rerun_text(job)))["Started"] == "true"
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=5)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    assert out.splitlines() == [
        "POST /ws/RunJob 200",
        "POST /ws/GetJobStatus 200 fault-200@get-test-run",
        "POST /ws/GetJobStatus 200",
        "POST /ws/GetJobStatus 200",
        "POST /ws/RerunNotPassed 200",
    ]


def test_it_lists_what_only_this_vendor_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    for title, names in (("More scenarios of", SCENARIOS), ("More faults of", FAULTS)):
        section = listed.partition(f"{title} mendix-ats:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == list(names)
    section = listed.partition("Faults that make no sense at mendix-ats:\n")[2].partition("\n\n")[0]
    assert {line.split()[0] for line in section.splitlines()} == {"stale", "wrong-project"}


def test_a_scenario_of_another_vendor_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--vendor", "autify", "--scenario", "rerun-passes"]) == 2
    assert main(["--vendor", "mendix-ats", "--fault", "stale@start"]) == 2
    told = capsys.readouterr().err
    assert "unknown scenario 'rerun-passes'" in told
    assert "fault 'stale' makes no sense at this vendor" in told
