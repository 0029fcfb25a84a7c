"""No redirect is followed by a step, and nothing of a credential or a body reaches the other side."""

from pathlib import Path

import pytest

from core.sandbox import SCENARIOS, Progression
from tests.contract.jobs import CALLS, JOBS, POLL, pairs
from tests.harness import Bench
from tests.recorder import recorder

KINDS = ("redirect", "redirect301", "redirect303", "redirect307", "redirect308")


@pytest.mark.parametrize("target", ["same host", "another port", "another name"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("vendor", "job"), pairs())
def test_no_call_follows_a_redirect(vendor: str, job: str, kind: str, target: str, tmp_path: Path) -> None:
    with recorder() as port, recorder(host="127.0.0.2") as name:
        for number, call in enumerate(("start", POLL[vendor], *CALLS[vendor][job])):
            folder = tmp_path / str(number)
            folder.mkdir()
            where = {"same host": "/elsewhere", "another port": port.url, "another name": name.url}[target]
            fault = f"{kind}={where}@{call}"
            with Bench(
                folder, scenario=SCENARIOS["passing"], faults=(fault,), progression=Progression.after(2)
            ) as bench:
                ended = bench.run(**JOBS[vendor][job])
            assert not [one for one in ended.journal if one.path.startswith("/elsewhere")]
            assert len(ended.ledger.ours) == (call != "start")
            assert (ended.status, ended.reason) == ((7, "may-exist") if call == "start" else (0, ""))
        assert port.seen == name.seen == []
