"""outputs.env within GitLab's limits: the same names in every job of ours, whatever became of its run.

A job that `needs` several of ours gets their variables name by name, the later job's before the earlier's: a name that
one of them leaves out would bring another run's value among its own.

Wire: https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv
"""

from collections.abc import Mapping

from core.ci.dotenv import line, written
from core.ci.outputs import NAMES

SIZE = 5_000  # bytes; GitLab refuses 5,120
LEFT_OUT = ("summary", "json", "host-id", "schedule-id", "unmatched", "log-ids")  # or there would be more than 20
GIVEN = tuple(name for name in NAMES if name not in LEFT_OUT)


def fixed(values: Mapping[str, str]) -> str:
    """Every output of GIVEN, empty where it has no value, or one for which there is no room."""
    room = SIZE - sum(len(line(name, "")) for name in GIVEN)
    lines: list[str] = []
    for name in GIVEN:
        text = written(name, values.get(name, ""))
        size = len(text.encode("utf-8", "replace"))
        lines.append(line(name, text if size <= room else ""))
        room -= size if size <= room else 0
    return "".join(lines)
