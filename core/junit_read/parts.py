"""What stands inside a case or beside the cases of a suite, while it is being read."""

from core.junit_read.guard import Guard, Limits
from core.junit_read.nouns import DECIDING, Complaint, Output, Property
from core.junit_read.texts import OutputText
from core.text.kept import Kept

OUTPUTS = ("system-out", "system-err")
# How bad each element is: 1 skipped, 2 failed, 3 errored. Attempts that were repeated don't decide, unless all failed.
SEVERITY = {
    "error": 3,
    "failure": 2,
    "skipped": 1,
    "rerunFailure": 2,
    "rerunError": 3,
    "flakyFailure": 0,
    "flakyError": 0,
}


class OpenPart:
    """An element with a text, if that is `wanted`; if not, it may be no longer for that.

    Elements inside it are looked through, but for a further attempt's output.
    """

    __slots__ = ("_guard", "_longest", "_muted_at", "_size", "attributes", "tag", "text", "wanted")

    def __init__(self, tag: str, attributes: dict[str, str], guard: Guard, limits: Limits, *, wanted: bool) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text: Kept | OutputText = OutputText(limits.kept) if tag in OUTPUTS else Kept(limits.kept)
        self.wanted = wanted
        self._guard = guard
        self._longest = limits.text
        self._size = 0
        self._muted_at = 0

    def add(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._longest:
            self._guard.refuse(f"has a <{self.tag}> of more than {self._longest} characters.")
        if self.wanted and not self._muted_at:
            self.text.add(text)

    def start_inside(self, tag: str) -> None:
        if tag in OUTPUTS and not self._muted_at:
            self._muted_at = len(self._guard.stack)

    def end_inside(self) -> None:
        if self._muted_at > len(self._guard.stack):
            self._muted_at = 0

    def output(self, text: OutputText) -> Output:
        found, left_out, directives = text.end()
        return Output(is_error=self.tag == "system-err", text=found, left_out=left_out, directives=directives)

    def property(self, text: Kept) -> Property:
        name, value = self.attributes.get("name", ""), text.text
        if not value.strip() and "value" in self.attributes:
            return Property(name=name, value=self.attributes["value"])
        return Property(name=name, value=value, is_text=True, left_out=text.left_out)

    def complaint(self, text: Kept) -> Complaint:
        message, kind = self.attributes.get("message", ""), self.attributes.get("type", "")
        return Complaint(kind=self.tag, message=message, type=kind, text=text.text, left_out=text.left_out)


class Extras:
    """What a case holds besides its attributes; most cases hold nothing.

    At most `parts` of each kind are kept, and `held` characters of all of them together.
    """

    # Of the class, as defaults: an object that holds little costs little, and there is one for each case that failed.
    _decided = _further = 0
    size = 0  # characters of what is kept
    attempts = 0
    bad = 0  # failures and errors
    skipped: dict[str, str] | None = None  # the attributes of the first one
    flaky = False
    left_out = 0
    complaints: tuple[Complaint, ...] = ()
    properties: tuple[Property, ...] = ()
    outputs: tuple[Output, ...] = ()

    def __init__(self, limits: Limits) -> None:
        self._most = limits.parts
        self._longest = limits.held

    def judge(self, tag: str, attributes: dict[str, str]) -> None:
        """Called for each complaint, also for those that are too many to be kept."""
        if tag in DECIDING:
            self._decided = max(self._decided, SEVERITY[tag])
            if tag != "skipped":
                self.bad += 1
            elif self.skipped is None:
                self.skipped = attributes
        else:
            self.attempts += 1
            self._further = max(self._further, SEVERITY[tag])
            self.flaky = self.flaky or tag.startswith("flaky")

    @property
    def severity(self) -> int:
        """As in SEVERITY, 0 for a case that passed; only without a word that decides the other attempts do."""
        return self._decided if self._decided > 1 else max(self._decided, self._further)

    def take_property(self, attributes: dict[str, str]) -> None:
        name, value = attributes.get("name", ""), attributes["value"]
        if self._has_room(len(self.properties), len(name) + len(value)):
            self.properties += (Property(name=name, value=value),)

    def take(self, part: OpenPart) -> None:
        text = part.text
        size = text.held + sum(map(len, part.attributes.values()))
        if isinstance(text, OutputText):
            if self._has_room(len(self.outputs), size):
                self.outputs += (part.output(text),)
        elif part.tag == "property":
            if self._has_room(len(self.properties), size):
                self.properties += (part.property(text),)
        elif self._has_room(len(self.complaints), size):
            self.complaints += (part.complaint(text),)

    def _has_room(self, count: int, size: int) -> bool:
        has_room = count < self._most and self.size + size <= self._longest
        self.size += size if has_room else 0
        self.left_out += not has_room
        return has_room
