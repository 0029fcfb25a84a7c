"""JUnit cases as the bodies of bulk uploads, in pieces that qTest takes: so many at once, never all in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.junit_read import JUnitCase, JUnitFile
from core.model import Build, Outcome
from core.vendors.qtest import fields
from core.vendors.qtest.logs import LONGEST_NAME, LONGEST_TEXT, clean, cut
from core.vendors.qtest.matching import PROPERTY
from core.vendors.qtest.settings import Settings

_MOST = 250  # cases of one upload
_LARGEST = 2 << 20  # characters of their texts
_MOST_FOLDERS = 20
_EXTENSIONS = frozenset(
    "py js jsx mjs cjs ts tsx mts cts java kt kts groovy scala cs fs vb rb php go rs swift m c cc cpp h feature robot "  # noqa: SIM905
    "dart ex exs pl t lua sh bats json yaml yml xml html vue svelte".split()
)  # of files that test runners take for classes
_WORDS = {Outcome.PASSED: "passed", Outcome.SKIPPED: "skipped", Outcome.FAILED: "failed", Outcome.ERRORED: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the results go, and when they are from: seconds since 1970 on qTest's clock."""

    settings: Settings
    build: Build
    now: float


def batches(files: Sequence[JUnitFile], target: Target) -> Iterator[Mapping[str, Any]]:
    """The bodies, one after the other."""
    logs: list[Mapping[str, Any]] = []
    size = 0
    for file in files:
        for case in file:
            log = _log(case, file, target)
            length = sum(len(text) for text in log.values() if isinstance(text, str))
            if logs and (len(logs) == _MOST or size + length > _LARGEST):
                yield _body(logs, target)
                logs, size = [], 0
            logs.append(log)
            size += length
    if logs:
        yield _body(logs, target)


def _body(logs: list[Mapping[str, Any]], target: Target) -> Mapping[str, Any]:
    settings = target.settings
    if settings.test_suite:
        return {"test_suite": settings.test_suite, "execution_date": fields.day(target.now), "test_logs": logs}
    return {"test_cycle": settings.test_cycle, "test_logs": logs}


def _log(case: JUnitCase, file: JUnitFile, target: Target) -> Mapping[str, Any]:
    classname = case.classname or case.suite.name
    content = next((each.value for each in case.properties if each.name == PROPERTY), "")
    content = content or (f"{classname}#{case.name}" if classname else case.name) or file.shown
    found: dict[str, Any] = {
        "name": cut(case.name or classname or file.shown, LONGEST_NAME),
        "automation_content": clean(content),  # cut, it would name no test
        "status": target.settings.words[_WORDS[case.outcome]],
        "exe_start_date": fields.stamp(target.now),
        "exe_end_date": fields.stamp(target.now + (case.seconds or 0.0)),
    }
    note = cut("\n".join(part for part in (case.message, case.details) if part), LONGEST_TEXT)
    optional = {"note": note, "build_number": target.build.number, "build_url": target.build.url}
    found |= {name: text for name, text in optional.items() if text}
    if target.settings.test_cycle:
        folders = _folders(classname) or list(case.suite.path) or ["results"]
        found["module_names"] = [cut(part, LONGEST_NAME) for part in folders[:_MOST_FOLDERS]]
    return found


def _folders(classname: str) -> list[str]:
    """`shop.web.CartTest` and `shop/web/cart.spec.ts` are both in `shop` and `web`; a file keeps its name."""
    if "/" in classname:
        return [part for part in classname.split("/") if part not in ("", ".")]
    parts = [part for part in classname.split(".") if part]
    return [classname] if len(parts) > 1 and parts[-1].lower() in _EXTENSIONS else parts
