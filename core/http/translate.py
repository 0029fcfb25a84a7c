"""What a failed call means to the user: before a start nothing is lost, after it a result is. Fact, remedy, reason."""

from core.errors import CallFailedError, Fault, NothingStartedError, ResultUnknownError
from core.model import Reason, RemoteRun

_REASONS = {Fault.AUTH: Reason.AUTH, Fault.REFUSED: Reason.REFUSED, Fault.UNREADABLE: Reason.PROTOCOL}
_REMEDIES = {
    Fault.NO_CONNECTION: "Check `base-url`, and that the runner reaches this host (proxy, firewall).",
    Fault.CERTIFICATE: "If your company signs its own certificates, name its authority in `ca-bundle`.",
    Fault.LOST: "The vendor or the network had a bad time: run the job again later.",
    Fault.BUSY: "The vendor limits requests: run fewer jobs at once, or run the job again later.",
    Fault.NOT_YET: "The vendor says that it will work again later: look at its status page, then run the job again.",
    Fault.SERVER: "The vendor had a bad time: look at its status page and run the job again later.",
    Fault.UNSUPPORTED: "Check `base-url`: the server does not offer this API.",
    Fault.UNREADABLE: "Check `base-url`: something other than the vendor's API may be answering (a portal, a proxy).",
    Fault.AUTH: "Check the input `token`: is the secret set for this event, and not expired? "
    "Secrets are not passed to workflows from forks.",
    Fault.ABSENT: "Check the ids in the inputs, and that the token's user may see them.",
    Fault.REFUSED: "Check the inputs against what the vendor says.",
}
_WRONG_RUN = "Check `run-id`: it is the output `run-id` of the step that started the run."
_OTHER_IDS = "Check the other ids too, and that the token's user may see the run."


def nothing_started(failure: CallFailedError) -> NothingStartedError:
    """The call failed before there was a run."""
    return NothingStartedError(
        f"{failure.fact} Nothing was started.", remedy=_remedy(failure), reason=_reason(failure, Reason.REFUSED)
    )


def result_unknown(failure: CallFailedError, run: RemoteRun, *, seen: bool = True) -> ResultUnknownError:
    """The call failed while we waited for a run, of which something was `seen` or we know that it was started."""
    if not seen:
        return _never_seen(failure, run)
    reason = _reason(failure, Reason.PROTOCOL)
    lost = (
        "has vanished at the vendor"
        if failure.fault is Fault.ABSENT and not failure.reason
        else "may go on at the vendor"
    )
    fact = f"{failure.fact} Run {run.id} {lost}, its result is unknown."
    return ResultUnknownError(fact, remedy=f"{_remedy(failure)} {run.where}".strip(), reason=reason)


def _never_seen(failure: CallFailedError, run: RemoteRun) -> ResultUnknownError:
    """All that there is of the run is the id that the user gave: nothing can be said of it but that."""
    reason = _reason(failure, Reason.REFUSED)
    if failure.fault in (Fault.ABSENT, Fault.REFUSED):
        fact = f"{failure.fact} The vendor shows no run {run.id}."
        return ResultUnknownError(fact, remedy=f"{_WRONG_RUN} {failure.remedy or _OTHER_IDS}", reason=reason)
    fact = f"{failure.fact} Nothing was learned of run {run.id}."
    return ResultUnknownError(fact, remedy=f"{_remedy(failure)} {run.page}".strip(), reason=reason)


def call_failed(failure: CallFailedError, *, effect: bool) -> NothingStartedError | ResultUnknownError:
    """A single call of `api` failed; `effect` is True where the operation changes something."""
    if effect and not failure.fault.surely_without_effect:
        fact = f"{failure.fact} It may have had its effect all the same."
        remedy = "Look at the vendor before you repeat it."
        return ResultUnknownError(fact, remedy=remedy, reason=Reason.MAY_EXIST)
    return NothingStartedError(failure.fact, remedy=_remedy(failure), reason=_reason(failure, Reason.REFUSED))


def _reason(failure: CallFailedError, absent: Reason) -> Reason:
    """The vendor's own word before what the fault usually means; `absent` is what a 404 means here."""
    if failure.reason:
        return failure.reason
    return absent if failure.fault is Fault.ABSENT else _REASONS.get(failure.fault, Reason.UNAVAILABLE)


def _remedy(failure: CallFailedError) -> str:
    return failure.remedy or remedy_of(failure.fault)


def remedy_of(fault: Fault) -> str:
    """What a user can do about it, in a sentence."""
    return _REMEDIES[fault]
