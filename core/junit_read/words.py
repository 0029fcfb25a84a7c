"""What the attributes of a case say of its outcome, where no element does: a word that nobody knows is no success.

Writers that have such words: GoogleTest and CTest (`status="run"`, `result="completed"`; `notrun` or `suppressed` for a
test that is switched off), behave (`status="passed"`), conversions of NUnit's results (`Passed`, `Inconclusive`).
"""

import re

_GOOD = (
    *("passed", "pass", "success", "successful", "succeeded", "ok", "true", "yes", "good", "flaky", "fixed", "warning"),
    *("run", "ran", "executed", "completed", "complete", "done", "finished"),
)
_SKIPPED = (
    *("skipped", "skip", "notrun", "notexecuted", "untested", "disabled", "ignored", "suppressed", "pending", "todo"),
    *("inconclusive", "excluded", "notapplicable", "unsupported", "xfail", "xfailed", "expectedfailure"),
)
_FAILED = ("failed", "failure", "fail", "unsuccessful", "notok", "nok", "ko")
_ERRORED = ("error", "errored")
_NO_SUCCESS = ("false", "0", "no")
_ODD = -1
_LEFT_OUT = re.compile(r"[\W_]+")  # Timed Out, not_run and NotRun are spelled alike


def _spelled(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(spelling for name in names for spelling in (name, name.title(), name.upper()))


_WORDS = frozenset(_spelled(("status", "result", "outcome")))
_SUCCESS = frozenset(_spelled(("success",)))
NAMES = _WORDS | _SUCCESS
"""The attributes that say something of the outcome."""

_SEVERITIES: dict[str, int] = {"": 0}
for _severity, _words in enumerate((_GOOD, _SKIPPED, _FAILED, _ERRORED)):
    _SEVERITIES |= dict.fromkeys(_spelled(_words), _severity)


def told(attributes: dict[str, str]) -> tuple[int, str]:
    """How bad a case is by the worst of its words (parts.SEVERITY), and one of them that is in no list, if any."""
    worst, odd = 0, ""
    for name, text in attributes.items():
        if name in _WORDS:
            severity = _SEVERITIES.get(text)
            if severity is None:
                severity = _SEVERITIES.get(_LEFT_OUT.sub("", text.lower()), _ODD)
            if severity > worst:
                worst = severity
            elif severity == _ODD:
                odd = text
        elif name in _SUCCESS and text.strip().lower() in _NO_SUCCESS:
            worst = max(worst, 2)
    return worst, odd


def is_word(text: str) -> bool:
    """A number may be anything, a code of a protocol as well as one of a process."""
    return any(map(str.isalpha, text))
