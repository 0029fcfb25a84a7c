"""No vendor's text means anything in the page (threat T5): read back by a reader of Markdown."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.model import Build, TestReport, TestSuite
from core.text.markdown import fenced, in_html, inline, link, prose
from core.text.sanitize import defuse
from core.text.wording import is_link
from core.writers.summary import write_summary
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
        return {(token.type, markup(token.content) if "html" in token.type else "") for token in tokens(found)}

    plain = elements("plain") | elements("a line\nand another") | {("html_inline", ""), ("text_special", "")}
    assert elements(text) <= plain | {("softbreak", "")}
    found = page(a_report(text), text=text)
    links = {str(token.attrs["href"]) for token in tokens(found) if token.type == "link_open"}
    assert all(link.startswith("https://vendor.example/") for link in links)


def markup(html: str) -> str:
    """The skeleton of raw HTML, without our own empty comments and without text."""
    return re.sub("<!-- -->|&#[0-9]+;|[^<>/!-]", "", html)


SIGNS = st.lists(st.sampled_from([*"`|\\<>[]()!*_~#@&:./-=+^ \nab1", "`token`", "www.", "http://", "<!--"])).map(
    "".join
)


def shown(markdown: str) -> tuple[str, set[str]]:
    """What a reader shows of one line, and the kinds of things it found in there."""
    (paragraph,) = [token for token in READER.parse(f"x {markdown}") if token.type == "inline"]
    children = paragraph.children or []
    assert {child.content for child in children if child.type == "html_inline"} <= {"<!-- -->"}
    text = "".join(child.content for child in children if child.type != "html_inline")
    return text, {child.type for child in children} - {"text", "text_special", "html_inline"}


@given(text=st.text(max_size=60) | SIGNS)
def test_any_text_in_a_line_is_shown_as_it_is(text: str) -> None:
    words, kinds = shown(inline(text))
    assert not kinds
    assert words.split() == ["x", *defuse(text).split()]


@given(text=st.text(max_size=60) | SIGNS)
def test_any_text_in_a_sentence_is_shown_as_it_is_but_for_names_between_backticks(text: str) -> None:
    words, kinds = shown(prose(text))
    assert kinds <= {"code_inline"}
    assert words.replace("`", "").split() == ["x", *defuse(text).replace("`", "").split()]


@pytest.mark.parametrize(
    "live",
    [
        *("*a*", "**a**", "_a_", "__a__", "~~a~~", "`a b`", "``a``", "[a](b)", "![a](b)", "<b>a</b>", "<https://a.b>"),
        *(
            "&lt;",
            "&#60;",
            "&copy;",
            "# a",
            "1. a",
            "1) a",
            "- a",
            "* a",
            "+ a",
            "> a",
            "---",
            "***",
            "a\n===",
            "a\n---",
        ),
        *("\\*a\\*", "a\\", "<!-- a -->", "</details>", "| a |\n|---|\n| b |", "```\na\n```", "    a", "[a]: b\n[a]"),
    ],
)
def test_nothing_that_markdown_knows_begins_at_the_start_of_a_line_or_inside(live: str) -> None:
    for markdown in (inline(live), prose(live)):
        found = READER.parse(f"{markdown}\n")
        assert [token.type for token in found] == ["paragraph_open", "inline", "paragraph_close"]
        children = [child for child in found[1].children or () if child.content != "<!-- -->"]
        assert {child.type for child in children} <= {"text", "text_special"}
        assert "".join(child.content for child in children).split() == defuse(live).split()


def test_the_name_of_an_input_shows_as_code() -> None:
    assert prose("Set `allow-empty: true`, not `a: *b*`.") == "Set `allow-empty: true`, not \\`a: \\*b\\*\\`."
    assert prose("Check the input `token`: <b> `a b`") == "Check the input `token`: &lt;b&gt; \\`a b\\`"


@given(text=st.text(alphabet="`~\n ab<", max_size=40))
@example("```\na")
@example("a\n`````\n```")
@example("~~~")
def test_no_text_leaves_its_fence(text: str) -> None:
    found = READER.parse(f"{fenced(text)}\nafter\n")
    assert found[0].type == "fence"
    assert found[0].content.strip("\n") == text.strip("\n")
    assert sum(token.type == "fence" for token in found) == 1


@given(text=st.text(max_size=60))
def test_any_text_inside_html_is_text(text: str) -> None:
    found = in_html(text)
    assert not set(found.replace("<!-- -->", "")) & set("<>\"'`*[\\")
    assert unescape(found.replace("<!-- -->", "")).split() == defuse(text).split()


@pytest.mark.parametrize(
    "address",
    ["www.evil.test", "WWW.evil.test", "https://evil.test/x", "a@evil.test", "@octocat", "o/r#12", "GHSA #7", ":bug:"],
)
def test_nothing_is_left_that_github_would_link_or_replace_by_itself(address: str) -> None:
    live = r"(?i)www\.|[^\\]://|@\w|#\d|:\w+:"
    assert re.search(live, f" {address}")
    assert re.search(live, f" {inline(address)}") is None
    assert re.search(r"@\w|#\d|:\w+:", unescape(in_html(address))) is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.test",
        "https://v.example/a b",
        "https://v.example/\n",
        "",
        "x",
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(url: str) -> None:
    assert not is_link(url)
    case = replace(a_case(), url=url)
    report = replace(a_report(), suites=[TestSuite(name="s", cases=[case], timestamp="")])
    assert [token.attrs["href"] for token in tokens(page(report)) if token.type == "link_open"] == [
        "https://vendor.example/runs/7"
    ]


def test_no_sign_in_an_address_ends_the_link_and_its_query_stays_as_it_is() -> None:
    (opened,) = [t for t in tokens(link("x", "https://v.example/?a=1&copy;=2&lt;)>](y)|`")) if t.type == "link_open"]
    assert unquote(str(opened.attrs["href"])) == "https://v.example/?a=1&copy;=2&lt;)>](y)|`"
