"""A run and another one of what did not pass in it, as one report: what passes the second time is flaky."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.model import Outcome, TestCase, TestReport, TestSuite, Verdict, count

Key = tuple[str, str, int]


def worth_repeating(report: TestReport) -> bool:
    """Whether some of it could be run again: the vendor's word is `failed`, and nothing else."""
    return report.verdict is Verdict.FAILED


def proves_something(first: TestReport, again: TestReport) -> bool:
    """Whether the second run's word can replace the first one's.

    A pass needs a case that did not pass at first, or nobody knows what was mended, and a case that ran now.
    """
    if again.verdict is Verdict.FAILED:
        return True
    return bool(first.totals.failed + first.totals.errored and again.totals.ran)


def merged(first: TestReport, again: TestReport) -> TestReport:
    """The first report with the outcomes of the cases that were run again.

    The verdict is that of the second run; whether cases that it left out may stay as they are is for judge() to say.
    """
    repeated = dict(_keyed(again.suites))
    used: set[Key] = set()
    suites = []
    for suite in first.suites:
        cases = []
        seen: Counter[tuple[str, str]] = Counter()
        for case in suite.cases:
            second = None if case.outcome is Outcome.PASSED else repeated.get(key := _key(case, seen))
            if second is not None:
                used.add(key)
            cases.append(case if second is None else _second(case, second))
        suites.append(replace(suite, cases=tuple(cases)))
    rest = tuple(case for key, case in repeated.items() if key not in used)
    if rest:
        suites.append(TestSuite(name=f"{again.title} (again)", cases=rest, timestamp=""))
    warnings = tuple(dict.fromkeys((*first.warnings, *again.warnings)))
    return replace(again, title=first.title, suites=tuple(suites), totals=count(suites), warnings=warnings)


def _second(case: TestCase, second: TestCase) -> TestCase:
    """What the two together say: a case that was left out the second time is what it was the first time."""
    if second.outcome is Outcome.SKIPPED:
        return case
    if second.outcome is not Outcome.PASSED:
        return second
    return replace(
        second, flaky=True, message=f"Passed when it was run again. At first: {case.message or case.outcome}"
    )


def _keyed(suites: Iterable[TestSuite]) -> Iterator[tuple[Key, TestCase]]:
    for suite in suites:
        seen: Counter[tuple[str, str]] = Counter()
        for case in suite.cases:
            yield _key(case, seen), case


def _key(case: TestCase, seen: Counter[tuple[str, str]]) -> Key:
    """Class, name, and how often that pair was there before among those that are run again: names need not be unique.

    What passed the first time is not run again, so it does not count.
    """
    pair = (case.classname, case.name)
    seen[pair] += 1
    return (*pair, seen[pair] - 1)
