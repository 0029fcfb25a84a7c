"""What the campaign has found, each shrunk to the faults that matter."""

from pathlib import Path

from core.sandbox import SCENARIOS, Progression
from tests import harness

PAIR = "https://shop.example.com https://pr-9.example.net"
THREE_LOOKS = Progression(looks=3)


def test_a_404_does_not_prove_that_a_url_replacement_is_gone(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        progression=THREE_LOOKS,
        faults=["404@delete-url-replacement"],
        test_plan="3001",
        url_replacements=PAIR,
    )
    assert (ended.status, ended.ledger.url_replacements) == (0, ())
    assert len(ended.calls("delete-url-replacement")) == 2


def test_a_url_replacement_that_cannot_be_deleted_is_named(tmp_path: Path) -> None:
    ended = harness.run(
        tmp_path,
        scenario=SCENARIOS["passing"],
        progression=THREE_LOOKS,
        faults=["404@delete-url-replacement*forever"],
        test_plan="3001",
        url_replacements=PAIR,
    )
    assert (ended.status, len(ended.ledger.url_replacements)) == (0, 1)
    assert "Left at the vendor" in ended.report["problems"][0]
