"""One reading of a result: the best of its forms that can be used, and its texts as they came."""

from dataclasses import dataclass
from typing import Any

from core.vendors.apptest_ai.devices import Device, of_json, of_xml

XML_KEYS = ("result_xml", "result_bare_xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`devices` is None where no form could be used; `troubles` says why, form by form."""

    devices: list[Device] | None = None
    xml: str = ""
    json: str = ""
    html: str = ""
    troubles: tuple[str, ...] = ()

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
    devices: list[Device] | None = None
    troubles: list[str] = []
    for key in (*XML_KEYS, "result_json"):
        if devices is not None:
            break
        try:
            if key == "result_json":
                devices = of_json(found) if found else None
            else:
                devices = of_xml(texts[key]) if texts[key].strip() else None
        except ValueError as error:
            troubles.append(f"{key} can't be used: {error}")
    return Reading(
        devices=devices,
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
