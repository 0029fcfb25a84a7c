"""How fast runs get on, as text and as numbers."""

import pytest

from core.sandbox import Phase, Progression
from core.sandbox.progression import phase_at, spans_of


@pytest.mark.parametrize(
    ("text", "progression", "shown"),
    [
        ("immediate", Progression(looks=1), "immediate"),
        ("1 look", Progression(looks=1), "immediate"),
        ("5 looks", Progression(looks=5), "5 looks"),
        ("5looks", Progression(looks=5), "5 looks"),
        ("20s", Progression(total=20), "20s"),
        ("1.5", Progression(total=1.5), "1.5s"),
        ("5m", Progression(total=300), "300s"),
        ("1h", Progression(total=3600), "3600s"),
        ("0s", Progression(total=0), "0s"),
    ],
)
def test_text_is_read_and_written(text: str, progression: Progression, shown: str) -> None:
    assert Progression.parse(text) == progression
    assert str(progression) == shown


@pytest.mark.parametrize("text", ["", "soon", "0 looks", "-1s", "5 days", "1e9s", "nan"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"progression|look"):
        Progression.parse(text)


def test_a_progression_is_of_one_kind() -> None:
    with pytest.raises(ValueError, match="either"):
        Progression()
    with pytest.raises(ValueError, match="either"):
        Progression(looks=1, total=2.0)
    with pytest.raises(ValueError, match="no time"):
        Progression.seconds(queue=-1)


def test_a_long_run_runs_long_and_does_not_queue_long() -> None:
    assert spans_of(Progression.parse("20s"), None) == pytest.approx((2.0, 2.0, 13.0, 3.0))
    assert spans_of(Progression.parse("1h"), None) == (3.0, 6.0, 3588.0, 3.0)


def test_phases_follow_each_other_and_may_be_skipped() -> None:
    spans = (0.0, 2.0, 4.0, 0.0)
    assert [phase_at(spans, where) for where in (0.0, 1.0, 2.0, 5.0, 6.0)] == [
        (Phase.WAITING, 0.0),
        (Phase.WAITING, 0.5),
        (Phase.RUNNING, 0.0),
        (Phase.RUNNING, 0.75),
        (Phase.OVER, 1.0),
    ]
