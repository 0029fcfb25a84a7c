"""Play one seed again and tell everything: `python -m tests.chaos.replay SEED`; `--shrink` takes faults away."""

import sys
import tempfile
from dataclasses import replace

from tests.chaos.campaign import Case, Played, make, play
from tests.chaos.invariants import broken


def main(arguments: list[str]) -> int:
    """0 when all invariants hold."""
    case = make(int(arguments[0]))
    played = _again(case)
    if "--shrink" in arguments and broken(played):
        played = _shrunk(played)
    _tell(played)
    return int(bool(broken(played)))


def _again(case: Case) -> Played:
    with tempfile.TemporaryDirectory() as workspace:
        return play(case, workspace)


def _shrunk(played: Played) -> Played:
    """The same without the faults that it fails without as well, one by one."""
    for fault in played.case.faults:
        rest = tuple(other for other in played.case.faults if other != fault)
        smaller = _again(replace(played.case, faults=rest))
        if broken(smaller):
            played = smaller
    return played


def _tell(played: Played) -> None:
    case, ended = played.case, played.ended
    lines = [repr(case.scenario), f"faults: {' '.join(case.faults)}", f"inputs: {case.inputs}"]
    lines.append(f"signal at {played.stopped_at}, wall clock set at {case.wall_jump}")
    lines += [
        f"{call.at - 1000:9.2f}  {call.operation:24} {call.status or '-'}  {call.fault or ''}" for call in ended.journal
    ]
    lines += [f"ledger: {run}" for run in ended.ledger]
    lines += [f"left: {item}" for item in ended.ledger.url_replacements]
    lines += [ended.log[-4000:], f"status {ended.status}, {ended.outputs}, after {ended.seconds:.1f} s"]
    lines += [f"BROKEN: {problem}" for problem in broken(played)]
    sys.stdout.write("\n".join(lines).encode("ascii", "backslashreplace").decode("ascii") + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
