"""The faults a sandbox can have, and how a person writes them: `503@describe-result#3*2`."""

import re
from dataclasses import dataclass
from typing import Final, Self

_BEFORE: Final = {  # these keep the call from having an effect
    "401": "the token is refused",
    "403": "the token may not do this",
    "404": "not found, although it is there",
    "422": "refused with a body in an odd shape",
    "429": "too many requests; =7 adds Retry-After in seconds, =date:7 as a date 7 s from the server's Date",
    "500": "internal error, as the vendor tells it",
    "501": "not implemented",
    "502": "a gateway's HTML page",
    "503": "unavailable; =7 and =date:7 add Retry-After",
    "504": "a gateway's HTML page",
    "html": "a login page with status 200",
    "echo-secret": "an error whose reason phrase and body repeat the credential; =403 picks the status (500)",
    "redirect": "302 to another host; =URL says where",
    "redirect301": "the same with 301",
    "redirect303": "the same with 303",
    "redirect307": "the same with 307",
    "redirect308": "the same with 308",
    "reset-before": "connection reset, nothing done",
    "hang": "no answer ever, nothing done",
}
_AFTER: Final = {
    "500-after": "done, but the answer is an error",
    "502-after": "done, but the answer is a gateway's HTML page",
    "503-after": "done, but the answer is unavailable",
    "504-after": "done, but the answer is a gateway's HTML page",
    "html-after": "done, but the answer is a login page with status 200",
    "reset-after": "done, then connection reset without an answer",
    "hang-after": "done, then no answer ever",
    "slow-loris": "done; headers, then a byte now and then for ever",
    "endless": "done; a body that never ends",
    "gzip-bomb": "done; a small compressed body of a GiB",
    "cut": "done; JSON cut in half, with the Content-Length of the half",
    "short": "done; half of the body that Content-Length promises, then the end of the connection",
    "no-length-cut": "done; half of the body without any Content-Length, then the end of the connection",
    "empty-body": "done; no body",
    "null-body": "done; the body is null",
    "list-body": "done; an array where an object belongs, or the other way round",
    "wrong-type": "done; the right body as text/plain",
    "duplicate-keys": "done; the verdict (or first) key twice, the second one green",
    "missing-status": "done; the verdict (or first) key left out",
    "deep-json": "done; nesting of 100,000",
    "huge-number": "done; the first number has 5,000 digits",
    "nan": "done; the first number is NaN",
    "stale": "done; the answer is about an older, green run",
    "wrong-id": "done; the answer is about another run",
    "wrong-project": "done; the answer is about another project",
}

FAULTS: Final[dict[str, str]] = {**_BEFORE, **_AFTER}
UPLOAD_FAULTS: Final[dict[str, str]] = {  # where files are sent
    "413": "too large for the gateway, said before the body is read; nothing done",
    "reset-mid-upload": "connection reset after half of the body, nothing done",
    "hang-mid-upload": "nothing more is read after half of the body, nothing done",
    "slow-upload": "the body is read 64 KiB at a time, with pauses",
}
BEFORE: Final = frozenset((*_BEFORE, "413", "reset-mid-upload", "hang-mid-upload"))
ANYWHERE: Final = ("start", "any")  # besides the operations themselves
GRAMMAR: Final = """\
KIND[=ARG]@CALL[#NTH][*TIMES]  or  KIND[=ARG]@CALL[FROM-UNTIL]
  CALL   an operation (execute-scenarios, describe-result, ...), `start` (whatever starts a run) or `any`
  NTH    the first call to hit, counting the calls that match CALL from 1; 1 if left out
  TIMES  so many calls in a row, or `forever`; 1 if left out
  FROM-UNTIL  seconds since the sandbox's start: every matching call in that window; UNTIL may be left out
A call is hit by the first fault that applies. Examples:
  503@describe-result  429=7@start  reset-after@execute-scenarios  502@any#3*forever  hang@describe-result[600-3000]"""

_TEXT = re.compile(
    r"(?P<kind>[a-z0-9-]+)(?:=(?P<argument>.*))?@(?P<at>[a-z0-9-]+)"
    r"(?:(?:#(?P<nth>\d{1,9}))?(?:\*(?P<times>\d{1,9}|forever))?"
    r"|\[(?P<since>\d{1,9}(?:\.\d{1,6})?)-(?P<until>\d{1,9}(?:\.\d{1,6})?)?\])",
    re.DOTALL,
)
_WAIT = re.compile(r"(?:date:)?\d{1,9}")
_ARGUMENTS = {"429": _WAIT, "503": _WAIT, "echo-secret": re.compile(r"[45]\d\d")}
_URL = re.compile(r"[!-~]{1,4000}")  # it goes into a header, so neither spaces nor line ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault at some calls. `times=None` is for ever; a window (`since`, `until`) replaces `nth` and `times`.

    Which kinds there are depends on the vendor, so it is the sandbox that refuses unknown ones.
    """

    kind: str
    at: str
    argument: str | None = None
    nth: int = 1
    times: int | None = 1
    since: float | None = None
    until: float | None = None

    def __post_init__(self) -> None:
        allowed = _URL if self.kind.startswith("redirect") else _ARGUMENTS.get(self.kind)
        known = self.kind in FAULTS or self.kind in UPLOAD_FAULTS  # a vendor checks its own
        if known and self.argument is not None and (allowed is None or not allowed.fullmatch(self.argument)):
            raise ValueError(f"fault {self.kind!r} takes no argument like {self.argument!r}")
        if self.nth < 1 or (self.times is not None and self.times < 1):
            raise ValueError(f"fault {self.kind!r}: calls are counted from 1")
        windowed = self.since is not None or self.until is not None
        if windowed and (self.nth, self.times) != (1, 1):
            raise ValueError(f"fault {self.kind!r} has a time window, in which every call is hit: no #NTH, no *TIMES")

    def __str__(self) -> str:
        text = f"{self.kind}@{self.at}" if self.argument is None else f"{self.kind}={self.argument}@{self.at}"
        if self.since is not None or self.until is not None:
            return f"{text}[{_number(self.since or 0.0)}-{'' if self.until is None else _number(self.until)}]"
        nth = f"#{self.nth}" if self.nth != 1 else ""
        times = "*forever" if self.times is None else f"*{self.times}" if self.times != 1 else ""
        return text + nth + times

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the grammar of `GRAMMAR`. Raises ValueError."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no fault: write KIND[=ARG]@CALL[#NTH][*TIMES], like 503@describe-result")
        times = match["times"]
        return cls(
            kind=match["kind"],
            argument=match["argument"],
            at=match["at"],
            nth=int(match["nth"] or 1),
            times=None if times == "forever" else int(times or 1),
            since=None if match["since"] is None else float(match["since"]),
            until=None if match["until"] is None else float(match["until"]),
        )


def covers(fault: Fault, operation: str, starts: frozenset[str]) -> bool:
    """Whether the fault is about such calls at all."""
    return fault.at in {operation, "any"} or (fault.at == "start" and operation in starts)


def hits(fault: Fault, *, count: int, elapsed: float) -> bool:
    """Whether the fault hits the `count`-th call that it covers, so long after the sandbox's start."""
    if fault.since is not None or fault.until is not None:
        return (fault.since or 0.0) <= elapsed and (fault.until is None or elapsed < fault.until)
    return count >= fault.nth and (fault.times is None or count < fault.nth + fault.times)


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
