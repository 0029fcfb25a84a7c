"""The expander itself, against examples from Azure's documentation."""

from typing import Any

import pytest

from tests.readers.azure_template import TemplateError, evaluate, expand

TEMPLATE = """
parameters:
  - {name: a, type: string, values: ['', one, two]}
  - {name: b, type: string, default: ''}
  - {name: c, type: boolean, default: 'true'}
steps:
  - ${{ if eq(parameters.a, 'ONE') }}:
      - bash: first ${{ parameters.b }}
  - ${{ elseif parameters.c }}:
      - bash: second
  - ${{ else }}:
      - bash: third
  - bash: last
    env:
      A: ${{ parameters.a }}${{ parameters.c }}
      ${{ if ne(parameters.b, '') }}:
        B: ${{ parameters.b }}
"""


@pytest.mark.parametrize(
    ("given", "first", "env"),
    [
        ({"a": "one", "b": "x\ny: $(z)"}, "first x\ny: $(z)", {"A": "oneTrue", "B": "x\ny: $(z)"}),
        ({"a": "two"}, "second", {"A": "twoTrue"}),
        ({"a": "", "c": "False"}, "third", {"A": "False"}),
    ],
)
def test_a_template_is_expanded(given: dict[str, str], first: str, env: dict[str, str]) -> None:
    assert expand(TEMPLATE, given) == [{"bash": first}, {"bash": "last", "env": env}]


@pytest.mark.parametrize(
    "given", [{}, {"a": "three"}, {"a": "one", "d": "x"}, {"a": "one", "c": "yes"}, {"a": "one", "b": ["x"]}]
)
def test_what_does_not_fit_the_parameters_starts_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        expand(TEMPLATE, given)


def test_a_key_that_comes_twice_is_refused() -> None:
    with pytest.raises(TemplateError, match="already"):
        expand("steps:\n  - bash: x\n    bash: y\n", {})
    with pytest.raises(TemplateError, match="already"):
        expand("steps:\n  - bash: x\n    ${{ if true }}:\n      bash: y\n", {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("coalesce(parameters.x, format('a/{0}', 'it''s'))", "a/it's"),
        ("and(eq(1, 1), or(false, not(eq(parameters['y'], 'Z'))))", False),
        ("coalesce('', 'b')", "b"),
    ],
)
def test_an_expression(text: str, value: object) -> None:
    assert evaluate(text, {"x": "", "y": "z"}) == value


@pytest.mark.parametrize("text", ["parameters.z", "nothing(1)", "eq(1, 1", "x", "'a' 'b'", "", "a-b", "parameters.a-b"])
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(TemplateError):
        evaluate(text, {"a": ""})
