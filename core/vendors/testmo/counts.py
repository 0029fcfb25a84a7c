"""What Testmo makes of the tests that it was sent, against what the files say: an unknown alias shows here."""

from core.model import Totals
from core.vendors.testmo import bodies, fields

ALIASES = "see which statuses know the aliases `passed`, `failure`, `error` and `skipped` there"


def doubt(seen: fields.Run, thread: int, totals: Totals) -> str:
    """A sentence where the run, or if there is one this thread of it, counts otherwise; empty where they agree.

    The files decide, and the server's counts confirm it. A skipped test may count as a success, or as neither.
    """
    if thread:
        found: fields.Run | fields.Thread | None = seen.threads.get(thread)
        said = f"Testmo counts in thread {thread}"
    else:
        found, said = seen, f"Testmo calls the run {bodies.word_of(seen)} and counts"
    if found is None or found.success is None or found.failure is None or found.untested is None:
        return ""
    bad = totals.failed + totals.errored
    agrees = found.failure == bad and not found.untested
    agrees = agrees and totals.passed <= found.success <= totals.passed + totals.skipped
    if not thread:
        agrees = agrees and seen.status == (fields.FAILURE if bad else fields.SUCCESS)
    if agrees:
        return ""
    counted = f"{found.success} successes, {found.failure} failures and {found.untested} untested"
    held = f"{totals.passed} passed, {bad} failed and {totals.skipped} skipped"
    return f"{said} {counted}, the files hold {held}: {ALIASES}."
