"""XML from a vendor, guarded: no DTD, no entity, nothing deep, nothing huge; every trick ends as ValueError."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

DEEPEST = 64  # honest reports stay under 10, and the library stops at nothing
LARGEST = 16 << 20  # characters
MOST = 100_000  # elements, attributes, comments and instructions: each takes some hundred bytes
LONGEST_TAG = 1 << 18  # characters in which nothing ends: the library would hold all attributes of a tag before it says
BLOCK = 1 << 16  # characters read at once


def elements(text: str) -> Element:
    """The document's root; raises ValueError for anything that is not plain XML within the limits.

    A text that was a part of another document may have a declaration whose encoding is no longer true: it is
    ignored, as the text has been decoded.
    """
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 -- only who reads XML pays for it
    from defusedxml.ElementTree import DefusedXMLParser  # noqa: PLC0415 -- the same

    if len(text) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} characters")
    try:
        builder = _Bounded()
        parser = DefusedXMLParser(target=builder, forbid_dtd=True)
        begin = len(text) - len(text.lstrip())
        for place in range(begin, len(text), BLOCK):
            parser.feed(text[place : place + BLOCK])
            builder.check_progress()
        root = parser.close()
    except DefusedXmlException:
        raise ValueError("it has a DTD or an entity") from None
    except ParseError as error:
        raise ValueError(f"it is broken in line {error.position[0]}") from None
    if not isinstance(root, Element):
        raise ValueError("it has no root")  # noqa: TRY004 -- one kind of error for a text that is no XML
    return root


class _Bounded(TreeBuilder):
    """Builds the tree, and refuses to build it deep or of too many parts."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._parts = 0
        self._silent = 0  # blocks since the library last told of anything

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST}")
        self._count(1 + len(attrs))
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        self._silent = 0
        return super().end(tag)

    def data(self, data: str, /) -> None:
        self._silent = 0
        super().data(data)

    def comment(self, _: str | None, /) -> None:  # type: ignore[override]
        self._count(1)

    def pi(self, _: str, __: str | None = None, /) -> None:  # type: ignore[override]
        self._count(1)

    def check_progress(self) -> None:
        """Called after each block."""
        self._silent += 1
        if self._silent > LONGEST_TAG // BLOCK:
            raise ValueError(f"a tag in it is longer than {LONGEST_TAG} characters")

    def _count(self, parts: int) -> None:
        self._silent = 0
        self._parts += parts
        if self._parts > MOST:
            raise ValueError(f"it has more than {MOST} elements")
