"""A further attempt that stands there as a case of its own, as Gradle and others write it."""

from core.junit_read.nouns import classname_of

_MOST = 10_000  # failed cases of a suite whose later attempts are recognised
_LONGEST = 1_000  # characters of a class and a name that are remembered


class Attempts:
    """Remembers the failed cases of each open suite.

    The failed attempt still counts: two cases of one name may as well be one test with two sets of data.
    """

    def __init__(self) -> None:
        self._outer: list[tuple[dict[str, set[str]], int]] = []
        self.failed: dict[str, set[str]] = {}  # of the innermost suite: classes by the name of a case that failed
        self._count = 0

    def begin(self) -> None:
        self._outer.append((self.failed, self._count))
        self.failed, self._count = {}, 0

    def end(self) -> None:
        self.failed, self._count = self._outer.pop()

    def remember(self, attributes: dict[str, str]) -> None:
        name, classname = attributes.get("name", ""), classname_of(attributes)
        if self._count < _MOST and len(name) + len(classname) <= _LONGEST:
            self._count += 1
            self.failed.setdefault(name, set()).add(classname)

    def had_failed(self, attributes: dict[str, str]) -> bool:
        classes = self.failed.get(attributes.get("name", ""))
        return classes is not None and classname_of(attributes) in classes
