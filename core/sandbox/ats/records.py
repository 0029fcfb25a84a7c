"""Mendix ATS: changes to the record of an answer, which holds its fields."""

import xml.etree.ElementTree as ET
from typing import Final

from core.sandbox.ats.soap import MENDIX, NIL, element

MARK: Final = "314159265358979323846"  # stands for text that is put in later; as a number it is written without CDATA
GREEN: Final = "Passed"
BIG: Final = 10_000_000  # characters of a text
_STATUS, VERDICT = "ExecutionStatus", "ExecutionResult"


def verdict_of(record: ET.Element) -> ET.Element:
    """Return the field with the result, or else the first one."""
    return _field(record, VERDICT)


def say_twice(record: ET.Element) -> None:
    """Give the verdict, or else the first field, twice, the second time in green: the last one wins with many."""
    first = verdict_of(record)
    second = element(first.tag, text=GREEN if first.tag == VERDICT else first.text)
    record.insert(list(record).index(first) + 1, second)


def leave_out(record: ET.Element) -> None:
    """Drop the status, or else the first field."""
    record.remove(_field(record, _STATUS))


def mark_verdict(record: ET.Element) -> None:
    """Leave the mark where the verdict, or else the first field, has its text."""
    field = verdict_of(record)
    field.attrib.clear()
    field.text = MARK


def mark_number(record: ET.Element) -> None:
    """Leave the mark in the place of the first number; without one there is a new field for it."""
    numbers = [one for one in record.iter() if (one.text or "").isdigit()]
    (numbers[0] if numbers else ET.SubElement(record, "Number")).text = MARK


def hint(record: ET.Element) -> None:
    """Leave the mark in a new field at the end."""
    record.append(element("Hint", text=MARK))


def say_cafe(record: ET.Element) -> None:
    """Add a text whose letters differ between encodings."""
    record.append(element("Hint", text="café"))


def make_nil(record: ET.Element) -> None:
    record[:] = []
    record.set(NIL, "true")


def reverse(record: ET.Element) -> None:
    record[:] = list(reversed(record))


def extend(record: ET.Element) -> None:
    """Add a field in the middle and one at the end, as a later version might."""
    record.insert(1, element("Revision", text="7"))
    record.append(element("Remark", text="brand new"))


def rename(record: ET.Element) -> None:
    record.tag = "Result"


def qualify(record: ET.Element) -> None:
    """Put every field into the vendor's namespace."""
    for one in record.iter():
        one.tag = f"{{{MENDIX}}}{one.tag}"


def lengthen(record: ET.Element) -> None:
    """Make the message 10 MB long."""
    message = record.find("ErrorMessage")
    if message is None:
        message = ET.SubElement(record, "ErrorMessage")
    message.attrib.clear()
    message.text = "n" * BIG


def _field(record: ET.Element, name: str) -> ET.Element:
    found = record.find(name)
    return record[0] if found is None else found
