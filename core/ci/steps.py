"""The name of our step as a part of a path."""


def slug(text: str, otherwise: str) -> str:
    """`text` with only letters, digits, dots, dashes and underscores; `otherwise` where nothing is left."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in text[:100])
    return safe.lstrip(".-").rstrip(".") or otherwise
