"""apptest.ai: how state looks on the wire.

Wire: https://github.com/apptestai/docs (content/en/restapi/_index.md and its revision of 2022)
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import hostile
from core.sandbox.apptest import spoilt
from core.sandbox.apptest.codes import RefusedError, code_of
from core.sandbox.apptest.devices import PASS, RUNNING, STOP, counts, device_name, seconds_of, words_at
from core.sandbox.apptest.repertoire import knobs_of
from core.sandbox.apptest.results import Device
from core.sandbox.apptest.state import State, Testset, final_word
from core.sandbox.clock import http_date
from core.sandbox.course import Glance
from core.sandbox.progression import Phase

_DETOURS: Final = {"passed": "Complete", "running": "Running"}
FORMS: Final = ("xml", "html", "json", "bare_xml")
PROJECT_NAME: Final = "Shop"


def envelope(data: Mapping[str, Any], *, code: int = 0, message: str = "", reason: str = "") -> dict[str, Any]:
    return {"data": data, "result_code": code, "result_msg": message, "reason": reason}


def refusal(error: RefusedError, *, under_attack: bool) -> dict[str, Any]:
    suffix = f" {hostile.EVERYTHING}" if under_attack else ""
    return envelope({}, code=error.code, message=code_of(error.code).group, reason=error.reason + suffix)


def started(testset: Testset, number: int) -> dict[str, Any]:
    return {"test_count": len(testset.words), "testset_id": number}


def status(state: State, testset: Testset, seen: Glance, kind: str) -> dict[str, Any]:
    """Return how far a testset is. `kind` is the fault of this answer, if it has one."""
    word = word_at(testset, seen)
    shown = words_at(_counted(testset), seen)
    if kind == "running-count":
        shown[-1:] = [RUNNING] * min(1, len(shown))
    return {
        "testset_status": word.lower() if kind == "lower-case" else word,
        "testset_status_detail": counts(shown),
        "response_time": http_date(state.clock.date(state.clock.now())),
    }


def word_at(testset: Testset, seen: Glance) -> str:
    if seen.phase is not Phase.OVER:
        return "Running"
    return final_word(testset) if seen.detour is None else _DETOURS.get(seen.detour, seen.detour)


def result(
    state: State, testset: Testset, home: str, wanted: str, kind: str, *, project: str = PROJECT_NAME
) -> dict[str, Any]:
    """Return the results in the form that is wanted; the others are empty. `kind` is a fault of them."""
    devices = spoilt.devices_of(kind, _devices(state, testset, home))
    name = hostile.EVERYTHING if state.scenario.hostile else project
    texts = spoilt.texts(kind, name, devices)
    shown = {form: text if wanted in ("all", form) else "" for form, text in texts.items()}
    return {"complete": True, **{f"result_{form}": text for form, text in shown.items()}}


def no_result() -> dict[str, Any]:
    return {"complete": False, **{f"result_{form}": "" for form in FORMS}}


def _counted(testset: Testset) -> tuple[str, ...]:
    """Return the words that the counts are made of: a testset that contradicts itself counts all devices as passed."""
    contradicts = testset.scenario.ending == "passed" and testset.scenario.failing
    return (PASS,) * len(testset.words) if contradicts else testset.words


def _devices(state: State, testset: Testset, home: str) -> list[Device]:
    stopped_shown = knobs_of(testset.scenario).stopped_shown
    under_attack = state.scenario.hostile
    return [
        Device(
            name=device_name(index, testset.start.os_type, under_attack=under_attack),
            seconds=seconds_of(index),
            word=word,
            link=_link(home, testset.first_test + index, under_attack=under_attack),
        )
        for index, word in enumerate(testset.words)
        if word != STOP or stopped_shown
    ]


def _link(home: str, test: int, *, under_attack: bool) -> str:
    if under_attack:
        return f"javascript:alert(1)//{hostile.EVERYTHING}"
    return f"{home}/#/main/testLab/tResult/summary/0?tid={test}"
