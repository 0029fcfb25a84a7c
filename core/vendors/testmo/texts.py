"""How long Testmo's texts may be, and how a longer one is cut: as the vendor's own command line cuts them."""

STRING = 750  # characters
NOTE = 80
TEXT = 16_384
_GAP = "...\n\n[...]\n\n..."
_ROOM = 20  # for the gap, as that client has it


def short(text: str) -> str:
    """A name, or the value of a string field."""
    return text if len(text) <= STRING else text[:STRING]


def middle_out(text: str, longest: int = TEXT) -> str:
    """A text or a console: what stands in the middle of a long one is left out."""
    side = (longest - _ROOM) // 2
    return text if len(text) <= longest else f"{text[:side]}{_GAP}{text[-side:]}"


def html(text: str) -> str:
    return text[:TEXT]
