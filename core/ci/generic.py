"""Any CI that we know nothing about: plain lines, even where it pretends to be a terminal, and a dotenv file."""

from collections.abc import Mapping

from core.ci import Surroundings
from core.ci.dotenv import FILE, dotenv, lost
from core.ci.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Leave


class Generic(Terminal):
    """Implements core.ports.Ci. The other systems that read a log and a file of outputs are made from it."""

    def __init__(self, surroundings: Surroundings, *, name: str = "generic") -> None:
        super().__init__(surroundings, name=name, plain=True)
        self._values: dict[str, str] = {}
        self._told: set[str] = set()

    def outputs(self, values: Mapping[str, str], leave: "Leave") -> None:
        self._values |= {name: self._stream.redact(text) for name, text in values.items()}
        leave(FILE, self._file())
        for name, text in self._values.items():
            why = lost(name, text)
            if why and name not in self._told:
                self._told.add(name)
                self.info(f"The output {name} stays empty in {FILE}: {why}.")

    def _file(self) -> str:
        return dotenv(self._values)


make = Generic
