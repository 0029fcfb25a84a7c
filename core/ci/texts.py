"""Texts of the environment and of vendors, made fit for where adapters put them."""


def sendable(value: str) -> str:
    """A value that can be sent: bytes that are no UTF-8 stand in the environment as halves of surrogate pairs."""
    return value.encode("utf-8", "replace").decode()


def escaped(text: str, kept: frozenset[str]) -> str:
    """The text with each character that is not kept escaped as addresses have it: `%` and its bytes."""
    return text if kept.issuperset(text) else "".join(each if each in kept else _percent(each) for each in text)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
