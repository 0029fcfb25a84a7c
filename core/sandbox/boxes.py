"""Which vendors the sandbox can be."""

from typing import Final

from core.sandbox.autify import AutifyBox
from core.sandbox.box import BoxFactory

BOXES: Final[dict[str, BoxFactory]] = {"autify": AutifyBox}
