"""From raw texts to what is asked: vendor, common inputs, the vendor's own; all problems in one error."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import BadInputError
from core.inputs.kinds import TEXT, choice, lines
from core.inputs.options import Option, Problem, declared, parse
from core.inputs.settings import Common
from core.inputs.sources import LONG_ENOUGH, Raw, check_names, fill_secrets, secrets_of, usual_secrets
from core.vendors import RECORDERS, VENDORS, inputs_of, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.commands.recorder import RecorderWish
    from core.ports import VendorSpec

UNUSED = ("", "0", "false")
_NAMED = re.compile("`([a-z][a-z0-9-]*)")  # an input that a sentence names, alone or as `name: value`
RECORDERS_INPUTS = tuple(f"{name}-" for name in RECORDERS)
VENDOR = Option(TEXT, f"The test vendor: {', '.join(VENDORS)}.", required=True)
RECORD_TO = Option(
    choice(*RECORDERS),
    "Where the report of the run is recorded besides, in the same step and by inputs of its own. The gate stays the "
    "vendor's; a report that could not be recorded counts as one that could not be written.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a step is asked to do. `settings` is the vendor's own dataclass, `recorder` what `record-to` asks."""

    spec: "VendorSpec"
    common: Common
    settings: "Any"
    recorder: "Asked | None" = None

    @property
    def base_url(self) -> str:
        return address(self.spec, self.settings, self.common.base_url)


def address(spec: "VendorSpec", settings: object, given: str) -> str:
    """The base of the API: what the user gave, else the vendor's own for these settings."""
    if given:
        return spec.address(given) if spec.address else given
    return spec.base_of(settings) if spec.base_of else spec.base_url


class MissingSecret(Exception):  # noqa: N818 -- no error where `on-missing-secret` is `skip`
    """The secret is not there, and the user said that this is fine."""


def known_inputs(vendor: str, record_to: str = "") -> dict[str, Option]:
    """Every input that goes with the vendor and the recorder; without a vendor, those of all vendors."""
    found = {"vendor": VENDOR, "record-to": RECORD_TO, **declared(Common)}
    if record_to in RECORDERS:
        from core.commands.recorder import recorder_inputs  # noqa: PLC0415 -- only who records pays for it

        found |= recorder_inputs(record_to)
    if vendor in VENDORS:
        return found | declared(inputs_of(vendor).Settings)
    for name in VENDORS:
        found |= declared(inputs_of(name).Settings)
    return found


def hidden_texts(raw: Raw, known: Mapping[str, Option], environment: Mapping[str, str]) -> list[str]:
    """The secrets among the inputs, valid or not, to be hidden before anything is said about them; then unused ones."""
    fill_secrets(raw, known, environment)
    found = secrets_of(raw, known)
    return found + [text for text in usual_secrets(environment) if text not in found]


def place_of_results(raw: Raw, workspace: str) -> str:
    """The input `results-dir`; empty, and one problem more, where the user's own reports lie there.

    Asked before anything in it is deleted.
    """
    wanted, patterns = raw.values.get("results-dir", "").strip(), lines(raw.values.get("results", ""))
    if not wanted or not patterns:
        return wanted
    from core.workspace.apart import clash  # noqa: PLC0415 -- only who sets both pays for it

    pattern = clash(patterns, wanted, workspace)
    if not pattern:
        return wanted
    line = f", or take it out by the line `!{wanted.rstrip('/')}/**` in `results`" if "**" in pattern else ""
    said = f"is a place where `results` ({pattern!r}) looks for your reports, and ours would replace them."
    raw.problems.append(("results-dir", f"{said} Name another folder{line}, or leave it out."))
    return ""


