"""apptest.ai: results that are not as they should be, each a fault by name."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from core.sandbox.apptest import results
from core.sandbox.apptest.devices import PASS
from core.sandbox.apptest.results import DECLARATION, Device

HUGE: Final = 10 << 20  # bytes, and more, of a page
_LAUGHS: Final = 10  # entities, each ten times the one before
_BOMB: Final = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10 if level else "l" * 10}">' for level in range(_LAUGHS)
)
_EXTERNAL: Final = '<!ENTITY l9 SYSTEM "file:///etc/passwd">'


def _declared(inside: str) -> Callable[[str], str]:
    """Make a change that adds a document type, and a use of its last entity if it has one."""

    def change(xml: str) -> str:
        used = xml.replace("</testsuite>", "<system-err>&l9;</system-err></testsuite>", 1) if inside else xml
        subset = f" [{inside}]" if inside else ""
        return used.replace(DECLARATION, f"{DECLARATION}<!DOCTYPE testsuites{subset}>\n")

    return change


XML: Final[dict[str, Callable[[str], str]]] = {
    "broken-xml": lambda xml: xml.replace("?tid=", "?lang=ko&tid="),
    "control-xml": lambda xml: xml.replace("</testsuites>", "\x01</testsuites>"),
    "cut-xml": lambda xml: xml[: len(xml) // 2],
    "early-line": lambda xml: "\n" + xml,
    "euc-kr": lambda xml: xml.replace("UTF-8", "EUC-KR", 1),
    "dtd": _declared(""),
    "entity-bomb": _declared(_BOMB),
    "external-entity": _declared(_EXTERNAL),
    "new-attributes": lambda xml: xml.replace("<testcase name=", "<testcase device=").replace(" time=", " total_time="),
}


KINDS: Final = frozenset(
    (
        *XML,
        "green-results",
        "lost-device",
        "no-xml",
        "no-results",
        "two-suites",
        "single-object",
        "broken-json",
        "huge-html",
    )
)


def devices_of(kind: str, devices: Sequence[Device]) -> Sequence[Device]:
    match kind:
        case "green-results":
            return [replace(device, word=PASS) for device in devices]
        case "lost-device":
            return devices[:-1]
        case _:
            return devices


def texts(kind: str, project: str, devices: Sequence[Device]) -> dict[str, str]:
    """Return all forms of the results, spoilt as the fault `kind` has it."""
    bare = results.bare_xml(project, devices)
    tree = json.dumps(_tree(kind, project, devices), ensure_ascii=False, separators=(",", ":"))
    whole = {
        "xml": _xml(kind, project, devices),
        "html": results.page(project, devices),
        "json": tree,
        "bare_xml": bare,
    }
    match kind:
        case "no-xml":
            return whole | {"xml": "", "bare_xml": ""}
        case "no-results":
            return dict.fromkeys(whole, "")
        case "broken-json":
            return whole | {"json": tree[:-1]}
        case "huge-html":
            return whole | {"html": whole["html"] + " " * HUGE}
        case _:
            return whole


def _xml(kind: str, project: str, devices: Sequence[Device]) -> str:
    if kind == "two-suites":
        return "".join(results.bare_xml(project, part) for part in (devices[:1], devices[1:]))
    xml = results.xml(results.bare_xml(project, devices))
    return XML[kind](xml) if kind in XML else xml


def _tree(kind: str, project: str, devices: Sequence[Device]) -> dict[str, Any]:
    """Lists of one are objects in the JSON that some converters make of XML."""
    tree = results.tree(project, devices)
    if kind == "single-object":
        (suite,) = tree["testsuites"]["testsuite"]
        cases = suite["testcase"]
        tree["testsuites"]["testsuite"] = {**suite, "testcase": cases[0] if len(cases) == 1 else cases}
    return tree
