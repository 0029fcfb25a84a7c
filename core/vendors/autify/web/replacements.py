"""URL replacements on a test plan: state shared with every other build, so each one made is a debt in the journal."""

from collections.abc import Mapping
from hashlib import sha256

from core.errors import CallFailedError, Fault
from core.guarded import promised
from core.ports import Calls, Diary, Log
from core.vendors.autify import fields

TRIES = 3


class PlanReplacements:
    """Puts replacements on a test plan and takes them away again."""

    def __init__(self, calls: Calls, diary: Diary, log: Log) -> None:
        self._calls = calls
        self._diary = diary
        self._log = log

    def add(self, plan: int, pattern: str, replacement: str) -> dict[str, str] | None:
        """The debt to remove it; None where the very pair stood there already, which is not ours to remove."""
        pair = _fingerprint(pattern, replacement)
        listed = self._listed(plan)
        if any(found == pair for _, found in listed):
            self._log.warning(f"Test plan {plan} already has one of the `url-replacements`: it stays as it is.")
            return None
        above = max((id_ for id_, _ in listed), default=0)
        label = f"a URL replacement of test plan {plan}, id above {above}"
        debt = {"kind": "url-replacement", "label": label, "test-plan": str(plan), "above": str(above), "pair": pair}
        self._diary.owe(debt)
        body = {"pattern_url": pattern, "replacement_url": replacement}
        for tries_left in reversed(range(TRIES)):
            try:
                self._calls.create(
                    "create-url-replacement",
                    parse=lambda answer: fields.whole(answer.value["id"]),
                    path={"test_plan_id": plan},
                    body=body,
                )
            except CallFailedError as failure:
                if failure.fault.surely_without_effect:
                    raise
                # The reply is lost. If the pair stands there now it is ours: a moment ago it did not.
                if self._ours(debt):
                    break
                if not tries_left:
                    raise  # without it the tests would run against another address
            else:
                break
        return debt

    def remove(self, debt: Mapping[str, str], *, seconds: float | None = None) -> None:
        """Remove what the debt stands for; gone already is as good as removed. Rides out outages so many seconds.

        A 404 alone does not prove that it is gone, as a lagging copy may say it too: the list does.
        """
        plan = fields.whole(debt["test-plan"])
        for _ in range(TRIES):
            absent = [failure for id_ in self._ours(debt, seconds) if (failure := self._delete(plan, id_, seconds))]
            if not absent:
                return
        if self._ours(debt, seconds):
            raise absent[0]

    def _delete(self, plan: int, id_: int, seconds: float | None) -> CallFailedError | None:
        """The failure, where the vendor says that there is no such replacement."""
        try:
            self._calls.read(
                "delete-url-replacement",
                parse=lambda answer: answer.value,
                path={"test_plan_id": plan, "url_replacement_id": id_},
                seconds=seconds,
            )
        except CallFailedError as failure:
            if failure.fault is not Fault.ABSENT:
                raise
            return failure
        return None

    def _ours(self, debt: Mapping[str, str], seconds: float | None = None) -> list[int]:
        above = fields.whole(debt["above"])
        listed = self._listed(fields.whole(debt["test-plan"]), seconds)
        return [id_ for id_, pair in listed if id_ > above and pair == debt["pair"]]

    def _listed(self, plan: int, seconds: float | None = None) -> list[tuple[int, str]]:
        """(id, fingerprint) of what stands on the test plan."""
        return self._calls.read(
            "list-url-replacements",
            parse=lambda answer: [
                (fields.whole(item["id"]), _fingerprint(item["pattern_url"], item["replacement_url"]))
                for item in promised.sequence(answer.value)
            ],
            path={"test_plan_id": plan},
            seconds=seconds,
        )


def _fingerprint(pattern: str, replacement: str) -> str:
    """A pair of addresses without showing them: they may hold a password, and the journal is a file."""
    return sha256(f"{pattern}\n{replacement}".encode()).hexdigest()
