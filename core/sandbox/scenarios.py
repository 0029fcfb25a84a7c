"""The named scenarios, for a person's command line and for every test that runs through all of them."""

from typing import Final

from core.sandbox.hostile import WORD
from core.sandbox.progression import Phase, Progression
from core.sandbox.scenario import Scenario

NEW_WORD: Final = "partially_passed"  # undocumented, and green for whoever looks for a part of a word

SCENARIOS: Final[dict[str, Scenario]] = {
    "passing": Scenario(description="every case passes"),
    "one-failure": Scenario(description="the last case fails, and so does the run", ending="failed", failing=1),
    "review-needed": Scenario(description="passes, and asks a person to review one case", review=1),
    "internal-error": Scenario(description="the vendor breaks down: error", ending="error"),
    "canceled": Scenario(description="a person cancels the run half-way", ending="canceled"),
    "skipped": Scenario(description="the run and all its cases are skipped", ending="skipped"),
    "never-ends": Scenario(description="queues for ever", stuck=Phase.QUEUED),
    "never-ends-running": Scenario(description="runs for ever", stuck=Phase.RUNNING),
    "unknown-status": Scenario(description=f"ends as `{NEW_WORD}`, which nobody knows", ending=NEW_WORD),
    "unknown-then-passed": Scenario(description="one look sees an unknown word, then it passes", detour=("healing",)),
    "unknown-case": Scenario(description=f"passes, though one case is `{NEW_WORD}`", odd_case=NEW_WORD),
    "empty": Scenario(description="passes without a single case", empty=True),
    "contradiction": Scenario(description="passes, though one case failed", failing=1),
    "slow-settle": Scenario(
        description="the cases have passed long before the run has",
        shares=(0.05, 0.05, 0.30, 0.60),
        progression=Progression(total=10.0),
    ),
    "flapping": Scenario(
        description="reads passed, then running again (though with a time of finishing), then failed",
        ending="failed",
        failing=1,
        detour=("passed", "running"),
    ),
    "foreign-run": Scenario(
        description="other builds start the same just before and just after us; they pass, ours fails",
        ending="failed",
        failing=1,
        neighbours=True,
    ),
    "earlier-runs": Scenario(
        description="the list holds finished runs of about five minutes, and ours takes five as well",
        history=12,
        progression=Progression(total=300.0),
    ),
    "hostile": Scenario(
        description="log commands, markup and control characters in every text; one failure",
        ending="failed",
        failing=1,
        hostile=True,
        detour=(WORD,),
    ),
    "vanishing": Scenario(description="404 from the middle of the run on", vanishes=True),
    "skewed-clock": Scenario(description="the server's clock is 5 s off, forwards or back by the seed", skew=5.0),
    "many": Scenario(description="2,000 cases: 100 scenarios on 20 capabilities", matrix=(100, 20)),
    "matrix": Scenario(description="3 scenarios on 4 capabilities", matrix=(3, 4)),
    "eventual": Scenario(description="404 for the first 10 s after the start, as a lagging copy would", eventual=10.0),
    "stale-reads": Scenario(description="every third read or so answers an older state", stale_reads=0.3),
}
