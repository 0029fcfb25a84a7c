"""A result as suites of cases: one case a device, and the vendor's own texts as attachments."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from core.model import Attachment, AttachmentName, Outcome, TestCase, TestSuite
from core.vendors.apptest_ai.devices import Device
from core.vendors.apptest_ai.results import Reading
from core.vendors.apptest_ai.status import Counts

TITLE = "apptest.ai"
LONGEST_ATTACHMENT = 16 << 20  # characters


def suites(counts: Counts, devices: list[Device] | None, began: float | None) -> tuple[TestSuite, ...]:
    """The devices by suite, and a suite for those that are only counted. `began` is in seconds since 1970."""
    stamp = datetime.fromtimestamp(began or 0.0, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    names = dict.fromkeys(device.suite for device in devices or ())
    found = [(name, tuple(_case(device) for device in devices or () if device.suite == name)) for name in names]
    counted = tuple(_counted(counts, devices))
    if counted:
        found.append((TITLE, counted))
    return tuple(TestSuite(name=name or TITLE, cases=cases, timestamp=stamp) for name, cases in found)


def _case(device: Device) -> TestCase:
    url = device.said if device.said.startswith(("https://", "http://")) and " " not in device.said else ""
    return TestCase(
        name=device.name or "a device without a name",
        classname=device.suite or TITLE,
        outcome=device.outcome,
        seconds=device.seconds,
        message=_message(device, url),
        url=url,
    )


def _message(device: Device, url: str) -> str:
    if device.outcome is Outcome.PASSED:
        return ""
    what = "was skipped" if device.outcome is Outcome.SKIPPED else "did not pass"
    why = f"apptest.ai says why at {url}" if url else (device.said or "apptest.ai does not say why.")
    return f"The test on this device {what}: {why}"


def _counted(counts: Counts, devices: list[Device] | None) -> Iterator[TestCase]:
    """Cases for devices that are counted and not listed: all where there is no list, else those that did not pass.

    A list may lack some of the latter and shows all others as `error`, so of several kinds nobody knows which are
    missing.
    """
    kinds: Mapping[str, int] = {
        "failed": counts.failed,
        "in error": counts.errored,
        "stopped by a user": counts.stopped,
    }
    if devices is not None:
        listed = sum(device.outcome is not Outcome.PASSED for device in devices)
        missing = max(min(counts.bad - listed, counts.total - len(devices)), 0)
        kinds = {" or ".join(word for word, number in kinds.items() if number): missing}
    elif counts.settled:
        kinds = {"": counts.passed, **kinds}
    words = (word for word, number in kinds.items() for _ in range(number))
    for number, word in enumerate(words, 1):
        outcome = Outcome.FAILED if word == "failed" else Outcome.ERRORED if word else Outcome.PASSED
        message = word and f"apptest.ai counts this device as {word}, and does not list it."
        yield TestCase(name=f"device {number}, not listed", classname=TITLE, outcome=outcome, message=message)


def attachments(reading: Reading) -> Iterator[Attachment]:
    """The vendor's own texts as they came."""
    texts = {
        AttachmentName.RAW_XML: reading.xml,
        AttachmentName.RAW_JSON: reading.json,
        AttachmentName.HTML: reading.html,
    }
    for name, text in texts.items():
        if text:
            yield Attachment(name=name, text=text)


def fit(attachment: Attachment) -> Attachment:
    """The same, cut where it is too long to be kept, with a word on that at its end."""
    text = attachment.text
    if len(text) <= LONGEST_ATTACHMENT:
        return attachment
    said = f"\n<!-- cut here: the whole text has {len(text)} characters -->\n"
    return replace(attachment, text=text[:LONGEST_ATTACHMENT] + said)
