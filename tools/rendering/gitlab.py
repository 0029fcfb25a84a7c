"""GitLab's templates: the inputs in gitlab-ci/*.yml, and their copies in templates/, GitLab's place for components."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from core.inputs.options import Kind
from core.vendors import VENDORS
from tools.rendering.inputs import Input, inputs

NAMES = ("test-runner.yml", "test-runner-host.yml")
LONGEST_DESCRIPTION = 1024  # characters that GitLab takes
# Of this job alone, and of this leg of a matrix: GitLab unpacks the files of earlier jobs in the workspace, and uploads
# as this job's what lies where its reports are looked for, even where a `before_script` fails and nothing of ours runs.
RESULTS = "test-results/test-runner/$CI_JOB_NAME_SLUG"
# Where GitLab expands a variable in a path of reports, a space in it loses all of them, and the job stays as it is.
_RESULTS_ARE = rf"{RESULTS.replace('$', chr(92) + '$')}|[A-Za-z0-9._/-]+"
_COPY = "# Rendered from gitlab-ci/{name} by tools/render.py, for GitLab's components: do not edit.\n"


def templates(root: Path) -> Iterator[tuple[Path, str]]:
    """Each template and its copy: (path, text)."""
    for name in NAMES:
        source = root / "gitlab-ci" / name
        text = with_inputs(source.read_text(encoding="utf-8"))
        yield source, text
        yield root / "templates" / name, _COPY.format(name=name) + text


def with_inputs(text: str) -> str:
    """The template with what stands between `# <spec>` and `# </spec>`, and so on, made anew."""
    given = [item for item in inputs() if not _is_secret(item)]
    secrets = [f"#   {_variables(item)}" for item in inputs() if _is_secret(item)]
    text = _between(text, "spec", [line for item in given for line in _input(item)])
    results_last = sorted(given, key=lambda item: item.name == "results-dir")  # whose lines end as deep as the mark
    text = _between(text, "variables", [line for item in results_last for line in _variable(item)])
    return _between(text, "secrets", secrets)


def _is_secret(item: Input) -> bool:
    """GitLab can't expand a masked variable into an input: a secret is read from a variable of a fixed name."""
    return any(each.option.kind.secret for each in item.variants)


def _variables(item: Input) -> str:
    usual = dict.fromkeys(name for each in item.variants for name in each.option.environment)
    return " or ".join([_name(item), *usual])


def _name(item: Input) -> str:
    return "TEST_RUNNER_" + item.name.upper().replace("-", "_")


def _between(text: str, name: str, lines: list[str]) -> str:
    found = re.search(rf"(?s)\A(.*\n)( *)(# <{name}>[^\n]*\n)(?:.*\n)? *(# </{name}>.*)\Z", text)
    if found is None:
        raise ValueError(f"The template lacks `# <{name}>` and `# </{name}>`.")
    before, indent, start, end = found.groups()
    return before + indent + start + "".join(f"{indent}{line}\n" for line in lines) + indent + end


def _input(item: Input) -> list[str]:
    """One entry of `spec: inputs`. No default but the empty text: the job's variable would beat the user's own."""
    vendors = f" (vendor: {', '.join(item.vendors)})" if item.vendors and len(item.variants) == 1 else ""
    description = item.sentence + vendors
    if len(description) > LONGEST_DESCRIPTION:
        raise ValueError(f"The description of {item.name} is longer than GitLab takes.")
    folded = wrap(description, 110, initial_indent="    ", subsequent_indent="    ")
    return [f"{item.name}:", "  description: >-", *folded, *(f"  {line}" for line in _rules(item))]


def _rules(item: Input) -> list[str]:
    if item.name == "vendor":
        return [f"options: {json.dumps(list(VENDORS))}"]
    if item.name == "results-dir":  # the job's reports are looked for where this says
        return [f"default: {RESULTS}", f"regex: '^({_RESULTS_ARE})$'"]
    kinds = [each.option.kind for each in item.variants]
    if all(kind.flag or kind.name.startswith("one of") for kind in kinds):
        words = dict.fromkeys(word for kind in kinds for word in kind.choices)
        return ["default: ''", f"options: {json.dumps(['', *words])}"]
    patterns = {_pattern(kind) for kind in kinds}
    pattern = patterns.pop() if len(patterns) == 1 else ""
    return ["default: ''", f"regex: '^({pattern})?$'" if pattern else r"regex: '^[^\r\n]*$'"]


def _pattern(kind: Kind) -> str:
    """What GitLab can check of it when the pipeline is made, as RE2; our own check is stricter."""
    if kind.name == "duration":
        return "([0-9]+[smh])+"
    return "[0-9]+" if kind.name.startswith("whole number") or (kind.name == "id" and _is_number(kind)) else ""


def _is_number(kind: Kind) -> bool:
    """Whether an id is one: Autify's ids for mobile are opaque texts."""
    try:
        kind.convert("4yyABC")
    except ValueError:
        return True
    return False


def _variable(item: Input) -> list[str]:
    """The input as a variable of the job, as a block: GitLab inserts the text as it is, and no quote ends a block.

    Not expanded: a text with `$TEST_RUNNER_TOKEN` in it, a title from somewhere else perhaps, would get the secret.
    """
    block = ["|-", f"$[[ inputs.{item.name} ]]"]
    if item.name == "results-dir":  # its default holds a variable, and its regex nothing else
        return [f"{_name(item)}: {block[0]}", f"  {block[1]}"]
    return [f"{_name(item)}:", f"  value: {block[0]}", f"    {block[1]}", "  expand: false"]
