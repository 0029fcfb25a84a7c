"""Testmo: what every emulated instance holds before anything is recorded."""

from dataclasses import dataclass
from typing import Final

PROJECT: Final = 1  # has the history; every other number is a project of ours too
FOREIGN_PROJECT: Final = 404404  # exists, but the token may not see it
US, SOMEBODY = 2, 3  # users: the token's, and a person at another build
USERS: Final = {US: "Dana", SOMEBODY: "Noor"}
SOURCES: Final = {"frontend": 7, "backend": 8}  # an unknown one is made
CONFIGS: Final = {3: "Linux, Chrome", 4: "Windows, Firefox"}
MILESTONES: Final = {5: "1.4", 6: "1.5"}
MILESTONE_TAGS: Final = {"release-1.4": 5, "release-1.5": 6}  # a run with such a tag belongs to the milestone
SLOTS: Final = range(1, 25)  # statuses that an instance has room for
UNTESTED: Final = 0  # the slot of a status that nobody has configured
NEUTRAL, SUCCESS, FAILURE, RUNNING = 1, 2, 3, 4  # states of runs and threads; a test's are the first three


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A test's status as an administrator has configured it."""

    slot: int
    name: str
    color: str
    aliases: tuple[str, ...]  # the words for it in the API
    state: int = NEUTRAL


STATUSES: Final = (
    Status(slot=1, name="Passed", color="#2e7d32", aliases=("passed", "pass", "success", "ok"), state=SUCCESS),
    Status(slot=2, name="Failed", color="#c62828", aliases=("failed", "fail", "failure", "error"), state=FAILURE),
    Status(slot=3, name="Retest", color="#ef6c00", aliases=("retest",)),
    Status(slot=4, name="Blocked", color="#6a1b9a", aliases=("blocked",)),
    Status(slot=5, name="Skipped", color="#607d8b", aliases=("skipped", "skip", "disabled")),
)
SLOT_OF: Final = {alias: status.slot for status in STATUSES for alias in status.aliases} | {"untested": UNTESTED}
STATE_OF: Final = {status.slot: status.state for status in STATUSES} | {UNTESTED: NEUTRAL}
