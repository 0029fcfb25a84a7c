"""What is believed of an answer of Autify, and what is not."""

from typing import Any

import pytest

from core.ports import Wish
from core.text.secret import Secret
from core.vendors.autify.fields import LONGEST_WORD
from core.vendors.autify.options import Settings
from core.vendors.autify.references import Ref
from core.vendors.autify.web import results
from core.vendors.autify.web.client import Autify
from tests.support import MemoryCi

CAPABILITY = {"os": "Linux", "browser": "Chrome"}


def a_result(*cases: int, status: str = "passed", **more: Any) -> results.Result:
    listed = [{"test_case_id": case, "status": "passed"} for case in cases]
    group = {"capability": CAPABILITY, "test_case_results": listed}
    return results.read({"id": 7, "status": status, "test_plan_capability_results": [group], **more})


def a_client(*scenarios: int, on: int = 1) -> Autify:
    settings = Settings(token=Secret("t0ken"), scenarios=tuple(Ref(str(id_)) for id_ in scenarios), project_id="77")
    client = Autify(settings, Wish(name="n", adopt=False, machine=None), None, None, MemoryCi(), "https://x/api/v1")  # type: ignore[arg-type]
    client._started, client._on = frozenset(scenarios), on
    return client


@pytest.mark.parametrize("cases", [(501,), (999,), (501, 999)])
def test_a_pass_without_all_that_was_started_is_no_answer(cases: tuple[int, ...]) -> None:
    client = a_client(501, 502)
    with pytest.raises(ValueError, match="lacks some of the scenarios"):
        client._ours(a_result(*cases), client._run(7))


def test_a_pass_on_fewer_capabilities_than_were_started_is_no_answer() -> None:
    client = a_client(501, on=2)
    with pytest.raises(ValueError, match="lacks"):
        client._ours(a_result(501), client._run(7))


def test_more_than_was_started_is_fine_and_a_failure_needs_no_proof() -> None:
    client = a_client(501)
    assert client._ours(a_result(501, 502), client._run(7)).cases
    assert client._ours(a_result(502, status="failed"), client._run(7)).status == "failed"


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "soon", 7, None])
def test_an_odd_date_is_no_reason_to_stumble(moment: object) -> None:
    (suite,) = results.suites(a_result(501, started_at=moment if isinstance(moment, str) else None), {})
    assert suite.timestamp == "1970-01-01T00:00:00"


def test_a_capability_of_a_megabyte_is_cut_before_each_case_repeats_it() -> None:
    group = {"capability": {"os": "x" * (1 << 20)}, "test_case_results": [{"test_case_id": 1, "status": "failed"}]}
    (suite,) = results.suites(results.read({"id": 7, "status": "failed", "test_plan_capability_results": [group]}), {})
    assert len(suite.name) <= LONGEST_WORD
    assert all(len(text) < 1000 for case in suite.cases for text in (case.message, case.classname))
