"""One run on Autify web: find the capabilities, start once, read one result until it is final, name its cases."""

from collections.abc import Callable, Mapping

from core.errors import BadInputError, CallFailedError
from core.guarded import promised
from core.model import Progress, RemoteRun, TestReport, count
from core.ports import Answer, Calls, Diary, Log, Wish
from core.vendors.autify import fields, history, words
from core.vendors.autify.options import Settings
from core.vendors.autify.references import run_reference
from core.vendors.autify.settings import UNSUPPORTED
from core.vendors.autify.web import capabilities, listing, results
from core.vendors.autify.web.inputs import identifier, project
from core.vendors.autify.web.replacements import PlanReplacements

CLEARING_SECONDS = 30.0  # for one replacement, before the run is looked at
NAMES_A_LOOK = 3  # names are learned while we wait anyway, a few at each look


class Autify:
    """Implements core.ports.Vendor for one run."""

    def __init__(self, settings: Settings, wish: Wish, calls: Calls, diary: Diary, log: Log, base_url: str) -> None:
        self._settings = settings
        self._wish = wish
        self._calls = calls
        self._diary = diary
        self._log = log
        self._origin = base_url.removesuffix("/api/v1")
        self._project = project(settings)
        self._plan = identifier(settings.test_plan.id) if settings.test_plan else None
        self._replacements = PlanReplacements(calls, diary, log)
        self._on_plan: list[dict[str, str]] = []
        self._before = listing.Baseline()
        self._last: results.Result | None = None
        self._started: frozenset[int] = frozenset()
        self._on = 0  # so many capabilities
        self._names: dict[int, str] = {}
        self._nameless: set[int] = set()

    def start(self) -> RemoteRun:
        self._before = listing.baseline(self._calls, self._project, self._plan)
        return self._start_scenarios() if self._plan is None else self._start_plan(self._plan)

    def _start_scenarios(self) -> RemoteRun:
        offered = self._calls.read(
            "list-capabilities", parse=lambda answer: promised.sequence(answer.value), path=self._path()
        )
        settings = self._settings
        chosen = capabilities.resolve(settings.capabilities, offered)
        scenarios = [identifier(scenario.id) for scenario in settings.scenarios]
        self._started, self._on = frozenset(scenarios), len(chosen)
        body: dict[str, object] = {
            "name": self._wish.name,
            "capabilities": chosen,
            "scenarios": [{"id": id_} for id_ in scenarios],
        }
        if settings.execution_type:
            body["execution_type"] = settings.execution_type
        if settings.url_replacements:
            body["url_replacements"] = [
                {"pattern_url": pattern, "replacement_url": replacement}
                for pattern, replacement in settings.url_replacements
            ]
        return self._send_start(
            "execute-scenarios",
            self._path(),
            body | self._connect(),
            lambda answer: fields.whole(answer.value["result_id"]),
        )

    def _start_plan(self, plan: int) -> RemoteRun:
        for pattern, replacement in self._settings.url_replacements:
            debt = self._replacements.add(plan, pattern, replacement)
            if debt:
                self._on_plan.append(debt)
        return self._send_start("execute-schedule", {"test_plan_id": plan}, self._connect(), _schedule_id)

    def _clear_plan(self) -> None:
        """Take the replacements off the plan as soon as the run that needs them is started, and known to be.

        Not before: while this waits for a vendor with a bad day, a stopped job must know its run.
        """
        while self._on_plan:
            debt = self._on_plan.pop()
            try:
                self._replacements.remove(debt, seconds=CLEARING_SECONDS)
                self._diary.settle(debt)
            except CallFailedError as failure:
                self._log.warning(f"{failure.fact} The URL replacement is removed at the end of this step.")

    def _send_start(
        self, operation: str, path: Mapping[str, object], body: object, parse: Callable[[Answer], int]
    ) -> RemoteRun:
        try:
            return self._run(self._calls.start(operation, parse=parse, path=path, body=body))
        except CallFailedError as failure:
            if failure.fault.surely_without_effect:
                raise
            return self._reconcile(failure)

    def _connect(self) -> dict[str, object]:
        name = self._settings.autify_connect
        return {"autify_connect": {"name": name}} if name else {}

    def _path(self) -> dict[str, object]:
        return {"project_id": self._project}

    def _reconcile(self, lost: CallFailedError) -> RemoteRun:
        """Name what the lost start may have made. Another build's run is never taken for ours unasked."""
        self._log.warning(f"{lost.fact} A run may have been started: looking at the vendor's list.")
        where = f"Look at {self._origin}/projects/{self._project}/results before starting another run."
        try:
            candidates = listing.new_since(self._before, self._calls, self._project, self._plan)
        except CallFailedError as second:
            raise history.unreadable(lost, second, where) from second
        pages = [self._page(id_) for id_ in candidates]
        if self._wish.adopt and len(candidates) == 1:
            self._log.warning(f"`adopt` is set: the one new run is taken as ours.\n  {pages[0]}")
            return self._run(candidates[0])
        raise history.unresolved(lost, pages, where) from lost

    def attach(self, run_id: str) -> RemoteRun:
        try:
            ref = run_reference(run_id)
            found = identifier(ref.id)
            self._project = identifier(ref.project) if ref.project else self._project
        except ValueError:
            raise BadInputError([("run-id", f"{run_id!r} is no run of Autify.")]) from None
        return self._run(found)

    def poll(self, run: RemoteRun) -> Progress:
        self._clear_plan()
        self._last = self._calls.read(
            "describe-result",
            parse=lambda answer: self._ours(results.read(answer.value), run),
            path=self._path() | {"result_id": run.id},
        )
        progress = results.progress(self._last)
        if progress.verdict is None:
            self._learn_names(NAMES_A_LOOK)
        return progress

    def _ours(self, result: results.Result, run: RemoteRun) -> results.Result:
        """The same result, or ValueError: an answer about another or an older run is no answer."""
        if str(result.id) != run.id:
            raise ValueError(f"it is about run {result.id}")
        if self._plan is not None and result.plan_id not in (None, self._plan):
            raise ValueError("it is about another test plan")
        if result.pages - {(self._project, result.id)}:
            raise ValueError("its cases are another run's or another project's")
        if not self._before.precedes(result, history.GATEWAY_SLACK):
            raise ValueError("it is about a run made before ours was started")
        if result.status == "passed" and result.cases and not self._is_whole(result):
            raise ValueError("it says `passed`, and lacks some of the scenarios that were started")
        return result

    def _is_whole(self, result: results.Result) -> bool:
        """Whether all that was started is in it, as far as this process knows what was."""
        missing = self._started - {case.scenario for case in result.cases}
        return not missing and len(result.groups) >= self._on

    def collect(self, run: RemoteRun, *, complete: bool) -> TestReport:
        last = self._last
        if last is None:
            return TestReport(title=self._title(None), run=run)
        if complete:
            self._learn_names(len(last.cases))
        suites = results.suites(last, self._names)
        return TestReport(
            title=self._title(last),
            run=run,
            word=last.status,
            verdict=words.VERDICTS.get(last.status),
            suites=suites,
            totals=count(suites),
            seconds=last.seconds,
            warnings=self._warnings(last),
        )

    def _learn_names(self, most: int) -> None:
        """Names of scenarios: nice to have, so a failure is shrugged off and not asked for again."""
        scenarios = {case.scenario for case in self._last.cases} if self._last else set()
        for scenario in sorted(scenarios - self._names.keys() - self._nameless)[:most]:
            try:
                self._names[scenario] = self._calls.peek(
                    "describe-scenario",
                    parse=lambda answer: promised.text(answer.value["name"]),
                    path=self._path() | {"scenario_id": scenario},
                )
            except CallFailedError:
                self._nameless.add(scenario)

    def _warnings(self, last: results.Result) -> tuple[str, ...]:
        found = []
        reviewed = sum(case.needs_review for case in last.cases)
        if last.needs_review or reviewed:
            cases = "1 case needs" if reviewed == 1 else f"{reviewed or 'Some'} cases need"
            found.append(f"{cases} a person's review at Autify, and the verdict here does not wait for it.")
        if self._nameless:
            some = "1 scenario" if len(self._nameless) == 1 else f"{len(self._nameless)} scenarios"
            found.append(f"No name could be read for {some}: the id stands for it.")
        return tuple(found)

    def _title(self, last: results.Result | None) -> str:
        if last is not None and last.plan_name:
            return f"Autify test plan {last.plan_name}"
        if self._plan is not None:
            return f"Autify test plan {self._plan}"
        return f"Autify, project {self._project}"

    def known(self) -> TestReport | None:
        return None

    def cancel(self, run: RemoteRun) -> bool:  # noqa: ARG002 -- the Protocol's shape: Autify has no such operation
        return False

    def rerun(self, run: RemoteRun) -> RemoteRun:  # noqa: ARG002 -- the Protocol's shape
        raise BadInputError([("rerun-failed", UNSUPPORTED["rerun-failed"])])

    def undo(self, debt: Mapping[str, str]) -> None:
        self._replacements.remove(debt)

    def usual_seconds(self) -> float | None:
        """Of a test plan's earlier runs; runs of scenarios differ too much from each other."""
        return self._before.usual_seconds() if self._plan is not None else None

    def _run(self, id_: int) -> RemoteRun:
        return RemoteRun(vendor="autify", id=str(id_), url=self._page(id_))

    def _page(self, id_: int) -> str:
        return f"{self._origin}/projects/{self._project}/results/{id_}"


def _schedule_id(answer: Answer) -> int:
    """The id stands twice in the answer, once as a text: they must agree."""
    data = answer.value["data"]
    found = fields.whole(data["id"])
    if "attributes" in data and fields.whole(data["attributes"]["id"]) != found:
        raise ValueError("its two ids differ")
    return found
