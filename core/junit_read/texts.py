"""Output of a test as it comes in pieces: its text in little memory, and all of its directives."""

from core.junit_read.nouns import Directive
from core.text.kept import Kept

MOST_DIRECTIVES = 1_000
LONGEST_DIRECTIVE = 1 << 16  # characters
LONGEST_DIRECTIVES = 1 << 20  # characters of all directives of an output; further ones are text like any other
_BLOCK = "[[/PROPERTY]]"


class OutputText:
    """An output without its directives, wherever in a gigabyte they stand.

    A directive stands at the start of a line, behind white space at most. Only a line that may be one is looked at
    as a line; everything else passes in whole pieces.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = Kept(most)
        self._found: list[Directive] = []
        self._size = 0  # characters of what was found
        self._carry = ""  # the beginning of a line that may be a directive
        self._in_line = False  # what comes next goes on with a line that is none
        self._block: Kept | None = None
        self._block_line = ""
        self._block_name = ""

    def add(self, text: str) -> None:
        last = text[text.rfind("\n") + 1 :]
        if self._carry or self._block is not None or "[[" in text or (last and last.lstrip(" \t") in ("", "[")):
            self._by_lines(self._carry + text)
        else:
            self._kept.add(text)
            self._in_line = bool(last)

    @property
    def held(self) -> int:
        """How many characters are kept, directives and all."""
        return self._kept.held + self._size

    def end(self) -> tuple[str, int, tuple[Directive, ...]]:
        """(text, characters left out, directives)."""
        if self._carry:
            self._line(self._carry)
        if self._block is not None:  # never closed: it was text like any other
            self._kept.add(self._block_line)
            self._kept.add(self._block.text)
        return self._kept.text, self._kept.left_out, tuple(self._found)

    def _by_lines(self, text: str) -> None:
        self._carry = ""
        if self._in_line:
            end = text.find("\n") + 1
            self._plain(text[:end] if end else text)
            if not end:
                return
            text, self._in_line = text[end:], False
        lines = text.split("\n")
        last = lines.pop()
        for line in lines:
            self._line(line + "\n")
        begins = last.lstrip(" \t")
        if len(last) < LONGEST_DIRECTIVE and (begins[:2] == "[[" or begins in ("", "[")):
            self._carry = last
        else:
            self._plain(last)
            self._in_line = True

    def _plain(self, text: str) -> None:
        (self._kept if self._block is None else self._block).add(text)

    def _line(self, line: str) -> None:
        if self._block is not None:
            self._block_goes_on(line, self._block)
        elif line.lstrip(" \t")[:2] == "[[":
            self._kept.add(self._without_directives(line))
        else:
            self._kept.add(line)

    def _block_goes_on(self, line: str, block: Kept) -> None:
        if line.strip() != _BLOCK:
            block.add(line)
            return
        value = block.text.removesuffix("\n").removesuffix("\r")
        self._size += len(self._block_name) + len(value)
        self._found.append(Directive(kind="PROPERTY", name=self._block_name, value=value, is_text=True))
        self._block = None

    def _without_directives(self, line: str) -> str:
        """What is left of a line; a line that held nothing else vanishes whole."""
        rest = line
        while len(self._found) < MOST_DIRECTIVES and rest.lstrip(" \t")[:2] == "[[":
            start = rest.index("[[") + 2
            end = rest.find("]]", start)
            if end < 0:
                break
            while rest[end + 2 : end + 3] == "]":
                end += 1
            if not self._directive(rest[start:end], line):
                break
            rest = rest[end + 2 :]
        return "" if rest != line and not rest.strip() else rest

    def _directive(self, inside: str, line: str) -> bool:
        head, bar, value = inside.partition("|")
        kind, _, argument = head.partition("[")
        name = argument.removesuffix("]")
        if not bar or kind not in ("ATTACHMENT", "PROPERTY", "STEP") or (argument and kind != "STEP"):
            return False
        if self._size + len(inside) > LONGEST_DIRECTIVES:
            return False
        if kind == "PROPERTY":
            name, equals, value = value.partition("=")
            if not equals:
                if line.strip() != f"[[{inside}]]":
                    return False
                self._block, self._block_line, self._block_name = Kept(self._most), line, name.strip()
                return True
        self._size += len(inside)
        self._found.append(Directive(kind=kind, name=name.strip(), value=value.strip()))
        return True
