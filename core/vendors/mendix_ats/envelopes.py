"""SOAP envelopes through zeep: a request made from its fields, a reply read back into them. Nothing is sent here.

Importing this costs what zeep costs, so only a call imports it. What zeep is trusted with, and what it is not, stands
in docs/adr/0006-zeep.md.
"""

import io
import logging
import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import zeep
from lxml import etree
from zeep.exceptions import Fault as SoapFault
from zeep.exceptions import XMLParseError
from zeep.helpers import serialize_object

from core.errors import CallFailedError, Fault
from core.model import Reason
from core.ports import Answer
from core.vendors.mendix_ats.gate import Gate, texts
from core.vendors.mendix_ats.replies import sentence
from core.vendors.mendix_ats.services import GET_TEST_RUN, TOKEN, Service
from core.vendors.mendix_ats.settings import Settings

XML = "text/xml; charset=utf-8"
UNAVAILABLE = (
    "ATS is unavailable, or something else answers at `base-url`. Every Tuesday from 17 to 18 h, Amsterdam time, it is "
    "closed for maintenance."
)
FAULT = (
    "ATS could not make sense of the request, or broke down over it. For an ATS older than 2.11.2 set `details: false`."
)
MARKS = 150_000  # more than 10,000 cases; measured: at most 56 MiB and about a second
HEAD = 512  # bytes that an XML declaration fits in
ENCODINGS = ("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252")
_SAFE = {
    "strict": True,
    "forbid_dtd": True,
    "forbid_entities": True,
    "forbid_external": True,
    "xml_huge_tree": False,
    "xsd_ignore_sequence_order": True,  # only together with the wildcards of our WSDLs, which else swallow fields
}

_log = logging.getLogger("zeep")  # it logs whole envelopes and values of the vendor: none of it may reach a handler
_log.addHandler(logging.NullHandler())
_log.propagate = False


def message(service: Service, settings: Settings, fields: Mapping[str, str | bool]) -> bytes:
    """The request with the token and the header that every service wants."""
    client = _client(service)
    header = {"username": settings.username, "password": settings.password.reveal()}
    content = {service.wrapper: {TOKEN: settings.token.reveal(), **fields}}
    envelope = client.create_message(
        client.service, service.operation, _soapheaders={"authentication": header}, **content
    )
    found: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return found


def reply(service: Service, answer: Answer, line: str) -> dict[str, Any]:
    """The fields of a reply, each a text or None, nested as the service nests them.

    Raises CallFailedError: SERVER for a fault, UNREADABLE for whatever is no complete reply of this service.
    """
    _expect_xml(answer, line)
    _expect_few_nodes(answer.body, line)
    client = _client(service)
    gate: Gate = client.plugins[0]
    try:
        binding = client.service._binding  # noqa: SLF001 -- zeep has no public way to read a reply that it didn't fetch
        parsed = binding.process_reply(client, binding.get(service.operation), _Reply(answer))
        found = serialize_object(parsed, dict)
    except SoapFault as fault:
        fact = f"{line} answered {answer.status} with a SOAP fault: {sentence(str(fault.message or 'no text'))}"
        raise CallFailedError(Fault.SERVER, fact, status=answer.status, remedy=FAULT) from fault
    except XMLParseError as error:
        # What wraps the reply to a start is not sure: its fields by their own names.
        found = {} if service is GET_TEST_RUN else texts(gate.answer)
        if not found:
            raise _unreadable(line, "something other than the reply of this operation") from error
    except ValueError as error:
        raise _unreadable(line, f"a reply that reads in two ways ({error})", reason=Reason.PROTOCOL) from error
    except Exception as error:
        # Whatever a library does over hostile XML, the answer is one that can't be read.
        raise _unreadable(line, "XML that is cut, broken or forbidden") from error
    if not isinstance(found, dict):
        raise _unreadable(line, "an empty reply")
    return _unwrapped(found, line)


def _unwrapped(found: dict[str, Any], line: str) -> dict[str, Any]:
    """The fields of a reply to RerunNotPassed, which may be wrapped in one element or the other."""
    if "RerunNotPassed" not in found:
        return found
    blocks: list[dict[str, Any]] = [block for block in found.values() if block is not None]
    if len(blocks) != 1:
        raise _unreadable(line, "an empty reply" if not blocks else "two replies in one")
    return blocks[0]


def faultstring(body: bytes) -> str:
    """What the fault says whose beginning this is; empty if it is none."""
    parser = etree.XMLPullParser(
        events=("end",), tag="{*}faultstring", resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        parser.feed(body)
        for _, element in parser.read_events():
            return sentence(element.text or "")
    except etree.XMLSyntaxError:
        return ""
    return ""


class _Reply:
    """What zeep wants to know of an HTTP answer."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = {"Content-Type": answer.content_type}
        self.content = answer.body
        self.encoding = None


class _Offline:
    """zeep's transport, without one: the WSDLs are here, and our own transport sends."""

    def load(self, url: str) -> bytes:
        raise ValueError(f"{url} is not loaded: nothing is")


@cache
def _client(service: Service) -> Any:
    """The client of one service; each costs about a millisecond."""
    with open(os.path.join(os.path.dirname(__file__), "wsdl", f"{service.file}.wsdl"), "rb") as file:
        wsdl = io.BytesIO(file.read())
    return zeep.Client(wsdl, transport=_Offline(), settings=zeep.Settings(**_SAFE), plugins=[Gate()])


def _expect_xml(answer: Answer, line: str) -> None:
    kind = answer.content_type
    if "html" in kind:
        raise _unreadable(line, f"{answer.status} and a page of HTML")
    if answer.status != 200 or not (kind in ("text/xml", "application/xml") or kind.endswith("+xml")):
        raise _unreadable(line, f"{answer.status} and {kind or 'no content type'} in place of XML")


def _expect_few_nodes(body: bytes, line: str) -> None:
    """The tree of a reply takes up to 60 times its size, and zeep makes it whole before it can be looked at.

    No element, attribute, comment or piece of CDATA is without one of these two marks, in these encodings. A case
    has 14 of them.
    """
    head = body[:HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    declared = re.match(rb"<\?xml\s([^>]*)\?>", head)
    encoding = re.search(rb"encoding\s*=\s*[\"']([^\"']*)[\"']", declared[1]) if declared else None
    if not head.startswith(b"<") or (head.startswith(b"<?xml") and not declared):
        raise _unreadable(line, "XML that is cut, broken or forbidden")
    if encoding and encoding[1].decode("latin-1").lower() not in ENCODINGS:
        raise _unreadable(line, "XML in an unusual encoding")
    if body.count(b"<") + body.count(b"=") > MARKS:
        raise _unreadable(line, f"XML of more than {MARKS:,} elements and attributes")


def _unreadable(line: str, what: str, *, reason: Reason = Reason.UNAVAILABLE) -> CallFailedError:
    return CallFailedError(Fault.UNREADABLE, f"{line} answered with {what}.", reason=reason, remedy=UNAVAILABLE)
