"""What stands inside a case: complaints, properties, outputs and the directives in them, however long."""

from pathlib import Path

from core.junit_read import (
    Complaint,
    Directive,
    JUnitCase,
    JUnitFile,
    Limits,
    Output,
    Property,
    as_test_case,
)
from core.model import Outcome, TestCase


def cases(folder: Path, inside: str, *, limits: Limits | None = None) -> list[JUnitCase]:
    path = folder / "junit.xml"
    path.write_text(f'<testsuite name="s">{inside}</testsuite>', encoding="utf-8")
    return list(JUnitFile(str(path), limits=limits))


def output(folder: Path, text: str, *, limits: Limits | None = None) -> Output:
    body = f"<testcase name='a'><system-out><![CDATA[{text}]]></system-out></testcase>"
    return cases(folder, body, limits=limits)[0].outputs[0]


def test_a_case_has_all_that_the_file_says_of_it(tmp_path: Path) -> None:
    (case,) = cases(
        tmp_path,
        '<testcase name="a" classname="b" file="c.py" line="12" assertions="3" time="2">'
        '<properties><property name="p" value="v"/><property name="q">on\ntwo lines</property><property name="r"/>'
        "</properties><failure message='m' type='T'>one<b>two</b><![CDATA[three]]></failure>"
        "<system-out>out</system-out><system-err>err</system-err><system-out>more</system-out></testcase>",
    )
    assert (case.file, case.line, case.whole("assertions"), case.seconds) == ("c.py", 12, 3, 2.0)
    assert case.properties == (
        Property(name="p", value="v"),
        Property(name="q", value="on\ntwo lines", is_text=True),
        Property(name="r", value="", is_text=True),
    )
    assert case.complaints == (Complaint(kind="failure", message="m", type="T", text="onetwothree"),)
    assert case.outputs == (
        Output(is_error=False, text="out"),
        Output(is_error=True, text="err"),
        Output(is_error=False, text="more"),
    )
    assert not case.ours
    assert not case.left_out


def test_numbers_that_are_none_are_none(tmp_path: Path) -> None:
    for line in ("-1", "1.5", "x", "", "9" * 30, "١"):
        assert cases(tmp_path, f'<testcase line="{line}"/>')[0].line is None


def test_a_further_attempt_keeps_its_trace_and_not_its_output(tmp_path: Path) -> None:
    (case,) = cases(
        tmp_path,
        "<testcase><flakyFailure message='m'><stackTrace>trace</stackTrace><system-out>no</system-out><x>yes</x>"
        "</flakyFailure><system-out>own</system-out></testcase>",
    )
    assert case.complaints == (Complaint(kind="flakyFailure", message="m", type="", text="traceyes"),)
    assert case.outputs == (Output(is_error=False, text="own"),)


def test_a_suite_has_what_stands_beside_its_cases(tmp_path: Path) -> None:
    (case,) = cases(
        tmp_path,
        "<properties><property name='p' value='v'/></properties><testcase/><system-err>late</system-err>",
    )
    assert case.suite.properties == [Property(name="p", value="v")]
    assert case.suite.outputs == [Output(is_error=True, text="late")]


