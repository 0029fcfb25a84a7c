"""Mendix ATS: the faults of a vendor that speaks SOAP, and the common ones that mean something else in XML."""

from typing import Final

from core.sandbox.box import OwnFault

_COMMON: Final = {
    "cut": "done; the envelope cut in half, with the Content-Length of the half",
    "empty-body": "done; no body",
    "null-body": "done; what holds the fields is nil",
    "list-body": "done; twice what holds the fields",
    "duplicate-keys": "done; the result (or first) field twice, the second one green",
    "missing-status": "done; the status (or first) field left out",
    "deep-json": "done; nesting of 100,000 elements",
    "huge-number": "done; the first number has 5,000 digits",
    "nan": "done; the first number is NaN",
}
_OWN: Final = {
    "fault-500": "done, but the answer is a soap:Fault in a 500",
    "fault-200": "done, but the answer is a soap:Fault in a 200",
    "dtd": "done; the result (or first) field stands in a DTD, in green",
    "entity-bomb": "done; a DTD whose entities grow to 2 GB",
    "external-entity": "done; a DTD that refers to a file and to another host",
    "control-character": "done; a text holds an escape character, which XML cannot carry",
    "reordered": "done; the fields in the opposite order",
    "new-field": "done; two fields more, one in the middle and one at the end",
    "renamed-record": "done; the element around the fields has another name",
    "qualified": "done; all fields are in the vendor's namespace",
    "foreign-prefix": "done; other prefixes for the same namespaces",
    "undeclared-prefix": "done; a prefix that is declared nowhere",
    "latin-1": "done; the text is in ISO-8859-1, and says so",
    "big-text": "done; a message of 10 MB",
    "not-soap": "done; the fields without any envelope",
    "soap12": "done; an envelope of SOAP 1.2",
    "multipart": "done; the envelope in a multipart body, as MTOM packs it",
    "cut-early": "done; the body ends after its first value",
    "cut-late": "done; the body ends after its last value, without the end tags",
}
FAULTS: Final[dict[str, OwnFault]] = {kind: OwnFault(text=text) for kind, text in (_COMMON | _OWN).items()}
SENSELESS: Final = frozenset(("stale", "wrong-project"))  # an answer names neither job nor app: nobody could tell
