"""Text of any length as it comes in pieces: its beginning and its end, in little memory."""

CUT = "\n\n[... {} characters are left out here ...]\n\n"


class Kept:
    """Keeps the first and the last half of `most` characters."""

    __slots__ = ("_half", "_head", "_room", "_tail", "_tail_size", "size")

    def __init__(self, most: int) -> None:
        self.size = 0
        self._half = self._room = max(most // 2, 1)
        self._head: list[str] = []
        self._tail: list[str] = []
        self._tail_size = 0

    def add(self, text: str) -> None:
        self.size += len(text)
        if self._room:
            self._head.append(text[: self._room])
            text, self._room = text[self._room :], self._room - len(self._head[-1])
        if text:
            self._tail.append(text)
            self._tail_size += len(text)
            if self._tail_size > 2 * self._half:  # cut now and then: at every piece it would cost more than the rest
                self._tail = ["".join(self._tail)[-self._half :]]
                self._tail_size = self._half

    @property
    def held(self) -> int:
        """How many characters are kept."""
        return min(self.size, 2 * self._half)

    @property
    def left_out(self) -> int:
        """How many characters are missing between the two halves."""
        return self.size - 2 * self._half if self.size > 2 * self._half else 0

    @property
    def text(self) -> str:
        head, tail = "".join(self._head), "".join(self._tail)[-self._half :]
        return f"{head}{CUT.format(self.left_out)}{tail}" if self.left_out else head + tail