def test_the_root_is_known(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text('<testsuites time="12.5"><testsuite name="s" time="1"><testcase/></testsuite></testsuites>')
    file = JUnitFile(str(path))
    (case,) = file
    assert file.root is not None
    assert (file.root.seconds, case.suite.seconds) == (12.5, 1.0)


def test_a_report_gets_the_complaint_that_decides_first_and_then_the_others(tmp_path: Path) -> None:
    found = cases(
        tmp_path,
        "<testcase name='a' classname='k' time='1'><failure message='f'>ft</failure><error message='e'>et</error>"
        "<properties><property name='p' value='v'/></properties></testcase>"
        "<testcase name='b'><flakyFailure message='f'/></testcase>"
        "<testcase name='c'><skipped message='why'/></testcase>",
    )
    assert [as_test_case(case) for case in found] == [
        TestCase(
            name="a",
            classname="k",
            outcome=Outcome.ERRORED,
            seconds=1.0,
            message="e",
            details="et\n\nft",
            properties=(("p", "v"),),
        ),
        TestCase(name="b", classname="s", outcome=Outcome.PASSED, flaky=True),
        TestCase(name="c", classname="s", outcome=Outcome.SKIPPED, message="why"),
    ]


def test_of_several_complaints_a_report_has_the_texts_of_all(tmp_path: Path) -> None:
    several = (
        "<failure message='1 == 2'>CHECK( 1 == 2 )\nat a.cpp:5</failure><failure message='1 == 3'>at a.cpp:6</failure>"
    )
    for inside, message, details in (
        (several, "1 == 2", "CHECK( 1 == 2 )\nat a.cpp:5\n\n1 == 3\nat a.cpp:6"),
        ("<failure message='m1'/><failure message='m2'/><failure/>", "m1", "m2"),
        ("<skipped message='TEST_CASE tagged with !mayfail'/><failure message='m'>t</failure>", None, "m\nt"),
        ("<failure>a</failure><rerunFailure>b</rerunFailure>", "", "a"),
    ):
        (case,) = cases(tmp_path, f"<testcase name='a'>{inside}</testcase>")
        found = as_test_case(case)
        assert found.message == ("TEST_CASE tagged with !mayfail" if message is None else message)
        assert found.details.strip() == details


def test_the_texts_of_many_complaints_are_bounded(tmp_path: Path) -> None:
    failure = f"<failure>{'x' * 50_000}</failure>"
    (case,) = cases(tmp_path, f"<testcase name='a'>{failure * 9}</testcase>")
    assert 65_536 < len(case.details) < 65_700


def test_directives_are_taken_out_of_the_output(tmp_path: Path) -> None:
    found = output(
        tmp_path,
        "before\n  [[ATTACHMENT|https://ci/shot[1].png]]\nbetween [[ATTACHMENT|not at the start]]\n"
        "[[ATTACHMENT|a.png]] [[ATTACHMENT|b[2]]] and more\n"
        "[[PROPERTY|browser=fire=fox]]\n[[PROPERTY|log]]\nline 1\n[[ATTACHMENT|inside]]\n[[/PROPERTY]]\r\n"
        "[[STEP|opens]]\n[[STEP[failure]|pays]]\n[[UNKNOWN|x]]\n[[ATTACHMENT]]\n[[ATTACHMENT|never closed\nafter",
    )
    assert found.directives == (
        Directive(kind="ATTACHMENT", name="", value="https://ci/shot[1].png"),
        Directive(kind="ATTACHMENT", name="", value="a.png"),
        Directive(kind="ATTACHMENT", name="", value="b[2]"),
        Directive(kind="PROPERTY", name="browser", value="fire=fox"),
        Directive(kind="PROPERTY", name="log", value="line 1\n[[ATTACHMENT|inside]]", is_text=True),
        Directive(kind="STEP", name="", value="opens"),
        Directive(kind="STEP", name="failure", value="pays"),
    )
    assert found.text == (
        "before\nbetween [[ATTACHMENT|not at the start]]\n and more\n[[UNKNOWN|x]]\n[[ATTACHMENT]]\n"
        "[[ATTACHMENT|never closed\nafter"
    )


def test_a_block_that_is_never_closed_is_text(tmp_path: Path) -> None:
    text = "a\n[[PROPERTY|log]]\nline 1\nline 2"
    assert output(tmp_path, text) == Output(is_error=False, text=text)


def test_directives_are_found_wherever_a_piece_of_the_file_ends(tmp_path: Path) -> None:
    for shift in range(90):
        filler = "x" * (65_536 - 100 + shift)
        found = output(
            tmp_path,
            f"{filler}\n  [[PROPERTY|k]]\nvalue\n[[/PROPERTY]]\n[[ATTACHMENT|a]]\nend",
            limits=Limits(kept=1 << 18),
        )
        assert found.directives == (
            Directive(kind="PROPERTY", name="k", value="value", is_text=True),
            Directive(kind="ATTACHMENT", name="", value="a"),
        )
        assert found.text == f"{filler}\nend"


def test_of_a_long_text_the_beginning_and_the_end_are_kept(tmp_path: Path) -> None:
    text = "".join(f"{number:09}\n" for number in range(20_000))
    found = output(tmp_path, text, limits=Limits(kept=1_000))
    assert found.text == f"{text[:500]}\n\n[... 199000 characters are left out here ...]\n\n{text[-500:]}"
    assert found.left_out == 199_000
    (case,) = cases(tmp_path, f"<testcase><failure>{text}</failure></testcase>", limits=Limits(kept=1_000))
    assert (case.complaints[0].text, case.complaints[0].left_out) == (found.text, 199_000)


def test_a_directive_in_the_part_that_is_left_out_is_found(tmp_path: Path) -> None:
    filler = "filler\n" * 30_000
    found = output(tmp_path, f"{filler}[[ATTACHMENT|a]]\n{filler}", limits=Limits(kept=100))
    assert [each.value for each in found.directives] == ["a"]


def test_of_too_many_parts_the_first_are_kept_and_the_outcome_is_right(tmp_path: Path) -> None:
    many = "<rerunFailure/>" * 5 + "<failure/>" + "<property name='p' value='v'/>" * 7
    (case,) = cases(tmp_path, f"<testcase>{many}</testcase>", limits=Limits(parts=3))
    assert case.outcome is Outcome.FAILED
    assert (len(case.complaints), len(case.properties), case.left_out) == (3, 3, 7)
    (case,) = cases(tmp_path, f"<testcase>{'<flakyFailure/>' * 9}<error/></testcase>", limits=Limits(parts=3))
    assert case.outcome is Outcome.ERRORED
