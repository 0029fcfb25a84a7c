"""Whose journals are ours: those that a step wrote which had this very token for this very vendor."""

from core.inputs.options import declared, parse
from core.inputs.sources import Raw
from core.recovery.seal import Seal
from core.text.secret import Secret
from core.vendors import RECORDERS, VENDORS, inputs_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def seal_of(settings: "Any") -> Seal | None:
    """Of a vendor's settings; None where the token is not there, or is none.

    Of the required secrets alone: a step that cleans up need not have the others, and those may be passwords.
    """
    needed = [name for name, option in declared(type(settings)).items() if option.kind.secret and option.required]
    secrets = [getattr(settings, name.replace("-", "_")) for name in needed]
    known = [secret for secret in secrets if isinstance(secret, Secret)]
    return Seal(known) if known and len(known) == len(needed) else None


def seal_given(raw: Raw, vendor: str) -> Seal | None:
    """The same by the inputs as they were given, right or wrong in all else."""
    return seal_of(parse(inputs_of(vendor).Settings, raw.values, [])) if vendor in VENDORS else None


def recorders_seal_given(raw: Raw, recorder: str) -> Seal | None:
    """The same of `record-to`: what is recorded there has that vendor's token, as its own steps have."""
    if recorder not in RECORDERS:
        return None
    own = {
        name.removeprefix(f"{recorder}-"): text for name, text in raw.values.items() if name.startswith(f"{recorder}-")
    }
    return seal_given(Raw(values=own), recorder)
