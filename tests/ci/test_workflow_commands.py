import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ci.workflow_commands import command, fit, heredoc
from core.errors import OutputError
from tests.readers.github_runner import parse_v2, read_file_commands, read_log

PIECES = st.sampled_from(
    ["%", "%25", "%0A", "\r", "\n", ":", "::", ",", "=", ";", "]", "##[error]", "EOF", "<<", "\u2028", " "]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=8))).map("".join)
NAME = st.from_regex("[a-z][a-z0-9-]{0,15}", fullmatch=True)
DELIMITER = "ghadelimiter_0123456789abcdef"


@given(data=TEXT, title=TEXT, file=TEXT)
def test_any_text_comes_through_the_data_and_the_properties_of_a_command(data: str, title: str, file: str) -> None:
    line = command("error", data, title=f"T {title}.", file=f"F {file}.", code="")
    commands, shown = read_log(line)
    assert shown == []
    assert [(c.name, c.data, c.properties) for c in commands] == [
        ("error", data, {"title": f"T {title}.", "file": f"F {file}."})
    ]
    assert parse_v2(line) == commands[0]


def test_empty_properties_are_left_out() -> None:
    assert command("error", "x", title="", file="a") == "::error file=a::x"
    assert command("error", "", title="") == "::error::"


@given(values=st.dictionaries(NAME, st.one_of(TEXT, st.just(f"{DELIMITER[:-1]}0\nx"), st.just("a\nEOF\nb=c\n"))))
def test_any_text_comes_through_an_output_file(values: dict[str, str]) -> None:
    text = "".join(heredoc(name, value, DELIMITER) for name, value in values.items())
    assert read_file_commands(text) == values


@pytest.mark.parametrize("value", [DELIMITER, f"x\n{DELIMITER}\nconclusion=passed", f"x{DELIMITER}"])
def test_a_value_that_holds_the_delimiter_is_refused(value: str) -> None:
    with pytest.raises(OutputError, match="its own delimiter"):
        heredoc("word", value, DELIMITER)


@pytest.mark.parametrize("name", ["", "A", "a b", "a=b", "a<<b", "a\n", "a\rb", "-a", "1", "ü", "a_b"])
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match="no name for an output"):
        heredoc(name, "x", DELIMITER)


@given(text=st.text(max_size=30), limit=st.integers(2, 20))
def test_a_message_is_cut_where_dotnet_would_cut_it_but_never_inside_a_character(text: str, limit: int) -> None:
    cut = fit(text, limit)
    units = len(cut.encode("utf-16-le")) // 2
    assert units <= limit
    assert cut == text or (text.startswith(cut[:-1]) and cut[-1] == "…" and units >= limit - 1)
