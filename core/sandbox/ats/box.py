"""Mendix ATS: the emulated vendor behind its wire."""

import xml.etree.ElementTree as ET
from dataclasses import replace

from core.sandbox import hostile
from core.sandbox.ats import pages, replies
from core.sandbox.ats.asks import asked
from core.sandbox.ats.jobs import over, truth
from core.sandbox.ats.mutations import spoilt
from core.sandbox.ats.operations import OPERATIONS, admit, start_of
from core.sandbox.ats.schema import SERVICES, MisfitError
from core.sandbox.ats.soap import MENDIX, PREFIXES, XML, element, enveloped, fault, written
from core.sandbox.ats.state import RefusedError, new_id, opened, start_first
from core.sandbox.box import Answer, Call, Setting
from core.sandbox.course import half_way, look
from core.sandbox.ledger import Ledger

WSDL, UNKNOWN = "wsdl", "unknown"  # calls like any other, but no operations of the API


class AtsBox:
    """Box of ATS: the state, and the way in."""

    operations = tuple(OPERATIONS)
    starts = frozenset(("run-job", "rerun-not-passed"))
    forms: frozenset[str] = frozenset()
    base = ""
    verdict = ("ExecutionResult", "Passed")

    def __init__(self, setting: Setting) -> None:
        self._state = opened(scenario=setting.scenario, clock=setting.clock, rng=setting.rng, first_id=setting.first_id)

    def route(self, method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
        if not pages.is_service(path):
            return None
        operation = pages.operation_at(path)
        if operation is None or method not in {"GET", "POST"}:
            return UNKNOWN, ()
        return (operation, ()) if method == "POST" else (WSDL, (operation,))

    def arrive(self, call: Call) -> None:
        self._neighbour(call)

    def leave(self, call: Call) -> None:
        self._neighbour(call)

    def answer(self, call: Call) -> Answer:
        answer = self._good(call)
        return answer if call.own is None else spoilt(call.own.kind, answer)

    def _good(self, call: Call) -> Answer:
        old = self._state.habits.old
        operation = call.values[0] if call.operation == WSDL else call.operation
        if self._resting():
            return pages.failure_page(503)
        if operation == UNKNOWN or SERVICES[operation] not in pages.offered(old=old):
            return pages.failure_page(404)
        if call.operation == WSDL:
            return pages.description(SERVICES[operation], call.origin, old=old)
        try:
            fields = asked(call, self._state.habits)
        except MisfitError as error:
            return Answer(status=500, body=fault(error.code, str(error)), content_type=XML)
        try:
            record = OPERATIONS[call.operation](self._state, fields)
        except RefusedError as error:
            return self._written(call, self._refusal(call, str(error)))
        return replace(self._written(call, record), effect=call.operation in self.starts)

    def page(self, method: str, path: str) -> Answer:
        return pages.page(path if method in {"GET", "HEAD"} else None, old=self._state.habits.old)

    def failure(self, status: int, message: str | None = None) -> Answer:
        """Return a web page, as the servers in front do; only a message of ATS itself comes as a fault."""
        if message is None:
            return pages.failure_page(status)
        return Answer(status=status, body=fault("Server", message), content_type=XML)

    def twist(self, _kind: str, call: Call, answer: Answer) -> Answer:
        """Name a job that nobody knows; or, where no job is named, answer as if it had been asked for."""
        if answer.content_type != XML or call.operation == WSDL:
            return answer
        if call.operation not in self.starts:
            return self._written(call, self._refusal(call, f"There is no job {new_id(self._state)}"))
        if not answer.effect:
            return answer
        record = replies.started(self._record(call), new_id(self._state), self._state.habits)
        return replace(answer, body=self._written(call, record).body)

    def ledger(self) -> Ledger:
        now = self._state.clock.now()
        return Ledger(runs=tuple(truth(job, now) for job in self._state.jobs.values()))

    def _resting(self) -> bool:
        """Whether ATS is in maintenance: from the middle of a job to its end. Every call is a look at that job."""
        now = self._state.clock.now()
        resting = [
            job
            for job in self._state.jobs.values()
            if job.habits.maintenance and half_way(job, now) and not over(job, now)
        ]
        for job in resting:
            look(job, now)
        return bool(resting)

    def _refusal(self, call: Call, message: str) -> ET.Element:
        text = f"{message} {hostile.EVERYTHING}" if self._state.scenario.hostile else message
        if call.operation == "get-test-run":
            return replies.unknown_run(text, self._state.habits)
        return replies.not_started(self._record(call), text, self._state.habits)

    def _record(self, call: Call) -> str:
        return self._state.habits.rerun_record if call.operation == "rerun-not-passed" else "RunJob"

    def _written(self, call: Call, record: ET.Element) -> Answer:
        content = element(f"{{{MENDIX}}}{SERVICES[call.operation].element}Response", record)
        return Answer(body=written(enveloped(content), PREFIXES, cdata=self._state.habits.cdata), content_type=XML)

    def _neighbour(self, call: Call) -> None:
        """Let another build start the same. It does so whether our own start succeeds or not."""
        if not self._state.scenario.neighbours or call.operation != "run-job":
            return
        try:
            fields = asked(call, self._state.habits)
            admit(self._state, fields)
            start = start_of(fields)
        except (MisfitError, RefusedError):
            return
        start_first(self._state, replace(start, ours=False))
