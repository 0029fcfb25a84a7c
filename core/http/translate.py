"""What a failed call means to the user: before a start nothing is lost, after it a result is. Fact, remedy, reason.

Only where surely nothing was started may a remedy say that the job can be run again.
"""

from dataclasses import replace

from core.errors import CallFailedError, Fault, NothingStartedError, ResultUnknownError, RunnerError
from core.model import Reason, RemoteRun

_REASONS = {Fault.AUTH: Reason.AUTH, Fault.REFUSED: Reason.REFUSED, Fault.UNREADABLE: Reason.PROTOCOL}
_CAUSES = {  # of a vendor's failure that may never have given a good answer
    Fault.NO_CONNECTION: "Check `base-url`, and that the runner reaches this host (proxy, firewall).",
    Fault.CERTIFICATE: "If your company signs its own certificates, name its authority in `ca-bundle`.",
    Fault.LOST: "The vendor or the network had a bad time.",
    Fault.BUSY: "The vendor limits requests: run fewer jobs at once.",
    Fault.NOT_YET: "The vendor says that it will work again later: look at its status page.",
    Fault.SERVER: "The vendor had a bad time: look at its status page.",
    Fault.UNSUPPORTED: "Check `base-url`: the server does not offer this API.",
    Fault.UNREADABLE: "Check `base-url`: something other than the vendor's API may be answering (a portal, a proxy).",
    Fault.AUTH: "Check the input `token`: is the secret set for this event, and not expired? "
    "Secrets are not passed to workflows from forks.",
    Fault.ABSENT: "Check the ids in the inputs, and that the token's user may see them.",
    Fault.REFUSED: "Check the inputs against what the vendor says.",
}
_LATER_CAUSES = {  # of one that has: the address and the token were good
    Fault.NO_CONNECTION: "Check that the runner still reaches this host (proxy, firewall).",
    Fault.UNSUPPORTED: "The server offered this API until now: look at the vendor's status page.",
    Fault.UNREADABLE: "Something other than the vendor's API may be answering (a portal, a proxy), or the API has "
    "changed: look for a newer version of this tool.",
    Fault.AUTH: "The `token` was good until now: has it expired, or been revoked or replaced?",
    Fault.ABSENT: "It may have been deleted there, or the token's user may see it no longer.",
}
_PASSING = (Fault.LOST, Fault.BUSY, Fault.NOT_YET, Fault.SERVER)  # with these, another try alone may be the cure
_WRONG_RUN = "Check `run-id`: it is the output `run-id` of the step that started the run."
_OTHER_IDS = "Check the other ids too, and that the token's user may see the run."


def ended_by_failure(failure: CallFailedError, run: RemoteRun | None, *, seen: bool, known: bool) -> RunnerError:
    """How a step ends by a failed call: decided by whether a run was started, or may have been.

    `seen`: the run is known to be there. `known`: so is what the tests came to, and only its recording is at stake.
    """
    if run is None:
        return nothing_started(failure)
    if known:
        return _recording_unknown(failure, run)
    return _result_unknown(failure, run) if seen else _never_seen(failure, run)


def nothing_started(failure: CallFailedError) -> NothingStartedError:
    """The call failed before there was a run."""
    fact = f"{failure.fact} Nothing was started."
    return NothingStartedError(fact, remedy=_try_again(failure), reason=_reason(failure, Reason.REFUSED))


def _result_unknown(failure: CallFailedError, run: RemoteRun) -> ResultUnknownError:
    """The call failed while we waited for a run that we know to be there."""
    reason = _reason(failure, Reason.PROTOCOL)
    lost = (
        "has vanished at the vendor"
        if failure.fault is Fault.ABSENT and not failure.reason
        else "may go on at the vendor"
    )
    fact = f"{failure.fact} Run {run.id} {lost}, its result is unknown."
    return ResultUnknownError(fact, remedy=f"{later_cause(failure)} {run.remains}", reason=reason)


def _recording_unknown(failure: CallFailedError, run: RemoteRun) -> ResultUnknownError:
    """The call failed while results were recorded that we know: nothing goes on at the vendor."""
    fact = f"The recording may not be whole: {failure.fact}"
    remedy = f"{later_cause(failure)} Look at the run's page before they are recorded again. {run.where}".strip()
    return ResultUnknownError(fact, remedy=remedy, reason=_reason(failure, Reason.PROTOCOL))


def _never_seen(failure: CallFailedError, run: RemoteRun) -> ResultUnknownError:
    """All that there is of the run is the id that the user gave: nothing can be said of it but that."""
    reason = _reason(failure, Reason.REFUSED)
    if failure.fault in (Fault.ABSENT, Fault.REFUSED):
        fact = f"{failure.fact} The vendor shows no run {run.id}."
        return ResultUnknownError(fact, remedy=f"{_WRONG_RUN} {failure.remedy or _OTHER_IDS}", reason=reason)
    fact = f"{failure.fact} Nothing was learned of run {run.id}."
    remedy = f"{_cause(failure)} {replace(run, note='').remains}"
    return ResultUnknownError(fact, remedy=remedy, reason=reason)


def call_failed(failure: CallFailedError, *, effect: bool) -> NothingStartedError | ResultUnknownError:
    """A single call of `api` failed; `effect` is True where the operation changes something."""
    if effect and not failure.fault.surely_without_effect:
        fact = f"{failure.fact} It may have had its effect all the same."
        remedy = "Look at the vendor before you repeat it."
        return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
    return NothingStartedError(failure.fact, remedy=_try_again(failure), reason=_reason(failure, Reason.REFUSED))


def _reason(failure: CallFailedError, absent: Reason) -> Reason:
    """The vendor's own word before what the fault usually means; `absent` is what a 404 means here."""
    if failure.reason:
        return failure.reason
    return absent if failure.fault is Fault.ABSENT else _REASONS.get(failure.fault, Reason.UNAVAILABLE)


def later_cause(failure: CallFailedError) -> str:
    """What may be the matter with a vendor that had given good answers, in a sentence."""
    return failure.remedy or _LATER_CAUSES.get(failure.fault, _CAUSES[failure.fault])


def _cause(failure: CallFailedError) -> str:
    return failure.remedy or _CAUSES[failure.fault]


def _try_again(failure: CallFailedError) -> str:
    """What to do where nothing was started."""
    return f"{_cause(failure)} Run the job again later." if failure.fault in _PASSING else _cause(failure)
