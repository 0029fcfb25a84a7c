"""What a JUnit file says, uninterpreted: suites, cases and what stands inside them. All of it is hostile text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.junit_read.durations import seconds_of
from core.model import Outcome
from core.text.kept import Kept

DECIDING = ("error", "failure", "skipped")
_KINDS = {Outcome.ERRORED: "error", Outcome.FAILED: "failure", Outcome.SKIPPED: "skipped"}
_LONGEST = 1 << 16  # characters of several complaints together


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An element that says how a case went: `kind` is its tag.

    failure, error and skipped decide the outcome; rerunFailure and rerunError tell of further attempts that failed,
    flakyFailure and flakyError of attempts that failed before one passed (Maven Surefire, Gradle's test-retry).
    `left_out` counts the characters that are missing in the middle of `text`.
    """

    kind: str
    message: str
    type: str
    text: str
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """`is_text` where the value stands between the tags, as the attribute `value` is blank or not there."""

    name: str
    value: str
    is_text: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """A line of output that is meant for whoever records it.

    `[[ATTACHMENT|value]]`, `[[PROPERTY|name=value]]`, `[[PROPERTY|name]]` value, on many lines, `[[/PROPERTY]]`,
    and `[[STEP|value]]` or `[[STEP[name]|value]]`, where the name is a status.
    """

    kind: str
    name: str
    value: str
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One system-out or system-err. The directives have been taken out of `text`; `left_out` as in Complaint."""

    is_error: bool
    text: str
    left_out: int = 0
    directives: tuple[Directive, ...] = ()


@dataclass(slots=True, kw_only=True, eq=False)
class JUnitSuite:
    """A suite, or the root above all suites.

    It fills up while the file is read: properties and outputs that stand behind the cases are there at its end.
    `path` are the names from the outermost suite to this one; the root above them has none.
    """

    attributes: Mapping[str, str]
    path: tuple[str, ...]
    properties: list[Property] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    held: int = 0  # characters of both

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def seconds(self) -> float | None:
        """What the suite itself claims, None where it claims nothing that is a duration."""
        return duration(self.attributes)


@dataclass(slots=True, eq=False)  # neither frozen nor by keyword: for a million of them that would cost a second
class JUnitCase:
    """One case. `attributes` are all that its tag has; the properties below read the ones that mean something.

    `flaky`: it passed after an attempt that failed. `ours`: not in the file as a case, but an error of a suite
    outside its cases. `left_out` counts properties, complaints and outputs beyond what is kept.
    """

    suite: JUnitSuite
    attributes: Mapping[str, str]
    outcome: Outcome
    flaky: bool = False
    complaints: tuple[Complaint, ...] = ()
    properties: tuple[Property, ...] = ()
    outputs: tuple[Output, ...] = ()
    ours: bool = False
    left_out: int = 0

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def classname(self) -> str:
        return classname_of(self.attributes)

    @property
    def seconds(self) -> float | None:
        return duration(self.attributes)

    @property
    def file(self) -> str:
        return self.attributes.get("file", "")

    @property
    def line(self) -> int | None:
        return self.whole("line")

    @property
    def told(self) -> tuple[Complaint, ...]:
        """The complaints that explain the outcome; the first is of the kind that decides, if there is one."""
        wanted = _KINDS.get(self.outcome) if self.complaints else None
        if wanted is None:
            return ()
        deciding = (each for each in self.complaints if each.kind in DECIDING)
        return tuple(sorted(deciding, key=lambda each: each.kind != wanted)) or self.complaints[:1]

    @property
    def message(self) -> str:
        """Of the first complaint."""
        told = self.told
        return told[0].message if told else ""

    @property
    def details(self) -> str:
        """The texts of all complaints, from the second on with their messages, in the bounds of one."""
        told = self.told
        if len(told) < 2:
            return told[0].text if told else ""
        kept = Kept(_LONGEST)
        kept.add("\n\n".join(text for text in (told[0].text, *map(_whole, told[1:])) if text))
        return kept.text

    def whole(self, attribute: str) -> int | None:
        """An attribute that is a whole number, not negative; None for anything else."""
        text = self.attributes.get(attribute, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _whole(complaint: Complaint) -> str:
    """Its text, and its message where that says more."""
    message, text = complaint.message, complaint.text
    return text if message in text else f"{message}\n{text}" if text else message


def classname_of(attributes: Mapping[str, str]) -> str:
    return attributes.get("classname") or attributes.get("class", "")


def duration(attributes: Mapping[str, str]) -> float | None:
    found = seconds_of(attributes.get("time", ""))
    return seconds_of(attributes.get("duration", "")) if found is None else found
