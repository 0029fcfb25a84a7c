"""Files that want memory, time or other files: refused at once, within 50 MiB and without an answer to their wish."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.junit_read import JUnitError, JUnitFile, Limits, survey

ROOT = Path(__file__).parents[2]
# Run in a process of its own. Its ru_maxrss would also know of the process that started it: VmHWM does not.
PROGRAM = """
import sys
from core.junit_read import JUnitError, JUnitFile, survey
try:
    print(survey([JUnitFile(sys.argv[1])]).totals.tests)
except JUnitError as error:
    print(error.fact)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
DOCUMENTS = {
    "a billion laughs": f'<!DOCTYPE r [<!ENTITY a0 "ha">{LAUGHS}]><testsuite name="&a9;"/>',
    "quadratic": f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><testsuite>{"&a;" * 50_000}</testsuite>',
    "a file of this machine": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="&a;"/>',
    "a file by a parameter": '<!DOCTYPE r [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><testsuite/>',
    "an outside DTD": '<!DOCTYPE testsuite SYSTEM "http://127.0.0.1:9/x.dtd"><testsuite/>',
    "a bare DTD": "<!DOCTYPE testsuite><testsuite><testcase name='a'/></testsuite>",
    "defaults by a DTD": '<!DOCTYPE r [<!ATTLIST testcase name CDATA "a">]><testsuite><testcase/></testsuite>',
    "in UTF-16": '<!DOCTYPE r [<!ENTITY a "b">]><testsuite name="&a;"/>',
}


def run(path: Path) -> tuple[str, float]:
    """What a process of its own says of the file, and its peak in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    said, peak = done.stdout.splitlines()
    return said, int(peak) / 1024


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_dtd_is_refused_whatever_it_wants(name: str, tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_bytes(DOCUMENTS[name].encode("utf-16" if name == "in UTF-16" else "utf-8"))
    with pytest.raises(JUnitError, match="line 1, holds a DTD or an entity"):
        survey([JUnitFile(str(path))])


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ('<testsuite name="', "a tag or a comment of more than"),
        ("<testsuite><!--", "a tag or a comment of more than"),
        ("<testsuite><?x ", "a tag or a comment of more than"),
        ("<testsuite><testcase><failure>", "a <failure> of more than"),
        ("<testsuite><system-out>", "a <system-out> of more than"),
        ("<testsuite><testcase><system-out><![CDATA[", "a <system-out> of more than"),
    ],
)
def test_a_gigabyte_in_one_place_is_refused_in_little_memory(start: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    with path.open("wb") as file:
        file.write(start.encode())
        file.truncate(1 << 30)  # a hole, which reads as control characters
    answer, peak = run(path)
    assert said in answer
    assert peak < 25


def test_a_hundred_thousand_cases_take_no_more_memory_than_a_thousand(tmp_path: Path) -> None:
    peaks = []
    for count in (1_000, 100_000):
        path = tmp_path / f"{count}.xml"
        with path.open("w") as file:
            file.write("<testsuites>")
            for number in range(0, count, 10):
                file.write(
                    f'<testsuite name="s{number}"><properties><property name="p" value="{number}"/></properties>'
                )
                file.write(f'<testcase classname="c" name="n{number}"><failure>{"trace" * 50}</failure></testcase>')
                file.writelines(f'<testcase classname="c" name="n{number + n}"/>' for n in range(1, 10))
                file.write("</testsuite>")
            file.write("</testsuites>")
        said, peak = run(path)
        assert said == str(count)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 2


def test_one_suite_of_many_failures_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    cases = "".join(f'<testcase name="{number}"><failure/></testcase>' for number in range(60_000))
    path.write_text(f"<testsuite>{cases}</testsuite>")
    said, peak = run(path)
    assert said == "60000"
    assert peak < 20


_DIRECTIVE = f"[[PROPERTY|a={'x' * 60_000}]]\n"
_READ_ALL = PROGRAM.replace("survey([JUnitFile(sys.argv[1])]).totals.tests", "sum(1 for _ in JUnitFile(sys.argv[1]))")


@pytest.mark.parametrize(
    ("inside", "times"),
    [
        (f"<system-out>{_DIRECTIVE * 100}</system-out>", 24),
        (f"<failure>{'x' * 70_000}</failure>", 1_000),
        (f"<property name='a' value='{'x' * 60_000}'/>", 1_000),
    ],
    ids=["directives", "failures", "properties"],
)
@pytest.mark.parametrize("where", ["case", "suite"])
def test_what_one_case_or_suite_holds_is_bounded_in_all(inside: str, times: int, where: str, tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    with path.open("w") as file:
        file.write("<testsuite>" + ("<testcase name='a'>" if where == "case" else ""))
        for _ in range(times):
            file.write(inside)
        file.write("</testcase>" if where == "case" else "<testcase name='b'/>")
        file.write("</testsuite>")
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    said, peak = done.stdout.splitlines()
    assert int(said) >= 1
    assert int(peak) / 1024 < 50


def test_a_long_text_that_is_not_kept_any_more_is_refused_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    for tag in ("failure", "system-out", "property"):
        path.write_text(f"<testsuite><testcase><{tag}>{'x' * 300_000}</{tag}></testcase></testsuite>")
        with pytest.raises(JUnitError, match=f"a <{tag}> of more than 100000 characters"):
            survey([JUnitFile(str(path), limits=Limits(text=100_000))], keep=0)
        assert survey([JUnitFile(str(path))], keep=0).totals.tests == 1


def test_names_without_end_are_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    with path.open("w") as file:
        file.write("<testsuite>")
        file.writelines(f'<a{number} b{number}="c"/>' for number in range(1_000_000))
    answer, peak = run(path)
    assert "has more than 10000 different names" in answer
    assert peak < 25


def test_long_names_of_failed_cases_are_not_all_remembered(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    with path.open("w") as file:
        file.write("<testsuite>")
        for number in range(500):
            file.write(f'<testcase name="{number:0200000}"><failure/></testcase>')
        file.write("</testsuite>")
    said, peak = run(path)
    assert said == "500"
    assert peak < 35


def test_more_bytes_than_allowed_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text("<testsuite/>")
    with pytest.raises(JUnitError, match="has 12 bytes, more than 11"):
        list(JUnitFile(str(path), limits=Limits(size=11)))


def test_references_are_no_entities_however_many(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(f"<testsuite><testcase name='{'&lt;' * 20_000}'/></testsuite>")
    (case,) = JUnitFile(str(path))
    assert case.name == "<" * 20_000