def understand(raw: Raw, known: Mapping[str, Option]) -> Asked:
    """Typed settings; raises BadInputError with every problem at once, or MissingSecret."""
    problems: list[Problem] = list(raw.problems)
    vendor = raw.values.get("vendor", "").strip()
    if vendor not in VENDORS:
        said = f"{vendor!r} is not known. " if vendor else "is required. "
        problems.append(("vendor", f"{said}The vendors are: {', '.join(VENDORS)}."))
    others = (name for other in VENDORS if other != vendor for name in declared(inputs_of(other).Settings))
    names = Raw(values=raw.values, strict=raw.strict, flags=raw.flags)
    if any(name.startswith(RECORDERS_INPUTS) and name not in known for name in raw.values):
        from core.commands.recorder import left_out  # noqa: PLC0415 -- only a mistake pays for it

        names.values = left_out(raw, known, problems)
    check_names(names, known, others, vendor)
    problems += names.problems
    problems += _leaks(raw, known)
    common = parse(Common, raw.values, problems)
    wish = _recorder(raw, common, vendor, problems)
    if vendor not in VENDORS:
        raise BadInputError(problems)
    inputs = inputs_of(vendor)
    settings: Any = parse(inputs.Settings, raw.values, problems)
    mode, run_id = raw.values.get("mode", "").strip() or "run", raw.values.get("run-id", "").strip()
    if "run-id" not in inputs.UNSUPPORTED:
        problems += _misplaced_run(mode, run_id, known)
    told = {name for name, _ in problems}
    found = [(name, why) for name, why in inputs.UNSUPPORTED.items() if raw.values.get(name, "").strip() not in UNUSED]
    found += [(name, why) for name, why in inputs.REQUIRED.items() if not raw.values.get(name, "").strip()]
    reruns = {} if "rerun-failed" in inputs.UNSUPPORTED else {"rerun_failed": common.rerun_failed}
    found += inputs.check(settings, mode, run_id, **reruns)
    problems += [(name, why) for name, why in found if told.isdisjoint((name, *_NAMED.findall(why)))]
    missing = _missing_secrets(raw, inputs.Settings)
    recorders = wish.missing if wish else set()
    wrong = {name for name, _ in problems}
    if missing and common.on_missing_secret == "skip" and missing <= wrong <= missing | recorders:  # noqa: S105 -- a word
        raise MissingSecret
    if problems:
        raise BadInputError(problems)
    recorder = Asked(spec=load(wish.name), common=wish.common, settings=wish.settings) if wish else None
    return Asked(spec=load(vendor), common=common, settings=settings, recorder=recorder)


def _misplaced_run(mode: str, run_id: str, known: Mapping[str, Option]) -> Iterator[Problem]:
    """A run that nobody would look at while a second one is started and paid, or that is not named."""
    if run_id and mode in ("run", "start"):
        shared = "; for a part of a shared run see `thread-of`" if "thread-of" in known else ""
        yield "run-id", f"goes with `mode: wait` or `cleanup`, and `mode` is {mode}, which starts another run{shared}."
    elif mode == "wait" and not run_id:
        yield "run-id", "is required with `mode: wait`: the output `run-id` of the step that started the run."


def _recorder(raw: Raw, common: Common, vendor: str, problems: list[Problem]) -> "RecorderWish | None":
    """What `record-to` asks, where it is set; adds what is wrong with it."""
    name = raw.values.get("record-to", "").strip()
    if not name:
        return None
    if name not in RECORDERS:
        problems.append(("record-to", f"{name!r} is not one of: {', '.join(RECORDERS)}."))
        return None
    from core.commands.recorder import wished  # noqa: PLC0415 -- only who records pays for it

    return wished(name, raw, common, vendor, problems)


def _leaks(raw: Raw, known: Mapping[str, Option]) -> list[Problem]:
    """The inputs that hold the token, mostly since a CI has expanded a variable in them: they go to vendors and files.

    Passwords are left out: somebody's may be his name.
    """
    secret = {name for name, declaration in known.items() if declaration.kind.secret}
    texts = [raw.values[name].split()[-1:] for name in secret if known[name].required and name in raw.values]
    tokens = [token for (token,) in filter(None, texts) if len(token) >= LONG_ENOUGH]
    return [
        (name, "holds the token, which would be sent and shown with it. Does it name a variable that the CI expands?")
        for name in known
        if name not in secret and any(token in raw.values.get(name, "") for token in tokens)
    ]


def _missing_secrets(raw: Raw, settings: type) -> set[str]:
    return {
        name
        for name, declaration in declared(settings).items()
        if declaration.required and declaration.kind.secret and declaration.kind.lacks(raw.values.get(name, ""))
    }
