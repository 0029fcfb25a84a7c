"""The page: what a person sees first, and that no vendor's text means anything in it (threat T5)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.markdown import fenced, in_html, inline
from core.model import Build, Outcome, TestCase, TestReport, TestSuite, count
from core.writers.summary import LARGEST, write_summary
from tests.ci.hostile import HOSTILE, a_case, a_report, a_result

BUILD = Build(ci="github", step="e2e", commit="0123456789abcdef", branch="main")
READER = MarkdownIt("gfm-like", {"linkify": False}).disable("linkify")


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def page(report: TestReport, status: int = 1, text: str = "x") -> str:
    return "".join(write_summary(report, a_result(text, status=status), BUILD))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_brings_no_element_that_plain_text_does_not_bring(text: str) -> None:
    def elements(of: str) -> set[tuple[str, str]]:
        found = page(a_report(of, failed=2, errored=1), text=of)
        return {
            (token.type, re.sub("&#[0-9]+;|[^<>/!-]", "", token.content) if "html" in token.type else "")
            for token in tokens(found)
        }

    plain = elements("plain") | elements("a line\nand another") | {("html_inline", "<!---->"), ("text_special", "")}
    assert elements(text) <= plain | {("softbreak", ""), ("hardbreak", "")}
    links = {str(token.attrs["href"]) for token in tokens(page(a_report(text), text=text)) if token.type == "link_open"}
    assert all(link.startswith("https://vendor.example/") for link in links)


@given(text=st.text(max_size=60))
def test_any_text_in_a_line_is_shown_as_it_is(text: str) -> None:
    (paragraph,) = [token for token in READER.parse(f"x {inline(text)}") if token.type == "inline"]
    shown = "".join(child.content for child in paragraph.children or () if child.type != "html_inline")
    kinds = {child.type for child in paragraph.children or ()}
    assert kinds <= {"text", "text_special", "html_inline"}
    assert [c.content for c in paragraph.children or () if c.type == "html_inline"] == ["<!-- -->"] * shown.count("@")
    assert shown.split() == ["x", *inline_words(text)]


def inline_words(text: str) -> list[str]:
    from core.sanitize import defuse  # noqa: PLC0415 -- what is shown is the defused text

    return defuse(text).split()


@given(text=st.text(alphabet="`~\n ab<", max_size=40))
def test_no_text_leaves_its_fence(text: str) -> None:
    found = READER.parse(f"{fenced(text)}\nafter\n")
    assert found[0].type == "fence"
    assert found[0].content.strip("\n") == text.strip("\n")
    assert sum(token.type == "fence" for token in found) == 1


@given(text=st.text(max_size=60))
def test_any_text_inside_html_is_text(text: str) -> None:
    found = in_html(text)
    assert not set(found) & set("<>\"'`*[\\")
    assert unescape(found).split() == inline_words(text)


@pytest.mark.parametrize(
    "address", ["www.evil.test", "WWW.evil.test", "https://evil.test/x", "a@evil.test", "@octocat"]
)
def test_nothing_is_left_that_github_would_link_by_itself(address: str) -> None:
    assert re.search(r"(?i)www\.|[^\\]://|@\w", inline(address)) is None


def test_failures_come_first_and_errors_after_them() -> None:
    text = page(a_report("plain", failed=1, errored=1, passed=3))
    assert text.index("| failed |") < text.index("| errored |")
    assert "### 2 cases did not pass" in text
    assert "commit 0123456789 on main" in text
    assert text.startswith("## ❌ plain: failed\n")


def test_a_green_run_is_short() -> None:
    text = page(a_report("plain", failed=0, warnings=0), status=0)
    assert text.startswith("## ✅ plain: passed\n")
    assert "did not pass" not in text
    assert len(text.splitlines()) < 12


def test_a_huge_report_stays_under_its_cap_says_what_is_cut_and_changes_no_count() -> None:
    long = "\N{HANGUL SYLLABLE GA}" * 900
    cases = [
        replace(a_case(f"{number} {long}", Outcome.FAILED), message=long, details=long * 3) for number in range(3000)
    ]
    suite = TestSuite(name=long, cases=cases, timestamp="")
    text = page(replace(a_report(), suites=[suite], totals=count([suite])))
    assert len(text.encode()) <= LARGEST
    shown = re.search(r"_Showing (\d+) of 3000: report.json has all of them._", text)
    assert shown
    assert text.count("\n| failed |") == int(shown[1]) < 3000
    assert "_Further details are in report.json._" in text
    assert "| 3000 | 0 | 3000 | 0 | 0 | 0 |" in text


def test_the_cases_for_a_person_to_review_are_listed() -> None:
    case = TestCase(name="Sign in", classname="Autify", outcome=Outcome.PASSED, needs_review=True)
    suite = TestSuite(name="s", cases=[case], timestamp="")
    report = replace(a_report(failed=0), suites=[suite], totals=count([suite]), warnings=("1 case needs a review.",))
    assert "### To be reviewed by a person\n\n- Sign in (Autify)\n" in page(report, status=0)
