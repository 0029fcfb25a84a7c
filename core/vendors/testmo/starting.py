"""Create a run exactly once: each gets a mark of its own, by which it is found again after a lost reply."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import CallFailedError, ResultUnknownError
from core.guarded import promised
from core.model import Reason
from core.ports import Answer, Calls, Log
from core.vendors.testmo import fields

MARK = "Recorded as"  # the name of the field that holds the mark
LOOKS = (1.0, 3.0, 7.0, 10.0)  # seconds before each look: a list may lag behind by some 10 s
LAST_LOOKS = (0.0, 1.0, 3.0, 7.0, 4.0)  # the same for what must not stay open, within the time that is there to pay
TRIES = 3
PAGES, PAGE = 5, 100
LIST_SECONDS = 60.0


def new_mark() -> str:
    """What no other run has."""
    return os.urandom(16).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A run as a list has it; `marks` is None where the list leaves the fields out."""

    id: int
    name: str
    marks: frozenset[str] | None


class Starter:
    """Creates one run in a project, and finds what was created."""

    def __init__(self, calls: Calls, log: Log, project: int, name: str, mark: str) -> None:
        self._calls = calls
        self._log = log
        self._project = project
        self._name = name
        self._mark = mark
        self.was_unsure = False  # whether there may be more than one run of ours
        self.was_repeated = False  # whether more than one creation went out

    def create(self, body: Mapping[str, object]) -> int:
        """The id of the one new run. Raises CallFailedError where surely none was created.

        It is created again only where Testmo lists none of ours for a while. Should the first one show up later than
        that, it is empty, and the debt in the journal is there to complete it.
        """
        for tries_left in reversed(range(TRIES)):
            try:
                path = {"project_id": self._project}
                return self._calls.start("create-run", parse=_id, path=path, body=body)
            except CallFailedError as failure:
                if failure.fault.surely_without_effect and not self.was_repeated:
                    raise
                if failure.fault.surely_without_effect:
                    raise self._may_exist(failure, "from a try before that had no answer.") from failure
                self.was_unsure = True
                self._log.warning(f"{failure.fact} Looking whether the run was created.")
                found = self._look_for_it(failure)
                if found is not None:
                    return found
                if not tries_left or not failure.fault.passes:
                    raise self._may_exist(failure, "though Testmo lists none of ours.") from failure
                self._log.warning("Testmo lists no run of ours: it is created again.")
                self.was_repeated = True
        raise AssertionError("the last try returns or raises")

    def _look_for_it(self, lost: CallFailedError) -> int | None:
        for wait in LOOKS:
            self._calls.pause(wait)
            try:
                found = list(self.ours())
            except CallFailedError as second:
                raise self._may_exist(lost, f"and the list of runs can't be read: {second.fact}") from second
            if len(found) > 1:
                raise self._may_exist(lost, f"even several: {', '.join(map(str, found))}.")
            if found:
                return found[0]
        return None

    def _may_exist(self, lost: CallFailedError, what: str) -> ResultUnknownError:
        fact = f"{lost.fact} A run {self._name!r} may exist, {what}"
        remedy = "Look at the project's automation runs before starting another: complete an open one of this name."
        return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)

    def left_open(self) -> list[int]:
        """The runs with our mark, once Testmo lists one; empty where it lists none for long enough.

        Raises ResultUnknownError where there was no time to be sure of that.
        """
        for wait in LAST_LOOKS:
            if self._calls.left <= wait:
                fact = f"Testmo lists no run {self._name!r} of ours so far, but a list may lag behind."
                raise ResultUnknownError(fact, reason=Reason.UNAVAILABLE)  # a clean-up will know more
            self._calls.pause(wait)
            found = list(self.ours())
            if found:
                return found
        return []

    def others_than(self, kept: int) -> list[int]:
        """The further runs with our mark. Once a list shows the one that is kept, it shows those before it too.

        Raises ResultUnknownError where it does not show that one for as long as we look.
        """
        for wait in LAST_LOOKS:
            if self._calls.left <= wait:
                break
            self._calls.pause(wait)
            found = list(self.ours())
            if kept in found:
                return [run for run in found if run != kept]
        fact = f"Testmo does not list run {kept} so far, and so may not list another one that was created before it."
        raise ResultUnknownError(fact, reason=Reason.UNAVAILABLE)  # a clean-up will know more

    def ours(self) -> Iterator[int]:
        """The ids of the runs with our mark, each once, among the newest of the project."""
        seen: set[int] = set()
        for page in range(1, PAGES + 1):
            query = {"page": page, "per_page": PAGE, "sort": "automation_runs:created_at", "order": "desc"}
            listed, is_last = self._calls.read(
                "list-runs",
                parse=_page,
                path={"project_id": self._project},
                query=query,
                seconds=LIST_SECONDS,
            )
            for each in listed:
                marks = each.marks
                if marks is None and each.name == self._name:
                    marks = self._marks_of(each.id)
                if marks and self._mark in marks and each.id not in seen:
                    seen.add(each.id)
                    yield each.id
            if is_last:
                return

    def _marks_of(self, run: int) -> frozenset[str]:
        return self._calls.read(
            "get-run",
            parse=lambda answer: fields.run(answer.value["result"]).marks,
            path={"run_id": run},
            seconds=LIST_SECONDS,
        )


def check_new(seen: fields.Run, mark: str) -> None:
    """Raise ResultUnknownError where a reply has named another run than the one that was created."""
    if mark not in seen.marks or seen.completed or seen.total:
        fact = f"Testmo named run {seen.id}, which is not the new and empty one that was created."
        raise ResultUnknownError(fact, remedy="Look at the run's page at Testmo.", reason=Reason.PROTOCOL)


def _page(answer: Answer) -> tuple[list[Listed], bool]:
    return [_listed(item) for item in promised.sequence(answer.value["result"], "result")], answer.value[
        "next_page"
    ] is None


def _listed(value: Any) -> Listed:
    return Listed(
        id=fields.whole(value, "id"),
        name=promised.text(value["name"], "name"),
        marks=fields.marks(value["fields"]) if "fields" in value else None,
    )


def _id(answer: Answer) -> int:
    return fields.whole(answer.value, "id")
