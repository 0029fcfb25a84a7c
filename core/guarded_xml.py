"""XML from a vendor, guarded: no DTD, no entity, nothing deep, nothing huge; every trick ends as ValueError."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

DEEPEST = 64  # honest reports stay under 10, and the library stops at nothing
LARGEST = 16 << 20  # characters


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
        parser = DefusedXMLParser(target=_Shallow(), forbid_dtd=True)
        parser.feed(text.strip())
        root = parser.close()
    except DefusedXmlException:
        raise ValueError("it has a DTD or an entity") from None
    except ParseError as error:
        raise ValueError(f"it is broken in line {error.position[0]}") from None
    if not isinstance(root, Element):
        raise ValueError("it has no root")  # noqa: TRY004 -- one kind of error for a text that is no XML
    return root


class _Shallow(TreeBuilder):
    """Builds the tree, and refuses to build it deep."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST}")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> Element:
        self._depth -= 1
        return super().end(tag)
