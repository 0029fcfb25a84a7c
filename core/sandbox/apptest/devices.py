"""apptest.ai: the devices of a testset, what becomes of each, and how they are counted."""

from collections.abc import Sequence
from typing import Final

from core.sandbox import hostile
from core.sandbox.course import Glance
from core.sandbox.progression import Phase
from core.sandbox.scenario import Scenario

PASS, FAIL, ERROR, STOP, RUNNING, INITIALIZING = "pass", "fail", "error", "stop", "running", "initializing"
_COUNTED: Final = (ERROR, FAIL, INITIALIZING, RUNNING, STOP, PASS)
_EXECUTED: Final = 0.6  # so much of a run is done when a person stops it
_NAMES: Final = {
    "ANDROID": (
        "LGE Nexus_5X / ANDROID 8.1.0",
        "삼성 갤럭시 S22 / ANDROID 13",
        'Lenovo Tab "M10" <FHD> & Plus / ANDROID 10',
        "Google Pixel_7 / ANDROID 14",
    ),
    "iOS": (
        "Apple iPhone_13 / iOS 16.1",
        "Apple iPhone_SE 2세대 / iOS 15.4",
        'Apple iPad Pro 12.9" / iOS 17.0',
        "Apple iPhone_15 / iOS 17.2",
    ),
}
_SECONDS: Final = (1828, 92, 640, 455)  # that a test took, after the vendor's samples


def device_name(index: int, os_type: str, *, under_attack: bool) -> str:
    """Name of the device at an index, unique in a testset."""
    if under_attack:
        return hostile.NAMES[index % len(hostile.NAMES)]
    names = _NAMES[os_type]
    name, turn = names[index % len(names)], index // len(names)
    return name if not turn else f"{name} ({turn + 1})"


def seconds_of(index: int) -> int:
    return _SECONDS[index % len(_SECONDS)] + index // len(_SECONDS)


def final_words(scenario: Scenario, count: int) -> tuple[str, ...]:
    """Return what each device comes to. There is no skipping here: a testset that is skipped is stopped as a whole."""
    words = [PASS] * count
    match scenario.ending:
        case "skipped":
            words = [STOP] * count
        case "canceled":
            executed = int(count * _EXECUTED)
            words[executed:] = [STOP] * (count - executed)
        case "error":
            words[-1:] = [ERROR] * min(1, count)
        case _:
            failing = min(scenario.failing, count)
            words[count - failing :] = [FAIL] * failing
    if scenario.odd_case:
        words[-1:] = [scenario.odd_case] * min(1, count)
    return tuple(words)


def words_at(words: Sequence[str], seen: Glance) -> list[str]:
    """Return what each device shows: they end one by one, before the testset itself does."""
    count = len(words)
    if seen.phase is Phase.OVER:
        return [*words[:-1], RUNNING] if seen.detour is not None and words else list(words)
    if seen.phase < Phase.RUNNING:
        return [RUNNING if seen.phase is Phase.WAITING and not index else INITIALIZING for index in range(count)]
    done = [seen.phase is Phase.SETTLING or seen.fraction >= 0.98 * (index + 1) / count for index in range(count)]
    return [word if over and word != STOP else RUNNING for word, over in zip(words, done, strict=True)]


def counts(words: Sequence[str]) -> dict[str, int]:
    """Count devices as the status does; one in a state that nobody knows is in the total alone."""
    return {"total_test_cnt": len(words), **{f"{word}_cnt": words.count(word) for word in _COUNTED}}
