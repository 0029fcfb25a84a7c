"""What a complete testset comes to: counts and devices must both bear out a pass, and agree.

Each of the two may show a device that did not pass; a pass takes both. Where they disagree and neither shows such a
device, the result is unknown.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.model import Outcome, Verdict
from core.vendors.apptest_ai.devices import Device
from core.vendors.apptest_ai.status import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`verdict` is None where the result is unknown. `doubt` is a sentence on what contradicts what, else empty."""

    verdict: Verdict | None
    doubt: str = ""


def judge(counts: Counts, devices: Sequence[Device] | None, announced: int | None, contradiction: str = "") -> Finding:
    """`devices` is None where no list of them could be read, `announced` how many the start promised.

    `contradiction` is a sentence on forms of the result that differ: they prove nothing but trouble.
    """
    doubt = contradiction or _doubt(counts, devices, announced)
    if counts.bad or _bad(devices):
        return Finding(verdict=Verdict.FAILED, doubt=doubt)
    if contradiction:
        return Finding(verdict=None, doubt=doubt)
    if not (counts.total or devices or announced) and counts.settled:
        return Finding(verdict=Verdict.SKIPPED, doubt=doubt)
    if doubt and not _only_on_its_way(counts, devices, announced):
        return Finding(verdict=None, doubt=doubt)
    return Finding(verdict=Verdict.PASSED, doubt=doubt)


def _bad(devices: Sequence[Device] | None) -> int:
    return sum(device.outcome in (Outcome.FAILED, Outcome.ERRORED) for device in devices or ())


def _doubt(counts: Counts, devices: Sequence[Device] | None, announced: int | None) -> str:
    """What does not fit. Devices that the counts call bad may be missing in the list: it never shows stopped ones."""
    if announced is not None and announced != counts.total:
        return f"The start announced {announced} devices, and now apptest.ai counts {counts}."
    if devices is None:
        return "" if counts.settled else f"apptest.ai gives no list of devices, and its counts don't add up: {counts}."
    passed = sum(device.outcome is Outcome.PASSED for device in devices)
    fits = counts.settled and passed == counts.passed and len(devices) <= counts.total
    if fits and len(devices) - passed <= counts.bad:
        return ""
    return f"apptest.ai counts {counts}; its result lists {_told(devices)}."


def _only_on_its_way(counts: Counts, devices: Sequence[Device] | None, announced: int | None) -> bool:
    """Whether all that doesn't fit are devices counted as still running, though the list has each as passed.

    The vendor's own sample of a complete testset counts one as running: counts are no test of being complete.
    """
    passed = sum(device.outcome is Outcome.PASSED for device in devices or ())
    unsettled = counts.passed + counts.running + counts.initializing
    return passed == len(devices or ()) == counts.total == unsettled > 0 and announced in (None, counts.total)


def _told(devices: Sequence[Device]) -> str:
    found = Counter(device.outcome for device in devices)
    return (", ".join(f"{count} {word}" for word, count in found.items()) or "none") + f" of {len(devices)}"
