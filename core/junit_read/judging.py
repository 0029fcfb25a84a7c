"""How a case ended, by all that stands inside it, in its words and in its suite, and where it goes then."""

from core.junit_read import skips, words
from core.junit_read.attempts import Attempts
from core.junit_read.claims import Claims
from core.junit_read.nouns import JUnitCase, JUnitSuite
from core.junit_read.parts import Extras
from core.junit_read.tally import Tally
from core.model import Outcome

Found = dict[str, str] | JUnitCase | JUnitSuite
"""What a reader hands on, in the order of the file: the attributes of a plain case, which passed and holds nothing,
any other case whole, and at each change the suite that what follows belongs to. A plain case costs no object."""

_OUTCOMES = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERRORED)  # by severity


class Judge:
    """Takes each case that is not plain. It is `found`; with a tally it goes there, where it is kept if it failed."""

    def __init__(self, claims: Claims, found: list[Found], tally: Tally | None) -> None:
        self.attempts = Attempts()
        self._claims = claims
        self._found = found
        self._tally = tally

    def close(self, suite: JUnitSuite, attributes: dict[str, str], extras: Extras, *, ours: bool = False) -> None:
        """The case of these attributes is over. `ours`: it is an error of the suite outside of its cases."""
        severity = self._severity(suite, attributes, extras)
        is_bad = severity > 1
        failed_before = bool(self.attempts.failed) and self.attempts.had_failed(attributes)
        flaky = not severity and (extras.flaky or failed_before)
        self._count(extras, severity)
        if is_bad:
            self.attempts.remember(attributes)
        tally = self._tally
        if tally is not None:
            tally.add(attributes, severity, flaky=flaky)
            if not is_bad or not tally.has_room:
                return
        case = JUnitCase(
            suite,
            attributes,
            _OUTCOMES[severity],
            flaky,
            extras.complaints,
            extras.properties,
            extras.outputs,
            ours,
            extras.left_out,
        )
        (self._found if tally is None else tally.worst).append(case)

    def _severity(self, suite: JUnitSuite, attributes: dict[str, str], extras: Extras) -> int:
        severity = extras.severity
        skipped = extras.skipped
        if skipped is not None and (severity < 2 or extras.bad):
            severity = skips.judged(skipped, severity, attributes, suite.attributes)
        if severity < 2:  # skipped or silent: a word that says worse is believed
            worst, odd = words.told(attributes)
            if odd and not severity and not extras.attempts:
                worst = self._by_unknown_word(attributes, odd, worst)
            severity = max(severity, worst)
        return severity

    def _count(self, extras: Extras, severity: int) -> None:
        claims = self._claims
        claims.cases += 1
        claims.attempts += extras.attempts
        claims.bad += extras.attempts
        if not severity:
            return
        claims.attempts += max(extras.bad - 1, 0)
        if severity > 1:
            claims.bad += extras.bad or 1
            claims.failed += 1
        else:
            claims.skipped += 1
            if extras.bad and extras.skipped is not None and skips.is_todo(extras.skipped):
                claims.bad += extras.bad

    def _by_unknown_word(self, attributes: dict[str, str], odd: str, worst: int) -> int:
        """The severity of a case of which nothing but such a word speaks; it is told."""
        counts = words.is_word(odd)
        what = "counts as an error" if counts else "may be anything"
        self._claims.doubt(f"The case {attributes.get('name', '')[:200]!r} says {odd[:50]!r} of itself, which {what}.")
        return 3 if counts else worst
