"""`record-to`: a recorder's inputs, beside those of the vendor whose report it gets. They bear the recorder's name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from core.inputs.kinds import BASE_URL
from core.inputs.options import Option, Problem, declared, parse
from core.inputs.settings import Common
from core.inputs.sources import Raw
from core.vendors import RECORDERS, recorder_inputs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderWish:
    """What the recorder `name` is asked. `missing` are its secrets that are not there."""

    name: str
    common: Common
    settings: "Any"
    missing: set[str]


def recorder_inputs(recorder: str) -> dict[str, Option]:
    """The inputs of `record-to` as they are given: `testmo-source` where the vendor's own is `source`."""
    own = _own_inputs(recorder)
    return {
        f"{recorder}-{name}": replace(option, help=f"For `record-to: {recorder}`. {renamed(recorder, option.help)}")
        for name, option in own.items()
    }


def _own_inputs(recorder: str) -> dict[str, Option]:
    inputs = recorder_inputs_of(recorder)
    found = {"base-url": Option(BASE_URL, inputs.ADDRESS, required=True), **declared(inputs.Settings)}
    return {name: option for name, option in found.items() if name not in inputs.OWN_TESTS}


def renamed(recorder: str, text: str) -> str:
    """A sentence on the recorder's own inputs, with the names that they have in this step."""
    for name in _own_inputs(recorder):
        text = text.replace(f"`{name}`", f"`{recorder}-{name}`")
    return text


def left_out(raw: Raw, known: Mapping[str, Option], problems: list[Problem]) -> dict[str, str]:
    """The given inputs without those of recorders that are not used; adds those that were given to this very step."""
    values = dict(raw.values)
    for recorder in RECORDERS:
        for name in recorder_inputs(recorder).keys() & values.keys() - known.keys():
            del values[name]
            if name in raw.strict:
                problems.append((name, f"goes with `record-to: {recorder}`, which is not set."))
    return values


def wished(recorder: str, raw: Raw, common: Common, vendor: str, problems: list[Problem]) -> RecorderWish | None:
    """What is asked of the recorder; adds everything that is wrong with it. Only without a problem is it to be used.

    None where it is the vendor itself: no input of it is then missing.
    """
    if vendor == recorder:
        problems.append(("record-to", f"is for the runs of other vendors: `vendor: {recorder}` records by itself."))
        return None
    if _mode(raw) == "start":
        text = "needs a report, and `mode: start` waits for none: set it on the step with `mode: wait`."
        problems.append(("record-to", text))
    inputs = recorder_inputs_of(recorder)
    own = _own_inputs(recorder)
    values = {name: raw.values[f"{recorder}-{name}"] for name in own if f"{recorder}-{name}" in raw.values}
    found: list[Problem] = []
    settings: Any = parse(inputs.Settings, values, found)
    base_url = _address(own["base-url"], values, found)
    told = {name for name, _ in found}
    mode = "cleanup" if _mode(raw) == "cleanup" else "record"
    found += (problem for problem in inputs.check(settings, mode, "") if problem[0] not in told)
    problems += ((f"{recorder}-{name}", renamed(recorder, text)) for name, text in found)
    return RecorderWish(
        name=recorder,
        common=_common(common, base_url),
        settings=settings,
        missing={f"{recorder}-{name}" for name in _missing(own, values)},
    )


def _common(common: Common, base_url: str) -> Common:
    """What holds for every vendor, without what was meant for the first one's run alone."""
    return replace(common, base_url=base_url, mode="cleanup" if common.mode == "cleanup" else "run", run_id="")


def _mode(raw: Raw) -> str:
    return raw.values.get("mode", "").strip()


def _address(option: Option, values: dict[str, str], problems: list[Problem]) -> str:
    text = values.get("base-url", "").strip()
    if not text:
        problems.append(("base-url", f"is required. {option.help}"))
        return ""
    try:
        return str(option.kind.convert(text))
    except ValueError as error:
        problems.append(("base-url", str(error)))
        return ""


def _missing(own: dict[str, Option], values: dict[str, str]) -> Iterable[str]:
    return (
        name
        for name, option in own.items()
        if option.required and option.kind.secret and option.kind.lacks(values.get(name, ""))
    )
