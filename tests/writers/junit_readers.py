"""Ports of how GitLab, Azure and Jenkins read JUnit, as far as their sources say what they count and show.

https://gitlab.com/gitlab-org/gitlab lib/gitlab/ci/parsers/test/junit.rb; https://github.com/microsoft/azure-pipelines-agent
JUnitResultReader.cs; https://github.com/jenkinsci/junit-plugin CaseResult.java.
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

KINDS = ("failure", "error", "skipped")  # with several, GitLab and Azure take the first of these


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a system shows of one case: its outcome is a word of KINDS, or passed."""

    suite: str
    name: str
    outcome: str
    shown: str
    seconds: float


def gitlab(text: str) -> list[Read]:
    """The class name is the suite; of equal pairs only the first counts; the text hides the attributes."""
    found: dict[tuple[str, str], Read] = {}
    for case in _root(text).iter("testcase"):
        pair = (case.get("classname", ""), case.get("name", ""))
        kind = _kind(case)
        child = None if kind == "passed" else case.find(kind)
        shown = "" if child is None else (child.text or "").strip() or child.get("message", "")
        seconds = float(case.get("time", "0"))
        found.setdefault(pair, Read(suite=pair[0], name=pair[1], outcome=kind, shown=shown, seconds=seconds))
    return list(found.values())


def azure(text: str) -> list[Read]:
    """A case without a name is dropped; without a timestamp on every suite the times are worth nothing."""
    root = _root(text)
    assert all(suite.get("timestamp") for suite in root.iter("testsuite"))
    return [
        Read(
            suite=case.get("classname", ""),
            name=case.get("name", ""),
            outcome=_kind(case),
            shown="" if _kind(case) == "passed" else _message(case),
            seconds=float(case.get("time", "0")),
        )
        for case in root.iter("testcase")
        if case.get("name", "").strip()
    ]


def jenkins(text: str) -> list[Read]:
    """The class name, else the suite's; the message of an error before that of a failure."""
    found = []
    for suite in _root(text).iter("testsuite"):
        for case in suite.findall("testcase"):
            bad = next((kind for kind in ("error", "failure", "skipped") if case.find(kind) is not None), "passed")
            child = None if bad == "passed" else case.find(bad)
            found.append(
                Read(
                    suite=case.get("classname", "") or suite.get("name", ""),
                    name=case.get("name", ""),
                    outcome=bad,
                    shown="" if child is None else child.get("message", ""),
                    seconds=float(case.get("time", "0")),
                )
            )
    return found


def totals(text: str) -> tuple[int, int, int, int]:
    """tests, failures, errors, skipped as the root claims them."""
    root = _root(text)
    return tuple(int(root.get(name, "-1")) for name in ("tests", "failures", "errors", "skipped"))  # type: ignore[return-value]


def _root(text: str) -> ET.Element:
    root = ET.fromstring(text.encode())  # noqa: S314 -- our own file
    assert root.tag == "testsuites"
    assert {child.tag for child in root} <= {"testsuite"}
    return root


def _kind(case: ET.Element) -> str:
    return next((kind for kind in KINDS if case.find(kind) is not None), "passed")


def _message(case: ET.Element) -> str:
    child = case.find(_kind(case))
    return "" if child is None else child.get("message", "")
