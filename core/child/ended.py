"""How a command ended."""

from dataclasses import dataclass

from core.text.wording import span


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it ended. `exit_code` is its own, or 128 + the number of the signal that killed it, as shells have it.

    `killed_by` names that signal. `stopped_by` is the signal to us that made us end it, 0 for none. `output` is what
    it wrote, the middle left out. `seconds` is its wall time. `left_running`: what it started still holds its output.
    """

    exit_code: int
    killed_by: str
    seconds: float
    output: str
    timed_out: bool = False
    stopped_by: int = 0
    left_running: bool = False

    @property
    def is_good(self) -> bool:
        return not self.exit_code and not self.timed_out and not self.stopped_by

    @property
    def fact(self) -> str:
        """A sentence for the log and the report."""
        after = span(self.seconds)
        if self.timed_out:
            return f"The command was ended after {after}: its time was over."
        if self.stopped_by:
            return f"The command was ended after {after}, since the job was stopped."
        if self.killed_by:
            return f"The command was killed by {self.killed_by} after {after}."
        left = " Something that it started still runs." if self.left_running else ""
        return f"The command ended after {after} with exit code {self.exit_code}.{left}"
