"""Mendix ATS: SOAP 1.1 envelopes, requests read with a guard, answers written as Mendix writes them."""

import html
import re
import xml.etree.ElementTree as ET
from typing import Final
from xml.parsers import expat

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
MENDIX: Final = "http://www.mendix.com/"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XML: Final = "text/xml; charset=utf-8"
PREFIXES: Final = {SOAP: "soap", MENDIX: "tns", XSI: "xsi"}
NIL: Final = f"{{{XSI}}}nil"

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PLAIN: Final = re.compile(r"true|false|NaN|-?\d+", re.ASCII)  # only texts are CDATA
_UNSPEAKABLE: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # XML 1.0 has no way to say it


def read(raw: bytes) -> ET.Element:
    """Parse a document. Raises ValueError: it is no XML, or it has a DTD, the door of entities."""
    scout = expat.ParserCreate()
    scout.StartDoctypeDeclHandler = _refuse
    try:
        scout.Parse(raw, True)  # noqa: FBT003 -- positional only: this is all of it
        return ET.fromstring(raw)  # noqa: S314 -- the scout has seen that there is no DTD
    except (expat.ExpatError, ET.ParseError, LookupError) as error:
        raise ValueError(f"the document is not well-formed: {error}") from error


def text_of(parent: ET.Element, name: str) -> str | None:
    """Return the text of the first element of that local name anywhere below. None: there is none."""
    return next((child.text or "" for child in parent.iter() if local(child.tag) == name), None)


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def element(tag: str, *children: ET.Element, text: str | None = None) -> ET.Element:
    made = ET.Element(tag)
    made.text = text
    made.extend(children)
    return made


def enveloped(content: ET.Element) -> ET.Element:
    return element(f"{{{SOAP}}}Envelope", element(f"{{{SOAP}}}Body", content))


def record_of(envelope: ET.Element) -> ET.Element | None:
    """Return what holds the fields of an answer. None: it is a soap:Fault, or no envelope."""
    if envelope.tag != f"{{{SOAP}}}Envelope":
        return None
    response = envelope[0][0]
    return None if response.tag == f"{{{SOAP}}}Fault" else response[0]


def fault(code: str, text: str) -> bytes:
    """Write a soap:Fault. `code` is `Client`, `Server` or `VersionMismatch`."""
    parts = (element("faultcode", text=f"soap:{code}"), element("faultstring", text=text))
    return written(enveloped(element(f"{{{SOAP}}}Fault", *parts)), {SOAP: "soap"}, cdata=False)


def written(root: ET.Element, prefixes: dict[str, str], *, cdata: bool = True) -> bytes:
    """Write a document in UTF-8. All namespaces are declared at the root, by the given prefixes."""
    declared = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in prefixes.items())
    parts = [_DECLARATION]
    _write(root, parts, prefixes, declared, cdata=cdata)
    return "".join(parts).encode()


def _write(one: ET.Element, parts: list[str], prefixes: dict[str, str], declared: str, *, cdata: bool) -> None:
    name = _named(one.tag, prefixes)
    attributes = declared + "".join(f' {_named(key, prefixes)}="{html.escape(value)}"' for key, value in one.items())
    if not len(one) and not one.text:
        parts.append(f"<{name}{attributes}/>")
        return
    parts.append(f"<{name}{attributes}>")
    if one.text:
        parts.append(_quoted(one.text) if cdata and not _PLAIN.fullmatch(one.text) else _escaped(one.text))
    for child in one:
        _write(child, parts, prefixes, "", cdata=cdata)
    parts.append(f"</{name}>")


def _named(tag: str, prefixes: dict[str, str]) -> str:
    uri, brace, name = tag.removeprefix("{").partition("}")
    return f"{prefixes[uri]}:{name}" if brace else tag


def _quoted(text: str) -> str:
    """Write CDATA; its own end within the text is split over two sections."""
    return f"<![CDATA[{_speakable(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _escaped(text: str) -> str:
    return html.escape(_speakable(text), quote=False).replace("\r", "&#13;")


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)


def _refuse(*_declaration: object) -> None:
    raise ValueError("a DTD is not allowed")
