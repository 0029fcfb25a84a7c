"""How people name a run: by its id, or by the address of its page, which says in which instance it is."""

from dataclasses import dataclass

from core.errors import BadInputError
from core.inputs import kinds

_PAGE = "/automation/runs/view/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A run. `instance` is what its page's address has between scheme and path, empty for a bare id."""

    number: int
    instance: str = ""

    def number_at(self, origin: str, name: str) -> int:
        """The id, if the run is where `base-url` leads to; `name` is the input that names it. Raises BadInputError.

        Every instance has a run 41: the same number elsewhere is another team's run.
        """
        here = _without_port(origin.partition("://")[2])
        if self.instance and self.instance != here:
            problem = f"names a run at {self.instance}, and `base-url` is at {here}. Give its id where it is the same."
            raise BadInputError([(name, problem)])
        return self.number


def run_reference(text: str) -> Reference:
    """A run by its id, or by the address of its page (…/automation/runs/view/41)."""
    plain = text.strip().partition("?")[0].partition("#")[0]
    before, found, number = plain.rpartition(_PAGE)
    scheme, _, instance = before.partition("://")
    try:
        if found and scheme in ("http", "https") and instance:
            return Reference(number=kinds.identifier(number.rstrip("/")), instance=_without_port(instance))
        return Reference(number=kinds.identifier(plain))
    except ValueError:
        raise ValueError(f"{text!r} is neither a run's id nor its page's address.") from None


def _without_port(instance: str) -> str:
    """Host and path in a form that can be compared."""
    host, slash, path = instance.partition("/")
    return f"{host.lower().removesuffix(':443')}{slash}{path}".rstrip("/")
