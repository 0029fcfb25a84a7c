"""What we write for Azure Pipelines, compared with Microsoft's own library and its published schema."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from core.ci.logging_commands import command
from tests.ci.hostile import HOSTILE, Screen, a_ci
from tests.readers.azure_agent import parse
from tests.readers.azure_template import expand, load
from tests.verify.engine import ROOT
from tools.rendering.azure import NAMES

GUIDE = ROOT / "docs" / "ci" / "azure.md"
COMMANDS_OF = """
const { TaskCommand, commandFromString } = require(process.argv[1] + '/azure-pipelines-task-lib/taskcommand')
const asked = JSON.parse(require('fs').readFileSync(0), {})
console.log(JSON.stringify({
  written: asked.map(([data, key]) => new TaskCommand('task.logissue', { type: 'error', code: key }, data).toString()),
  read: asked.map(([,, line]) => { const c = commandFromString(line); return [c.command, c.properties, c.message] }),
}))
"""
FILTERED = """
const { filterExternalOutput } = require(process.argv[1] + '/azure-pipelines-task-lib/externaloutput')
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(asked.map((text) => filterExternalOutput(text, {}).toString())))
"""


def _node(node: str, node_modules: str, program: str, asked: object) -> Any:
    """What the program answers in its last line: the library has its own to say before."""
    words = [node, "-e", program, node_modules]
    done = subprocess.run(words, input=json.dumps(asked).encode(), capture_output=True, check=True)
    return json.loads(done.stdout.decode().rstrip("\n").split("\n")[-1])


def test_our_commands_are_those_of_microsofts_library_both_ways(node: str, node_modules: str) -> None:
    texts = [text for text in HOSTILE.values() if len(text) < 10_000 and "\ud83d" not in text]
    ours = [command("task.logissue", text, type="error", code=f"c{text}") for text in texts]
    asked = [[text, f"c{text}", line] for text, line in zip(texts, ours, strict=True)]
    answer = _node(node, node_modules, COMMANDS_OF, asked)
    assert answer["written"] == ours
    for text, (name, properties, data) in zip(texts, answer["read"], strict=True):
        assert (name, data, properties["type"]) == ("task.logissue", text, "error")
    assert [parse(line) is not None for line in ours] == [True] * len(texts)


def test_of_what_a_vendor_says_nothing_is_left_for_microsofts_filter_to_block(node: str, node_modules: str) -> None:
    said = []
    for text in HOSTILE.values():
        out = Screen()
        ci = a_ci("azure", out)
        ci.info(text)
        ci.debug(text)
        ci.block(text)
        said.append(out.getvalue())
    one = "x ##vso[task.complete result=Succeeded;]"
    *left, blocked = _node(node, node_modules, FILTERED, [*said, one])
    assert left == said
    assert blocked == one.replace("##vso", "##_vso")  # it would have seen one


def test_the_expanded_steps_and_the_guides_pipelines_are_what_azures_schema_allows(tmp_path: Path) -> None:
    documents = [load(block) for block in re.findall(r"(?s)```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"))]
    for name in NAMES:
        text = (ROOT / "azure-pipelines" / name).read_text(encoding="utf-8")
        declared = load(text)["parameters"]
        given = {each["name"]: (each.get("values") or ["", "1"])[1] for each in declared if each.get("default") == ""}
        both = ({"vendor": "autify"}, {**given, "vendor": "testmo"})
        documents += [{"parameters": declared, "steps": _typed(expand(text, parameters))} for parameters in both]
    wrong = {"steps": [{"bash": "x", "displayNames": "y"}]}
    assert _refused([*documents, wrong], tmp_path) == [len(documents)]


def _typed(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A task's inputs as they stand in the YAML: to Azure, and so to our reader, every scalar is a text."""
    words = {"true": True, "false": False}
    typed = {name: words.get(text, text) for step in steps for name, text in step.get("inputs", {}).items()}
    return [step | {"inputs": typed} if "inputs" in step else step for step in steps]


def _refused(documents: Sequence[object], folder: Path) -> list[int]:
    """Which of them the published schema does not allow."""
    paths = [folder / f"{number}.yml" for number in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_text(yaml.safe_dump(document))
    checker = Path(sys.executable).with_name("check-jsonschema")
    schema = ("--regex-variant", "nonunicode", "--builtin-schema", "vendor.azure-pipelines")
    done = subprocess.run(
        [checker, *schema, "--data-transform", "azure-pipelines", "--output-format", "json", *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    assert not answer.get("parse_errors")
    return sorted({int(Path(error["filename"]).stem) for error in answer["errors"]})
