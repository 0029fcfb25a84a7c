"""Mendix ATS: the scenarios that only this vendor has."""

from typing import Final

from core.sandbox.ats.habits import BREAKDOWN, DETAILS, FLAGS, Absent, Full, Habits
from core.sandbox.scenario import Scenario

SCENARIOS: Final[dict[str, Scenario]] = {
    "warning": Scenario(description="passes, but its teardown fails", review=1),
    "setup-failure": Scenario(
        description="the setup fails, so that no case is executed", ending="failed", own=Habits(setup_fails=True)
    ),
    "no-result": Scenario(description="every case passes, but the job ends without a result", own=Habits(result="")),
    "unknown-result": Scenario(
        description="ends with the result `Partially_Passed`, which nobody knows",
        own=Habits(result="Partially_Passed"),
    ),
    "empty-passed": Scenario(
        description="an empty suite that has passed all the same", empty=True, own=Habits(result="Passed")
    ),
    "passed-canceled": Scenario(description="has passed, and was canceled", own=Habits(canceled=True)),
    "miscounted": Scenario(
        description="passes, though a failure is counted that no case shows", own=Habits(miscounted=1)
    ),
    "no-flags": Scenario(
        description="passes, without the flags that were asked for", own=Habits(blocks=(BREAKDOWN, DETAILS))
    ),
    "no-breakdown": Scenario(description="passes, without the counts", own=Habits(blocks=(FLAGS, DETAILS))),
    "no-details": Scenario(description="passes, without a word on its cases", own=Habits(blocks=(FLAGS, BREAKDOWN))),
    "nothing-asked": Scenario(
        description="passes, but the answer is that to a question without flags", own=Habits(blocks=())
    ),
    "rerun-passes": Scenario(
        description="one case fails, and passes when it is run again", ending="failed", failing=1, own=Habits(heals=1)
    ),
    "second-rerun-passes": Scenario(
        description="two cases fail; each rerun heals one of them", ending="failed", failing=2, own=Habits(heals=1)
    ),
    "rerun-record": Scenario(
        description="one case fails; the answer to a rerun holds `RerunNotPassed` instead of `RunJob`",
        ending="failed",
        failing=1,
        own=Habits(heals=1, rerun_record="RerunNotPassed"),
    ),
    "job-limit": Scenario(
        description="five jobs are there already: ours starts, and is canceled with a warning", own=Habits(busy=5)
    ),
    "job-limit-refused": Scenario(
        description="five jobs are there already: ours is refused", own=Habits(busy=5, full=Full.REFUSES)
    ),
    "maintenance": Scenario(
        description="half-way ATS goes into maintenance, which cancels the job",
        ending="canceled",
        own=Habits(maintenance=True),
    ),
    "token-replaced": Scenario(
        description="half-way somebody makes a new token, and ours is refused", own=Habits(token_replaced=True)
    ),
    "on-premises": Scenario(
        description="passes, and asks for the user and the password of a web service", own=Habits(on_premises=True)
    ),
    "old-server": Scenario(
        description="ATS before 2.11.2: refuses the Include fields and knows no RerunNotPassed", own=Habits(old=True)
    ),
    "nil-values": Scenario(description="passes; absent values are nil, as usual", own=Habits(absent=Absent.NIL)),
    "omitted-values": Scenario(description="passes; absent values are left out", own=Habits(absent=Absent.OMITTED)),
    "empty-values": Scenario(description="passes; absent values are empty", own=Habits(absent=Absent.EMPTY)),
    "plain-text": Scenario(description="passes; texts are no CDATA", own=Habits(cdata=False)),
    "other-order": Scenario(
        description="passes; the details come first, the flags last", own=Habits(blocks=(DETAILS, BREAKDOWN, FLAGS))
    ),
}
