"""The syntax of TeamCity's service messages: escaping, and nothing of what is said.

Wire: https://www.jetbrains.com/help/teamcity/service-messages.html
"""

_ESCAPES = {"|": "||", "'": "|'", "[": "|[", "]": "|]", "\n": "|n", "\r": "|r"}


def service_message(message: str, /, **attributes: str) -> str:
    """`##teamcity[name key='value' …]`, on one line whatever the values hold."""
    return f"##teamcity[{message}" + "".join(f" {key}='{escape(text)}'" for key, text in attributes.items()) + "]"


def escape(text: str) -> str:
    return "".join(_ESCAPES.get(sign) or (sign if sign.isascii() else _units(sign)) for sign in text)


def _units(sign: str) -> str:
    """A character beyond ASCII as `|0xNNNN` for each of its UTF-16 units."""
    units = sign.encode("utf-16-be", "replace").hex()
    return "".join(f"|0x{units[at : at + 4]}" for at in range(0, len(units), 4))
