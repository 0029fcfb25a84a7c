"""Any CI that we know nothing about: plain lines, even where it pretends to be a terminal, and a dotenv file."""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.dotenv import FILE, MOST, dotenv
from core.ci.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave


class Generic(Terminal):
    """Implements core.ports.Ci. The other systems that read a log and a file of outputs are made from it."""

    most = MOST  # outputs in the file

    def __init__(self, surroundings: Surroundings, *, name: str = "generic") -> None:
        super().__init__(surroundings, name=name, plain=True)
        self._values: dict[str, str] = {}

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        self._values |= {name: self._stream.redact(text) for name, text in values.items()}
        leave(FILE, dotenv(self._values, most=self.most))


make = Generic
