"""One reading of a result: what all of its forms that can be used say, and its texts as they came.

The forms are the same devices written in several ways. Where they differ the worst is shown, and nothing is proven.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.model import Outcome
from core.vendors.apptest_ai.devices import Device, of_json, of_xml

XML_KEYS = ("result_xml", "result_bare_xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`devices` is None where no form could be used; `troubles` says why, form by form.

    `doubt` is a sentence on forms that contradict each other, else empty.
    """

    devices: list[Device] | None = None
    xml: str = ""
    json: str = ""
    html: str = ""
    troubles: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def usable(self) -> bool:
        return self.devices is not None


NOTHING = Reading()


def read(value: Any) -> Reading:
    """Promised: `complete`, and true by now; each form is a text, and may be empty or left out."""
    if value["complete"] is not True:
        raise TypeError("`complete` is neither true nor false")
    texts = {key: _text(value.get(key)) for key in (*XML_KEYS, "result_html")}
    found = value.get("result_json") or ""
    lists: dict[str, list[Device]] = {}
    troubles: list[str] = []
    for key in (*XML_KEYS, "result_json"):
        try:
            if key == "result_json":
                lists |= {key: of_json(found)} if found else {}
            else:
                lists |= {key: of_xml(texts[key])} if texts[key].strip() else {}
        except ValueError as error:
            troubles.append(f"{key} can't be used: {error}")
    tallies = {key: _tally(devices) for key, devices in lists.items()}
    return Reading(
        devices=max(lists.values(), key=lambda devices: _tally(devices)[0], default=None),
        doubt="" if len(set(tallies.values())) < 2 else _contradiction(tallies),
        xml=texts["result_xml"] or texts["result_bare_xml"],
        json=found if isinstance(found, str) else "",
        html=texts["result_html"],
        troubles=tuple(troubles),
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("a form of the result is no text")
    return value


def _tally(devices: list[Device]) -> tuple[int, int, int]:
    """(devices that did not pass, that passed, all)."""
    bad = sum(device.outcome in (Outcome.FAILED, Outcome.ERRORED) for device in devices)
    return bad, sum(device.outcome is Outcome.PASSED for device in devices), len(devices)


def _contradiction(tallies: Mapping[str, tuple[int, int, int]]) -> str:
    told = (f"{key} has {passed} passed and {bad} bad of {total}" for key, (bad, passed, total) in tallies.items())
    return f"The forms of apptest.ai's result contradict each other: {', '.join(told)}."
