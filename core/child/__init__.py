"""The user's `command`: split into words, run without a shell, its output streamed, its end recorded.

Why its output can't give orders to the CI, and what its environment lacks: docs/adr/0008-the-wrapped-command.md.
"""

from core.child.ended import Ended
from core.child.environment import environment_without
from core.child.lines import Lines
from core.child.running import SILENCE, run
from core.child.starting import check
from core.child.words import looks_like_shell, split, unfilled

__all__ = ["SILENCE", "Ended", "Lines", "check", "environment_without", "looks_like_shell", "run", "split", "unfilled"]
