"""Which run is ours after a lost reply: what the list and the builds of its runs prove, look by look."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from core.ports import Answer
from core.vendors.autify.history import LOOKS
from core.vendors.autify.mobile.listing import MORE_LOOKS, MOST, Baseline, Wanted, look

NOW = 1_772_445_600.0
BEFORE = Baseline(ids=frozenset({"rOlD"}), server_time=NOW)
UNTIMED = Baseline(ids=frozenset({"rOlD"}))


class Vendor:
    """Implements what look() needs of core.ports.Calls: by look, the builds that each listed run shows."""

    def __init__(self, *looks: Mapping[str, str], created: Mapping[str, float] | None = None) -> None:
        self.looks = looks
        self.created = created or {}
        self.waits: list[float] = []
        self.described: list[str] = []

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)

    def read(
        self,
        operation: str,
        *,
        parse: Callable[[Answer], Any],
        path: Mapping[str, object],
        query: Mapping[str, object] | None = None,
        seconds: float,
    ) -> Any:
        shown = self.looks[min(len(self.waits), len(self.looks)) - 1]
        if operation == "describe-test-result":
            id_ = str(path["result_id"])
            self.described.append(id_)
            built = [{"status": "running", "test_case": {"build": {"id": shown[id_]}}}] if shown[id_] else []
            value: Any = self._run(id_) | {"test_case_results": built}
        else:
            first = query is not None and query["page"] == 1
            value = {"total": len(shown), "data": [self._run(id_) for id_ in shown] if first else []}
        return parse(Answer(status=200, value=value, body=b"", content_type="", date=None))

    def _run(self, id_: str) -> dict[str, Any]:
        created = datetime.fromtimestamp(self.created.get(id_, NOW + 1), UTC).isoformat()
        return {"id": id_, "status": "running", "created_at": created, "test_plan": {"id": "tPl001"}}


def found(vendor: Vendor, *, surely: bool, before: Baseline = BEFORE) -> dict[str, frozenset[str]]:
    wanted = Wanted(project="4yyABC", plan="tPl001", build="bOuRs", before=before)
    return look(wanted, vendor, surely=surely)  # type: ignore[arg-type]


OURS = frozenset({"bOuRs"})


def test_our_build_is_found_at_the_first_look_and_no_other_is_made() -> None:
    vendor = Vendor({"rOlD": "bOuRs", "rTheirs": "bTheirs", "rOuRs": "bOuRs"})
    assert found(vendor, surely=True) == {"rOuRs": OURS}
    assert vendor.waits == [LOOKS[0]]
    assert "rOlD" not in vendor.described


def test_a_run_that_shows_no_cases_yet_is_looked_at_for_a_minute() -> None:
    vendor = Vendor(*[{"rOuRs": ""}] * 4, {"rOuRs": "bOuRs"})
    assert found(vendor, surely=True) == {"rOuRs": OURS}
    assert vendor.waits == [*LOOKS, *MORE_LOOKS]


def test_with_a_build_of_many_all_looks_are_made_for_ours_may_come_last() -> None:
    vendor = Vendor({"rFirst": "bOuRs"}, {"rFirst": "bOuRs", "rSecond": "bOuRs"})
    assert found(vendor, surely=False) == {"rFirst": OURS, "rSecond": OURS}
    assert vendor.waits == [*LOOKS]


def test_a_run_that_once_showed_another_build_is_never_a_candidate() -> None:
    assert found(Vendor({"rTheirs": "bTheirs"}, {"rTheirs": ""}), surely=False) == {}


def test_a_run_from_before_that_the_first_page_lacked_is_none_either() -> None:
    vendor = Vendor({"rOlDeR": "bOuRs"}, created={"rOlDeR": NOW - 60})
    assert found(vendor, surely=False) == {}
    assert vendor.described == []


def test_without_the_vendors_time_only_our_own_build_proves_anything() -> None:
    assert found(Vendor({"rNeW": "bOuRs"}), surely=False, before=UNTIMED) == {}
    assert found(Vendor({"rNeW": "bOuRs"}), surely=True, before=UNTIMED) == {"rNeW": OURS}
    assert found(Vendor({"rNeW": ""}), surely=True, before=UNTIMED) == {}


def test_clocks_that_differ_by_a_minute_do_not_hide_our_own_build() -> None:
    assert found(Vendor({"rOuRs": "bOuRs"}, created={"rOuRs": NOW - 60}), surely=True) == {"rOuRs": OURS}


def test_of_very_many_runs_the_latest_are_looked_at() -> None:
    many = {f"r{number}": "bTheirs" for number in range(MOST)} | {"rOuRs": "bOuRs"}
    vendor = Vendor(many, created={"rOuRs": NOW + 9})
    assert found(vendor, surely=True) == {"rOuRs": OURS}
    assert len(vendor.described) == MOST
