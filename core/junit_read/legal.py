"""Makes a file's bytes such as XML allows: control characters and references to none become visible.

Test output is full of them (colours of a terminal, halves of an emoji), and most writers of JUnit let them through.
A strict reader refuses the whole report for one of them.
"""

import codecs
import re

# expat knows UTF-8, UTF-16 and, by Python's tables, whatever has one byte per character. These it does not know.
_SEVERAL_BYTES = {
    *("big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "iso2022_jp"),
    *("iso2022_kr", "johab", "shift_jis", "utf-32", "utf-32-be", "utf-32-le"),
}
_NATIVE = ("ascii", "iso8859-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")
_EVERY_BYTE = bytes(range(256))
_ILLEGAL = bytes([*range(9), 11, 12, *range(14, 32)])
_VISIBLE = bytes.maketrans(_ILLEGAL, b"?" * len(_ILLEGAL))
_VISIBLE_TEXT = dict.fromkeys([*_ILLEGAL, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")
_REFERENCE = (
    "&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF])"
    "|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|5[67][0-9]{3}|6553[45]));"
)
_LONGEST_REFERENCE = 16  # characters; a longer one has zeros in front that nobody writes


def encoding_to_decode(first: bytes) -> str:
    """The encoding that Python must decode, empty where expat can do it; `first` is the beginning of the file.

    Raises LookupError for an encoding that nobody knows, or that is no encoding of text: one could unpack archives.
    """
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if first[:2] in (b"<\0", b"\0<"):
        return "utf-16-le" if first[:1] == b"<" else "utf-16-be"
    declared = re.match(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", first)
    if declared is None:
        return ""
    spelled = declared[1].decode()
    name = codecs.lookup(spelled).name
    if name.startswith(("utf-16", "utf-32")):  # the declaration itself was read as single bytes
        raise LookupError(f"it names the encoding {spelled}, and is not written in it (let its writer name UTF-8)")
    if name in _SEVERAL_BYTES:
        return name
    if name not in _NATIVE and len(_EVERY_BYTE.decode(spelled, "replace")) != len(_EVERY_BYTE):
        raise LookupError(f"unknown encoding: {spelled}")
    return ""


class Cleaner:
    """Cleans piece by piece; a reference that is torn between two pieces waits for its other half."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("strict") if encoding else None
        self.decodes = self._decoder is not None
        self._references = re.compile(_REFERENCE)
        self._references_in_bytes = re.compile(_REFERENCE.encode())
        self._torn: bytes = b""
        self._torn_text = ""

    def clean(self, piece: bytes, *, final: bool) -> bytes | str:
        """Raises UnicodeError for bytes that the encoding lacks."""
        return (
            self._bytes(piece, final)
            if self._decoder is None
            else self._text(self._decoder.decode(piece, final), final)
        )

    def _bytes(self, piece: bytes, final: bool) -> bytes:
        """One byte for one, in every encoding that expat knows but UTF-16 these bytes mean the same."""
        piece = self._torn + piece.translate(_VISIBLE)
        self._torn = b""
        at = -1 if final else piece.rfind(b"&", max(len(piece) - _LONGEST_REFERENCE, 0))
        if at >= 0 and b";" not in piece[at:]:
            piece, self._torn = piece[:at], piece[at:]
        return self._references_in_bytes.sub(b"&#xFFFD;", piece) if b"&#" in piece else piece

    def _text(self, piece: str, final: bool) -> str:
        piece = self._torn_text + piece.translate(_VISIBLE_TEXT)
        self._torn_text = ""
        at = -1 if final else piece.rfind("&", max(len(piece) - _LONGEST_REFERENCE, 0))
        if at >= 0 and ";" not in piece[at:]:
            piece, self._torn_text = piece[:at], piece[at:]
        return self._references.sub("&#xFFFD;", piece) if "&#" in piece else piece
