"""The user's patterns for report files, as the files in the workspace that they name. Nothing is skipped in silence.

What a pattern is made of is in core.workspace.patterns; `!` in front takes files and folders out again, which are not
even looked into. `**` enters neither folders with a dot in front nor links, and such links are told. What we wrote
ourselves is never a report of the user's: neither our folders, nor what another step of ours left elsewhere.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.workspace.patterns import Exclusion, parts_of
from core.workspace.walk import Lack, Problem, Search

__all__ = ["Found", "Lack", "Problem", "find"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`files` are sorted, each once, relative to the workspace and with `/`. They are plain, readable and not empty."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def find(
    patterns: Sequence[str],
    workspace: str,
    *,
    ours: Iterable[str] = (),
    check: Callable[[], None] = lambda: None,
    is_stale: Callable[[str], bool] = lambda _: False,
) -> Found:
    """Look for the files of all patterns.

    `ours` are further files or folders of ours, relative to the workspace: our files in `results-dir`. `check` is
    called for each folder that is read and may raise, so that a signal ends a long walk. `is_stale` says of a real
    path whether the file is left out as one of an earlier run. Raises BadInputError for a pattern that leads out of
    the workspace.
    """
    wanted = [(each, parts_of(each, workspace)) for each in patterns if not each.startswith("!")]
    excluded = [Exclusion(each, workspace) for each in patterns if each.startswith("!")]
    search = Search(workspace, [_plain(path) for path in ours], excluded, check)
    taken_out: list[str] = []
    files: dict[str, str] = {}  # by the real path, so that two names of one file count once
    for pattern, parts in wanted:
        known, owned = len(search.problems), len(search.own)
        matched = search.glob(pattern, parts)
        wished = {path for path in matched if not search.takes_out(path, is_folder=False)}
        readable = {path: real for path in sorted(wished) if (real := search.readable(path))}
        stale = [path for path, real in readable.items() if is_stale(real)]
        for path in sorted(readable.keys() - stale):
            files.setdefault(readable[path], path)
        search.problems += _left_out(pattern, stale, of=len(readable))
        search.problems += _own(pattern, search.own[owned:], are_all=not readable)
        if not matched and search.has_only_unseen(known):
            search.problems.append(Problem(lack=Lack.NOTHING, text=f"{pattern!r} matches no file.{search.hint(parts)}"))
        taken_out += sorted(matched - wished)
    if taken_out and not files and search.has_only_unseen():
        text = f"The lines that begin with `!` take out all that the others match: {taken_out[0]!r} and the like."
        search.problems.append(Problem(lack=Lack.NOTHING, text=text))
    search.problems += (_without_effect(each.pattern) for each in excluded if not each.has_matched)
    return Found(files=tuple(sorted(files.values())), problems=tuple(dict.fromkeys(search.problems)))


def _plain(path: str) -> str:
    return "/".join(name for name in path.replace("\\", "/").split("/") if name not in ("", "."))


def _without_effect(pattern: str) -> Problem:
    text = f"{pattern!r} takes nothing out: it is relative to the workspace. Write !folder/ for all that is below one."
    return Problem(lack=Lack.UNSEEN, text=text)


def _left_out(pattern: str, stale: Sequence[str], *, of: int) -> Iterator[Problem]:
    """What there is to say on files of an earlier run; a pattern that has nothing else gives nothing."""
    if stale and len(stale) == of:
        more = f" and {of - 1} more" if of > 1 else ""
        text = f"{pattern!r} matches only what was there before the command, and is as it was: {stale[0]}{more}."
        yield Problem(lack=Lack.NOTHING, text=text)
        return
    for path in stale:
        yield Problem(
            lack=Lack.STALE, text=f"{path!r} was left out: it was there before the command, and is as it was."
        )


def _own(pattern: str, own: Sequence[str], *, are_all: bool) -> Iterator[Problem]:
    """What there is to say on reports that we wrote, perhaps in another step."""
    if not own:
        return
    which = f"{own[0]}{f' and {len(own) - 1} more' if len(own) > 1 else ''}"
    if are_all:
        text = (
            f"{pattern!r} matches only what this program wrote itself, in this step or another: {which}. Name the "
            "reports of your tests. A vendor's run is recorded by `record-to`, in its own step."
        )
        yield Problem(lack=Lack.NOTHING, text=text)
    else:
        text = f"{which} left out: this program wrote {'them' if len(own) > 1 else 'it'}, in this step or another."
        yield Problem(lack=Lack.UNSEEN, text=text)
