"""TeamCity's messages: any text comes through them, and what a build shows is what happened."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ci.service_messages import escape, service_message
from core.model import Conclusion
from tests.ci.hostile import HOSTILE, SECRET, Folder, Screen, a_ci, a_report, a_result, publish
from tests.readers.teamcity import Message, ServiceMessageError, read_messages, unescape

PIECES = st.sampled_from(
    ["|", "'", "[", "]", "\n", "\r", "|n", "|0x1234", "##teamcity[", "한", "👩", "\u2028", "\x85", " "]
)
TEXT = st.lists(st.one_of(PIECES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))).map("".join)


@settings(deadline=None)  # the machine may be busy
@given(text=TEXT, other=TEXT)
def test_any_text_comes_through_a_message_on_one_line_of_ascii(text: str, other: str) -> None:
    line = service_message("message", text=text, name=other)
    assert read_messages(line) == [Message("message", {"text": text, "name": other})]
    assert line.isascii()
    assert not {"\n", "\r"} & set(line)


def test_escapes_are_those_of_the_documentation() -> None:
    assert escape("a|b'c\nd\re[f]g\u00fc😀") == "a||b|'c|nd|re|[f|]g|0x00fc|0xd83d|0xde00"
    assert unescape("|x|l|p|'") == "\x85\u2028\u2029'"


@pytest.mark.parametrize("log", ["##teamcity[]", "##teamcity[message text='a]", "##teamcity[message text='a' 'b']"])
def test_the_reader_takes_no_broken_message(log: str) -> None:
    with pytest.raises(ServiceMessageError):
        read_messages(log)


def _published(text: str = "x", *, status: int = 1, conclusion: Conclusion | None = None) -> list[Message]:
    out = Screen()
    ci = a_ci("teamcity", out)
    ci.outputs({"junit": "test-results/test-runner/autify/junit.xml"}, Folder().leave)
    result = a_result(text, status=status)
    if conclusion:
        result = replace(result, conclusion=conclusion)
    publish(ci, a_report(text), result, summary=iter([]), annotations=8)
    return [each for each in read_messages(out.getvalue()) if each.name != "setParameter"]


def test_a_red_step_is_one_build_problem_with_the_same_identity_in_every_build_and_its_results_are_imported() -> None:
    problem, results = _published()
    assert problem.name == "buildProblem"
    assert problem.attributes["description"].startswith("autify: failed. The vendor says x.")
    assert problem.attributes["identity"] == "test-runner-autify"
    assert results == Message("importData", {"type": "junit", "path": "test-results/test-runner/autify/junit.xml"})


def test_two_steps_of_one_vendor_in_a_build_are_two_problems() -> None:
    found = []
    for folder in ("out/web", "out/mobile", "out/web/"):
        out = Screen()
        ci = a_ci("teamcity", out, vendor="v" * 50, results_dir=folder)
        ci.publish(a_report(), a_result(), annotations=8)
        found += [each.attributes["identity"] for each in read_messages(out.getvalue()) if each.name == "buildProblem"]
    assert found[0] == found[2] != found[1]
    assert all(len(each) <= 60 for each in found)


def test_a_green_step_is_no_problem_and_one_that_only_does_not_gate_is_a_warning() -> None:
    assert [each.name for each in _published(status=0)] == ["importData"]
    warning, _ = _published(status=0, conclusion=Conclusion.TIMED_OUT)
    assert (warning.name, warning.attributes["status"]) == ("message", "WARNING")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_makes_a_problem_longer_than_teamcity_takes_or_shows_a_secret(text: str) -> None:
    problem, _ = _published(text)
    assert len(problem.attributes["description"]) <= 4000
    assert SECRET not in problem.attributes["description"]


def test_an_output_is_a_parameter_once_and_refers_to_no_other_parameter() -> None:
    out = Screen()
    ci = a_ci("teamcity", out)
    url = "https://v.example/%env.SECRET%"
    ci.outputs({"run-url": url, "run-id": ""}, Folder().leave)
    ci.outputs({"run-url": url, "tests": "3"}, Folder().leave)
    assert [each.attributes for each in read_messages(out.getvalue())] == [
        {"name": "env.TESTRUN_RUN_URL", "value": "https://v.example/%%env.SECRET%%"},
        {"name": "env.TESTRUN_RUN_ID", "value": ""},
        {"name": "env.TESTRUN_TESTS", "value": "3"},
    ]


def test_a_block_is_closed_under_its_own_name_whatever_happens_in_it() -> None:
    out = Screen()
    with pytest.raises(RuntimeError), a_ci("teamcity", out).group("Start ['x']"):
        raise RuntimeError
    assert read_messages(out.getvalue()) == [
        Message("blockOpened", {"name": "Start ['x']"}),
        Message("blockClosed", {"name": "Start ['x']"}),
    ]
