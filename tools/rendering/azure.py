"""Azure's templates: the parameters, the environment and the names for the image, between marks in azure-pipelines/."""

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from core.inputs.settings import FAILURES
from core.vendors import RECORDERS, VENDORS
from tools.rendering.inputs import Input, inputs

NAMES = ("test-runner.yml", "test-runner-host.yml")


def templates(root: Path) -> Iterator[tuple[Path, str]]:
    """Each template: (path, text)."""
    for name in NAMES:
        path = root / "azure-pipelines" / name
        yield path, with_inputs(path.read_text(encoding="utf-8"))


def with_inputs(text: str) -> str:
    """The template with what stands between `# <parameters>` and `# </parameters>`, and so on, made anew."""
    marks = {
        "parameters": [line for item in inputs() for line in _parameter(item)],
        "env": [*(line for item in inputs() for line in _variable(item)), *_usual_variables(), *_with_issues()],
        "secrets": wrap(" ".join(_conditions()), 108),
    }
    for name, lines in marks.items():
        text = _between(text, name, lines)
    return text


def parameter(name: str) -> str:
    """The name of an input as Azure can write it after a dot: `project-id` is projectId."""
    first, *others = name.split("-")
    return first + "".join(part.capitalize() for part in others)


def _between(text: str, name: str, lines: list[str]) -> str:
    def anew(found: "re.Match[str]") -> str:
        indent, start, end = found.groups()
        return f"{indent}{start}" + "".join(f"{indent}{line}\n" for line in lines) + f"{indent}{end}"

    return re.sub(rf"(?ms)^( *)(# <{name}>[^\n]*\n).*?^ *(# </{name}>)", anew, text)


def _is_secret(item: Input) -> bool:
    return any(each.option.kind.secret for each in item.variants)


def _variable_name(item: Input) -> str:
    return "TEST_RUNNER_" + item.name.upper().replace("-", "_")


def _parameter(item: Input) -> list[str]:
    """No default but the empty text: it would beat the pipeline's own variable TEST_RUNNER_NAME."""
    vendors = f" (vendor: {', '.join(item.vendors)})" if item.vendors and len(item.variants) == 1 else ""
    lines = wrap(item.sentence + vendors, 110, initial_indent="# ", subsequent_indent="# ")
    if item.name == "vendor":
        rest = f"values: [{', '.join(VENDORS)}]"
    elif _is_secret(item):
        lines.append(f"# Name a secret variable, such as $({_variable_name(item)}), never the secret itself.")
        rest = f"default: $({_variable_name(item)})"
    else:
        kinds = [each.option.kind for each in item.variants]
        closed = all(kind.flag or kind.name.startswith("one of") for kind in kinds)
        words = dict.fromkeys(word for kind in kinds for word in kind.choices)
        if all(kind.flag for kind in kinds):
            words |= {word.capitalize(): None for word in words}  # what Azure makes of a boolean of the pipeline's own
        rest = "default: ''" + (f", values: ['', {', '.join(map(_word, words))}]" if closed else "")
    return [*lines, f"- {{name: {parameter(item.name)}, type: string, {rest}}}"]


def _word(text: str) -> str:
    """Quoted where YAML would read something else than a text."""
    return repr(text) if text.lower() in ("true", "false") else text


def _variable(item: Input) -> list[str]:
    """Only what is given is set, so that a variable of the pipeline stays; a secret variable must be mapped.

    A token that the step itself names is this vendor's, whatever the vendor's own variable holds: the script makes
    INPUT_TOKEN of it. Named so here it would never arrive: azure-pipelines-task-lib, which runs the script, takes every
    INPUT_… out of the environment (its internal.ts, _loadData).
    """
    value = f"{_variable_name(item)}: ${{{{ parameters.{parameter(item.name)} }}}}"
    if item.name == "token":
        usual = f"parameters.token, '$({_variable_name(item)})'"
        named = "TESTRUN_SCRIPT_TOKEN: ${{ parameters.token }}"
        return [f"${{{{ if eq({usual}) }}}}:", f"  {value}", f"${{{{ if ne({usual}) }}}}:", f"  {named}"]
    if item.name == "vendor" or _is_secret(item):
        return [value]
    return [f"${{{{ if ne(parameters.{parameter(item.name)}, '') }}}}:", f"  {value}"]


def _usual_variables() -> Iterator[str]:
    """The vendors' own secret variables, each where it may be asked for."""
    together: dict[str, list[str]] = {}  # no key may stand there twice
    for variable, conditions in _conditions().items():
        condition = conditions[0] if len(conditions) == 1 else f"or({', '.join(conditions)})"
        together.setdefault(condition, []).append(variable)
    for condition, variables in together.items():
        yield f"${{{{ if {condition} }}}}:"
        yield from (f"  {variable}: $({variable})" for variable in variables)


def _conditions() -> dict[str, list[str]]:
    """When each of the usual variables is looked at."""
    found: dict[str, list[str]] = {}
    recorders = {f"{name}-": f"eq(parameters.recordTo, '{name}')" for name in RECORDERS}
    for item in inputs():
        recorder = next((text for prefix, text in recorders.items() if item.name.startswith(prefix)), "")
        for each in item.variants:
            asked = [recorder] if recorder else [f"eq(parameters.vendor, '{vendor}')" for vendor in each.vendors]
            for variable in each.option.environment:
                found[variable] = list(dict.fromkeys([*found.get(variable, []), *asked]))
    return found


def _with_issues() -> list[str]:
    words = " ".join(word for word in FAILURES if word != "failed")
    condition = "and(eq(parameters.onTestFailure, 'issues'), eq(parameters.failOn, ''))"
    return [f"${{{{ if {condition} }}}}:", f"  TEST_RUNNER_FAIL_ON: {words}"]
