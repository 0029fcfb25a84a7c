"""The spaces behind one server: the main one, and those that paths select."""

import threading
from dataclasses import replace
from typing import Final

from core.sandbox import selection
from core.sandbox.box import Vendor
from core.sandbox.repertoire import scenarios_of
from core.sandbox.space import Plot, Space

_APART: Final = 100_000  # numbers of runs between two spaces


class Spaces:
    """All spaces of one plot. Its methods may be called from any thread."""

    def __init__(self, vendor: Vendor, plot: Plot) -> None:
        self.main = Space(vendor, plot)
        self.plot = plot
        self._vendor = vendor
        self._selected: dict[str, Space] = {}
        self._lock = threading.Lock()

    def select(self, text: str) -> Space:
        """Return the space that a path selects; at first it is new. Raises ValueError."""
        with self._lock:
            if text not in self._selected:
                chosen = selection.parse(text, scenarios_of(self._vendor))
                first_id = self.plot.first_id + _APART * (len(self._selected) + 1)
                plot = replace(self.plot, scenario=chosen.scenario, faults=chosen.faults, first_id=first_id)
                self._selected[text] = Space(self._vendor, plot)
            return self._selected[text]

    def find(self, selected: str, path: str) -> Space:
        """Return the space for a path. A page without a selection is looked for everywhere: run numbers differ."""
        if selected:
            return self.select(selected)
        if path.startswith(self.main.base):
            return self.main
        return next((space for space in self._all() if space.knows(path)), self.main)

    def end(self) -> None:
        """End whatever stalls in any space."""
        for space in self._all():
            space.end()

    def _all(self) -> list[Space]:
        with self._lock:
            return [self.main, *self._selected.values()]
