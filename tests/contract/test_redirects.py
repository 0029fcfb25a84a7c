"""No redirect is followed by a step, and nothing of a credential or a body reaches the other side."""

from pathlib import Path

import pytest

from core.sandbox import Progression
from tests.contract.jobs import JOBS
from tests.harness import Bench
from tests.recorder import recorder

KINDS = ("redirect", "redirect301", "redirect303", "redirect307", "redirect308")


@pytest.mark.parametrize("target", ["same host", "another port", "another name"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("job", JOBS)
def test_no_call_follows_a_redirect(job: str, kind: str, target: str, tmp_path: Path) -> None:
    mine = JOBS[job]
    with recorder() as port, recorder(host="127.0.0.2") as name:
        for number, call in enumerate(("start", mine.poll, *mine.calls)):
            folder = tmp_path / str(number)
            folder.mkdir()
            where = {"same host": "/elsewhere", "another port": port.url, "another name": name.url}[target]
            fault = f"{kind}={where}@{call}"
            scene, inputs = mine.scene("passing", folder)
            with Bench(
                folder,
                scenario=scene,
                faults=(fault,),
                progression=Progression.after(2),
                vendor=mine.box,
            ) as bench:
                ended = bench.run(**{"vendor": mine.vendor, **inputs})
            assert not [one for one in ended.journal if one.path.startswith("/elsewhere")]
            again = kind in mine.repeated  # a lost start that surely did not happen
            assert len(ended.ledger.ours) == (call != "start" or again)
            assert (ended.status, ended.reason) == ((7, "may-exist") if call == "start" and not again else (0, ""))
        assert port.seen == name.seen == []
