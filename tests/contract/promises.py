"""What holds for every step at every vendor under every fault; each breach is a sentence."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from core.ending import PAYING_SECONDS
from core.text.secret import encoded_forms
from tests.harness import TOKEN, Ended

DEADLINE = 3600.0
MOST_REQUESTS = 700  # in an hour: the polls of an adaptive pace, with room for retries


def breaches(
    ended: Ended, *, green: bool, misled: bool = False, unseen: bool = False, deadline: float = DEADLINE
) -> list[str]:
    """`green`: whether the truth may turn a build green. `misled`: the vendor named another run than it started.

    `unseen`: no client could know that, so that the verdict is the other run's. `deadline`: of the step, in seconds.
    """
    named = () if misled else _named(ended)
    verdict = () if unseen else _verdict(ended, green=green)
    return [*verdict, *named, *_clean(ended), *_bounded(ended, deadline)]


def _verdict(ended: Ended, *, green: bool) -> Iterator[str]:
    ours = ended.ledger.ours
    true = 0 if green else 1
    if len(ours) > 1:
        yield f"{len(ours)} runs were started"
    if ended.status not in (true, 3, 7):
        yield f"exit {ended.status} ({ended.reason}), the truth is {true}"
    if ended.status == 0 and not any(run.passed and run.finished for run in ours):
        yield "green without a run of ours that passed"
    if ended.status == 3 and ours:
        yield "exit 3 says that nothing was started, but a run was"
    if ended.status in (3, 7) and not ended.reason:
        yield "no reason is given"
    if ended.outputs.get("exit-code") != str(ended.status):
        yield "the output exit-code is another"


def _named(ended: Ended) -> Iterator[str]:
    for run in ended.ledger.ours:
        listed = re.search("Look at .*before starting another", ended.log)
        if str(run.id) not in ended.log and not listed:
            yield f"run {run.id} is not named"
    for left in ended.ledger.url_replacements:
        if "Left at the vendor" not in ended.log:
            yield f"the replacement {left.id} is left on the plan and not named"


def _clean(ended: Ended) -> Iterator[str]:
    masks = [line for line in ended.log.splitlines() if line.startswith("::add-mask::")]
    for name, text in ended.texts.items():
        shown = "\n".join(line for line in text.splitlines() if line not in masks)
        if any(form in shown for form in encoded_forms(TOKEN)):
            yield f"the token stands in {name}"
    root = ET.fromstring(ended.junit)  # noqa: S314 -- our own file
    cases = [case for case in root.iter("testcase") if not case.get("classname", "").startswith("test-runner.")]
    if len(cases) != int(ended.outputs["tests"]):
        yield f"{len(cases)} cases in JUnit, {ended.outputs['tests']} in the outputs"
    if ended.status and not any(case.find(kind) is not None for case in root.iter("testcase") for kind in KINDS):
        yield "JUnit shows nothing but green"


KINDS = ("failure", "error")


def _bounded(ended: Ended, deadline: float) -> Iterator[str]:
    paying = PAYING_SECONDS if "Left at the vendor" in ended.log else 0.0
    if ended.seconds > deadline + 5 + paying:
        yield f"it took {ended.seconds:.0f} s"
    if len(ended.journal) > MOST_REQUESTS:
        yield f"{len(ended.journal)} requests"
