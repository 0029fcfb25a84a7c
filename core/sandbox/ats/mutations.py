"""Mendix ATS: how a fault changes the text of a good answer in SOAP."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Final

from core.sandbox.ats import records
from core.sandbox.ats.soap import MENDIX, PREFIXES, SOAP, XML, XSI, fault, read, record_of, written
from core.sandbox.box import Answer

Mutation = Callable[[Answer], Answer]

DEPTH: Final = 100_000
DIGITS: Final = 5_000
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
_OTHERS: Final = {SOAP: "S", MENDIX: "ns2", XSI: "i"}
_BOUNDARY: Final = "uuid:9f2a"
_LAUGHS: Final = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_OUTSIDE: Final = 'SYSTEM "http://dtd.invalid/x.dtd" [<!ENTITY file SYSTEM "file:///etc/hostname">]'


def spoilt(kind: str, answer: Answer) -> Answer:
    """Damage an answer as the fault wants it. Without a record, like a web page, most answers stay what they are."""
    if kind in _ANSWERS:
        return _ANSWERS[kind](answer)
    if answer.content_type != XML or record_of(read(answer.body)) is None:
        return answer
    return _RECORDS[kind](answer)


def _changed(body: bytes, change: Callable[[ET.Element], None], prefixes: dict[str, str] = PREFIXES) -> bytes:
    """Change the record, which holds an answer's fields, and write the answer again."""
    root = read(body)
    record = record_of(root)
    assert record is not None
    change(record)
    return written(root, prefixes, cdata=b"<![CDATA[" in body)


def _to(change: Callable[[bytes], bytes]) -> Mutation:
    """Change the body alone."""
    return lambda answer: replace(answer, body=change(answer.body))


def _by(change: Callable[[ET.Element], None]) -> Mutation:
    return _to(lambda body: _changed(body, change))


def _with(change: Callable[[ET.Element], None], raw: bytes, dtd: str = "") -> Mutation:
    """Put raw text, which need not be well-formed, where the change leaves its mark; and a DTD before it all."""
    return _to(lambda body: _declared(_changed(body, change).replace(records.MARK.encode(), raw), dtd))


def _declared(body: bytes, dtd: str) -> bytes:
    doctype = f"<!DOCTYPE {PREFIXES[SOAP]}:Envelope {dtd}>".encode() if dtd else b""
    return body.replace(b"?>\n", b"?>\n" + doctype, 1)


def _by_entity(body: bytes) -> bytes:
    """Let the result stand in a DTD, in green; without a result it is the first field, as it was."""
    before = records.verdict_of(read(body)[0][0][0])
    word = records.GREEN if before.tag == records.VERDICT else before.text
    changed = _changed(body, records.mark_verdict).replace(records.MARK.encode(), b"&word;")
    return _declared(changed, f'[<!ENTITY word "{word}">]')


def _listed(body: bytes) -> bytes:
    """Give two records where one belongs."""
    root = read(body)
    root[0][0].append(copy(root[0][0][0]))
    return written(root, PREFIXES, cdata=b"<![CDATA[" in body)


def _bare(body: bytes) -> bytes:
    """Leave out the envelope."""
    return written(read(body)[0][0][0], PREFIXES)


def _cut_early(body: bytes) -> bytes:
    """End after the first value: the status may be there, and nothing else is."""
    record = read(body)[0][0][0]
    end = body.index(b"</", body.index(f"<{record.tag}>".encode()))
    return body[: body.index(b">", end) + 1]


def _cut_late(body: bytes) -> bytes:
    """End after the last field: every value is there, and no end tag of what is around them."""
    record = read(body)[0][0][0]
    return body[: body.rindex(f"</{record.tag}>".encode())]


def _undeclared(body: bytes) -> bytes:
    """Use a prefix that nobody declares, as the samples of the vendor's document do."""
    return body.replace(f' xmlns:{PREFIXES[MENDIX]}="{MENDIX}"'.encode(), b"", 1)


def _in_latin_1(answer: Answer) -> Answer:
    text = _changed(answer.body, records.say_cafe).decode().replace("UTF-8", "ISO-8859-1", 1)
    return replace(answer, body=text.encode("latin-1", "replace"), content_type="text/xml; charset=iso-8859-1")


def _in_parts(answer: Answer) -> Answer:
    """Pack the envelope as MTOM does."""
    head = f'--{_BOUNDARY}\r\nContent-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\n\r\n'.encode()
    kind = f'multipart/related; type="application/xop+xml"; boundary="{_BOUNDARY}"; start-info="text/xml"'
    return replace(answer, body=head + answer.body + f"\r\n--{_BOUNDARY}--\r\n".encode(), content_type=kind)


def _in_soap_12(answer: Answer) -> Answer:
    body = answer.body.replace(SOAP.encode(), SOAP_12.encode())
    return replace(answer, body=body, content_type="application/soap+xml; charset=utf-8")


def _broken(status: int) -> Mutation:
    """Say that something went wrong, though all went well."""
    text = fault("Server", "An internal server error occurred")
    return lambda answer: replace(answer, status=status, body=text, content_type=XML)


_ANSWERS: Final[dict[str, Mutation]] = {
    "empty-body": _to(lambda _body: b""),
    "cut": _to(lambda body: body[: max(1, len(body) // 2)]),
    "fault-500": _broken(500),
    "fault-200": _broken(200),
}
_RECORDS: Final[dict[str, Mutation]] = {
    "null-body": _by(records.make_nil),
    "list-body": _to(_listed),
    "duplicate-keys": _by(records.say_twice),
    "missing-status": _by(records.leave_out),
    "deep-json": _with(records.hint, b"<a>" * DEPTH + b"</a>" * DEPTH),
    "huge-number": _with(records.mark_number, b"9" * DIGITS),
    "nan": _with(records.mark_number, b"NaN"),
    "dtd": _to(_by_entity),
    "entity-bomb": _with(records.hint, b"&l9;", f"[{_LAUGHS}]"),
    "external-entity": _with(records.hint, b"&file;", _OUTSIDE),
    "control-character": _with(records.hint, b"\x1b[2J"),
    "reordered": _by(records.reverse),
    "new-field": _by(records.extend),
    "renamed-record": _by(records.rename),
    "qualified": _by(records.qualify),
    "big-text": _by(records.lengthen),
    "foreign-prefix": _to(lambda body: _changed(body, lambda _record: None, _OTHERS)),
    "undeclared-prefix": _to(_undeclared),
    "not-soap": _to(_bare),
    "cut-early": _to(_cut_early),
    "cut-late": _to(_cut_late),
    "latin-1": _in_latin_1,
    "multipart": _in_parts,
    "soap12": _in_soap_12,
}
