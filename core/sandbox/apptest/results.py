"""apptest.ai: the result of a testset in all its forms: JUnit as XML and as JSON, and a page.

Wire: https://github.com/apptestai/docs (content/en/restapi/_index.md), https://github.com/forcemax/apptestai-test
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.apptest.devices import PASS

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT: Final = "TestBot Test"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME: Final = re.compile(r"[a-z_]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device with its test, as results show it."""

    name: str
    seconds: int
    word: str  # pass, fail, error, stop, or one that nobody knows
    link: str


def suite_name(project: str) -> str:
    return f"{project}.TestBot"


def bare_xml(project: str, devices: Sequence[Device]) -> str:
    """One suite without declaration and root, for merging. There are no counts and no class names."""
    cases = "".join(_case(device) for device in devices)
    return f"    <testsuite name={_quoted(suite_name(project))}>\n{cases}    </testsuite>\n"


def xml(*suites: str) -> str:
    return f'{DECLARATION}<testsuites name="{ROOT}">\n{"".join(suites)}</testsuites>\n'


def tree(project: str, devices: Sequence[Device]) -> dict[str, Any]:
    """The same for JSON: what was one text is a list of contents there, and times are texts."""
    cases = [{**_ending(device), "name": device.name, "time": str(device.seconds)} for device in devices]
    return {"testsuites": {"testsuite": [{"testcase": cases, "name": suite_name(project)}], "name": ROOT}}


def page(project: str, devices: Sequence[Device]) -> str:
    texts = [tuple(html.escape(text) for text in (one.name, one.link, one.word)) for one in devices]
    rows = "".join(f'<tr><td>{name}</td><td><a href="{link}">{word}</a></td></tr>\n' for name, link, word in texts)
    title = html.escape(suite_name(project))
    return f"<!doctype html>\n<html><head><title>{title}</title></head><body><table>\n{rows}</table></body></html>\n"


def _case(device: Device) -> str:
    head = f'        <testcase name={_quoted(device.name)} time="{device.seconds}">'
    if device.word == PASS:
        return f"{head}\n            <system-out>{_escaped(device.link)}</system-out>\n        </testcase>\n"
    return f"{head}\n            <{_tag(device.word)} message={_quoted(device.link)}/>\n        </testcase>\n"


def _ending(device: Device) -> dict[str, Any]:
    if device.word == PASS:
        return {"system-out": {"contents": [device.link]}}
    return {_tag(device.word): {"message": device.link}}


def _tag(word: str) -> str:
    """Whatever went wrong is an `error` here; only what no version knows has an element of its own."""
    known = word in {"fail", "error", "stop", "running", "initializing"}
    return "error" if known or not _NAME.fullmatch(word) else word


def _escaped(text: str) -> str:
    return html.escape(_NO_XML.sub("", text), quote=False)


def _quoted(text: str) -> str:
    escaped = html.escape(_NO_XML.sub("", text))
    return '"' + escaped.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;") + '"'
