"""What this process was given: nothing else reads the environment, stdout or the working directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """`noted` holds the signals that have come (core.waiting.signals); `program` starts this very program again."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    out: "TextIO"
    workspace: str
    noted: list[int]
    program: Sequence[str]
