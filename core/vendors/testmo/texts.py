"""How long Testmo's texts may be, and how a longer one is cut: as the vendor's own command line cuts them."""

STRING = 750  # characters
NOTE = 80
TEXT = 16_384
_SIDE = 8_182
_GAP = "...\n\n[...]\n\n..."


def short(text: str) -> str:
    """A name, or the value of a string field."""
    return text if len(text) <= STRING else text[:STRING]


def middle_out(text: str) -> str:
    """A text or a console: what stands in the middle of a long one is left out."""
    return text if len(text) <= TEXT else f"{text[:_SIDE]}{_GAP}{text[-_SIDE:]}"


def html(text: str) -> str:
    return text[:TEXT]
