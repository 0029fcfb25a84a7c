"""The command as words, and the environment without what is ours."""

import base64
import json
from urllib.parse import quote

import pytest

from core.child import environment_without, looks_like_shell, split, unfilled
from core.errors import BadInputError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pytest -q", ["pytest", "-q"]),
        ("  mvn\n\t test\\ it 'a b'\n", ["mvn", "test it", "a b"]),
        ("""x "a 'b' $c" '' d"e"f #g""", ["x", "a 'b' $c", "", "def", "#g"]),
        ("a && b|c", ["a", "&&", "b|c"]),
        ("a \\\n  -b \\\r\n 'c\\\nd' \"e\\\nf\" g\\\nh", ["a", "-b", "c\\\nd", "ef", "gh"]),
        (r"'C:\x y' a\\b", [r"C:\x y", r"a\b"]),
    ],
)
def test_words_are_those_of_a_shell(text: str, words: list[str]) -> None:
    assert split(text) == words


def test_on_windows_a_backslash_is_a_part_of_a_path() -> None:
    assert split(r'"C:\Program Files\x.exe" C:\a\b \\server\c', windows=True) == [
        r"C:\Program Files\x.exe",
        r"C:\a\b",
        r"\\server\c",
    ]


@pytest.mark.parametrize("text", ["", " \n", "''", "pytest 'open", 'pytest "open', "pytest \\", "a\0b"])
def test_what_is_no_command_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="command"):
        split(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a && b", "a || b", "a | b", "a; b", "a ; b", "a &", "a > b", "a >b", "a 2>/dev/null", "a 2>&1", "A=b c"),
        *("a u;b", "a u&&b", "a u &&b", "a u ;b", "a u|b", "a `b`", "a $(b)", "a -Dx=all;b", "a <b", "a -x=$(b)"),
        *("a 'x y';b", 'a "x y"&&b', "curl http://h/?a=1&b=2"),
    ],
)
def test_who_seems_to_want_a_shell_is_told(text: str) -> None:
    assert "no shell reads it" in looks_like_shell(text)
    assert "no shell reads it" in looks_like_shell(text, windows=True)


@pytest.mark.parametrize("text", ["sh a\nsh b\n", "a\r\nb", "a \\\\\nb", "a \\\n\nb", "a 'x'\n-b"])
def test_of_several_lines_none_is_an_argument_of_the_first(text: str) -> None:
    assert "holds several lines" in looks_like_shell(text)
    assert "holds several lines" in looks_like_shell(text, windows=True)


@pytest.mark.parametrize("text", ["\n a b \n\n", "sh -ec 'a\nb'\n", 'a "b\nc"', "a \\\n -b \\\r\n -c", "a\\\n"])
def test_one_command_may_go_on_in_the_next_line(text: str) -> None:
    assert looks_like_shell(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("pytest -q", "bash -c 'a && b | c > d'", "mvn -Dx=y", "./x=y", "a 'b' '&&' c", 'a "|" b', r"a \| b"),
        *(
            "curl 'http://h/?a=1&b=2'",
            r"a \$\(b\)",
            "pytest -k 'a or b; c'",
            """x='a && b' c""".replace("x=", "-x="),
            "a b=c",
        ),
    ],
)
def test_who_does_not_is_not(text: str) -> None:
    assert looks_like_shell(text) == ""


def test_the_word_that_no_shell_reads_is_named_as_it_is_written() -> None:
    told = looks_like_shell("a 'x y'=\"z\";b c")
    assert told.startswith("""holds '\\'x y\\'="z";b', and no shell reads it""")
    assert "sh -ec '…'" in told


@pytest.mark.parametrize("word", ["$HOME", "${HOME}", "-Dx=$HOME", "--a=b=${C_1}"])
def test_a_variable_that_nobody_fills_in_is_told(word: str) -> None:
    assert f"hands {word!r} on as it is" in unfilled(["a", word, "$B"])


@pytest.mark.parametrize("word", ["Outer$Inner", "$(x)", "$1", "$", "a $B", "b"])
def test_other_dollars_are_no_variables(word: str) -> None:
    assert unfilled(["$A", word]) == ""


def test_the_environment_lacks_what_is_ours_and_our_secrets() -> None:
    token = "s3cret-token"
    kept = {"PATH": "/usr/bin", "INPUTRC": "x", "GITHUB_SHA": "1", "GITHUB_STEP_SUMMARY": "/s", "SHORT": "abcd"}
    kept |= {"TESTRUN_HOST_ID": "7"}  # an output of an earlier step
    ours = {
        "INPUT_TOKEN": token,
        "INPUT_RUN-ID": "7",
        "TEST_RUNNER_NAME": "n",
        "test_runner_token": token,
        "PLUGIN_PASSWORD": "another",
        "TESTRUN_SCRIPT_PYTHON": "python3",
        "TESTMO_TOKEN": token,
        "QTEST_TOKEN": "of another vendor, and not used",
        "ATS_API_TOKEN": "$(ATS_API_TOKEN)",  # as Azure leaves it where the pipeline has no such variable
        "COPY": f"Bearer {token}",
        "ABC": "abc",
        "GITHUB_OUTPUT": "/o",
        "GITHUB_STATE": "/o",
        "ACTIONS_RUNTIME_TOKEN": "t",
    }
    assert environment_without({**kept, **ours}, [token, "abc", ""]) == kept


def test_the_environment_lacks_our_secrets_in_encoded_forms_too() -> None:
    token = "s3cret/token+"
    kept = {"PATH": "/usr/bin", "A": base64.b64encode(b"user:another").decode(), "B": "https://h/?t=tok%2Fen"}
    ours = {
        "BASIC": "Basic " + base64.b64encode(f"user:{token}".encode()).decode(),
        "ADDRESS": f"https://h/?t={quote(token, safe='')}",
        "JSON": json.dumps(json.dumps({"token": token})),
        "HEX": token.encode().hex(),
    }
    assert environment_without({**kept, **ours}, [token]) == kept
