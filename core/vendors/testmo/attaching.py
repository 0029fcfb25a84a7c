"""`mode: wait`: the step's fields, links and artifacts go to the run before it is completed, each once.

Adding them twice would show them twice. So only what the run does not show already is added, and after a lost reply
one look at the run tells whether it arrived.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.guarded import promised
from core.ports import Answer

Wanted = Mapping[str, Sequence[Mapping[str, object]]]
Attached = dict[str, list[Mapping[str, object]]]
"""Items by `fields`, `links` and `artifacts`."""

_TOLD_BY = {"fields": "value", "links": "url", "artifacts": "url"}  # beside the name, by which an item is known again


def lacking(wanted: Wanted, answer: Answer, run: int) -> Attached:
    """What of it a run does not show, which `get-run` answers; an answer about another run is no answer."""
    found = answer.value["result"]
    if found["id"] != run:
        raise ValueError(f"it is about run {found['id']}")
    return {kind: _lacking(wanted[kind], found[kind], told_by) for kind, told_by in _TOLD_BY.items()}


def _lacking(wanted: Sequence[Mapping[str, object]], shown: Any, told_by: str) -> list[Mapping[str, object]]:
    there = {(item.get("name"), item.get(told_by)) for item in promised.sequence(shown)}
    return [item for item in wanted if (item["name"], item[told_by]) not in there]
