"""Any CI that we know nothing about: plain lines and a dotenv file, even where it pretends to be a terminal."""

from core.ci import Surroundings
from core.ci.terminal import Terminal


class Generic(Terminal):
    """Implements core.ports.Ci. The other systems that read a log and a file of outputs are made from it."""

    def __init__(self, surroundings: Surroundings, *, name: str = "generic") -> None:
        super().__init__(surroundings, name=name, plain=True)


make = Generic
