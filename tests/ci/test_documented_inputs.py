"""Every example in the documentation, whatever its system: its inputs are ones that the program takes as they stand.

Jenkins' examples are Groovy: tests/verify/test_jenkins.py runs them.
"""

import re
import shlex
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from core.commands.asked import known_inputs, understand
from core.errors import BadInputError
from core.inputs.sources import Raw, gather
from tests.readers.azure_template import expand, load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "ci").glob("*.md"))]
SECRET = "user:key-0f-the-examples"  # what a variable of the CI or a secret holds in an example
SECRETS = ("token", "testmo-token")
REFERENCE = re.compile(r"\$\{\{.*\}\}|\$\{?[\w.]+\}?|autify:token")  # never the secret itself


def blocks(page: Path, *languages: str) -> Iterator[str]:
    for language, text in re.findall(r"(?s)```(\w+)\n(.*?)```", page.read_text(encoding="utf-8")):
        if language in languages:
            yield text


def documented() -> dict[str, Raw]:
    """Each example by the page and its number there."""
    found: dict[str, Raw] = {}
    for page in PAGES:
        given = [raw for text in blocks(page, "yaml") for raw in in_yaml(text)]
        given += [raw for text in blocks(page, "sh") for raw in in_shell(text)]
        found |= {f"{page.name}-{number}": raw for number, raw in enumerate(given, 1)}
    return found


def in_yaml(text: str) -> Iterator[Raw]:
    document = _document(text)
    nodes = list(_nodes(document))
    around = {key: value for node in nodes for key, value in node.items() if key.startswith("TEST_RUNNER_")}
    around = {key: value[0] if isinstance(value, list) else value for key, value in around.items()}
    around |= dict(re.findall(r"(TEST_RUNNER_[A-Z_]+)=([^\s\"']+)", text))
    steps = 0
    for node in nodes:
        for environment in _steps(node):
            steps += 1
            yield gather([], around | environment)
    if not steps and "TEST_RUNNER_VENDOR" in around:
        yield gather([], around)


def _document(text: str) -> Any:
    """`with:` alone where what stands before it is but an extract."""
    try:
        return load(dedent(text))
    except yaml.YAMLError:
        return load(dedent(text[text.index("with:") - len("        ") :]))


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(each)


def _steps(node: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The environment that a step of GitHub, GitLab, Azure, Drone or Woodpecker gets of its inputs."""
    for key, prefix in (("with", "INPUT_"), ("inputs", "INPUT_"), ("settings", "INPUT_")):
        given = node.get(key)
        if isinstance(given, dict) and "vendor" in given:
            yield {prefix + name.upper(): _text(value) for name, value in given.items()}
    if "template" in node:
        path = ROOT / node["template"].partition("@")[0]
        env = expand(path.read_text(encoding="utf-8"), node["parameters"])[0]["env"]
        yield {"TF_BUILD": "True"} | {name: text for name, text in env.items() if name.startswith("TEST_RUNNER_")}


def _text(value: Any) -> str:
    if isinstance(value, dict):  # `from_secret: NAME`
        return SECRET
    return "\n".join(value) if isinstance(value, list) else str(value)


def in_shell(text: str) -> Iterator[Raw]:
    for line in text.replace("\\\n", " ").splitlines():
        found = re.search(r"(?:entrypoint\.py|test-runner-action:1) +(run|start|wait) (.*)", line)
        given = dict(re.findall(r"(TEST_RUNNER_[A-Z_]+)=(\S+)", line))
        if found or given:
            words = [f"--mode={found[1]}", *shlex.split(found[2], comments=True)] if found else []
            yield gather(words, given)


EXAMPLES = documented()


@pytest.mark.parametrize("raw", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_is_taken_as_it_stands(raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if "app-file" in raw.values:  # a step before has built it
        Path(raw.values["app-file"]).parent.mkdir(parents=True)
        with zipfile.ZipFile(raw.values["app-file"], "w") as app:
            for name in ("AndroidManifest.xml", "Shop.app/Info.plist"):
                app.writestr(name, b"of an app")
    check(raw)


def check(raw: Raw) -> None:
    """Raises BadInputError; secrets are those of the reader."""
    vendor, recorder = raw.values.get("vendor", ""), raw.values.get("record-to", "")
    for name in SECRETS[: 2 if recorder else 1]:
        assert raw.values.get(name, SECRET) == SECRET or REFERENCE.fullmatch(raw.values[name])
        raw.values[name] = SECRET
    understand(raw, known_inputs(vendor, recorder))


def test_no_page_with_examples_is_left_out_and_a_wrong_one_would_be_found() -> None:
    pages = {name.rpartition("-")[0] for name in EXAMPLES}
    assert pages >= {
        "README.md",
        "vendors.md",
        "own-tests.md",
        *(f"{ci}.md" for ci in ("azure", "github", "gitlab", "others")),
    }
    assert len(EXAMPLES) > 30
    wrong = "- template: azure-pipelines/test-runner.yml@testRunner\n  parameters: {vendor: mendix-ats, appId: '4711'}"
    (raw,) = in_yaml(wrong)
    with pytest.raises(BadInputError, match=r"(?s)`app-id`.*`template-id`|`template-id`.*`app-id`"):
        check(raw)
