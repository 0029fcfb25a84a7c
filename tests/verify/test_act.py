"""The actions as a consumer's workflow uses them, and our own workflow, by act; and a release as it would be used."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.sandbox import Sandbox
from tests.verify.act import ACT, ON_THIS_MACHINE, Ran, act, copy_of_ours, repository
from tests.verify.engine import Engine
from tests.verify.lacking import lacking
from tools.release import pin

OURS = "org/test-runner-action"
WORKFLOW = """\
on: push
jobs:
  e2e:
    runs-on: ubuntu-latest
    strategy: {fail-fast: false, matrix: {verdict: [good, bad], scenario: ["501"]}}
    steps:
      - id: run
        uses: ACTION
        with:
          vendor: autify
          token: ${{ secrets.TOKEN }}
          project-id: "77"
          scenarios: ${{ matrix.scenario }}
          base-url: ${{ matrix.verdict == 'good' && vars.GOOD || vars.BAD }}
      - if: always()
        env:
          SAID: ${{ matrix.verdict }} ${{ steps.run.outputs.conclusion }} ${{ steps.run.outputs.exit-code }}
          ID: ${{ steps.run.outputs.run-id }}
        run: echo "said=$SAID with=${ID:+an id}"
"""
TOKEN = "t0ken-0f-the-act-tests"


@pytest.fixture(scope="module")
def there() -> None:
    if not ACT.exists():
        lacking("act", of="packages.txt")


def consumer(folder: Path, action: str) -> Path:
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "use.yml").write_text(WORKFLOW.replace("ACTION", action))
    return repository(folder)


def run(engine: Engine, tmp_path: Path, vendor: Sandbox, action: str, ours: Path, platform: str) -> Ran:
    words = ["-s", f"TOKEN={TOKEN}", "--local-repository", f"{OURS}@v1={ours}"]
    words += ["--var", f"GOOD={vendor.url_of('passing')}", "--var", f"BAD={vendor.url_of('one-failure')}"]
    folder = consumer(tmp_path / "consumer", action)
    return act(engine, folder, *words, platform=platform, home=tmp_path / "home")


def check(ran: Ran) -> None:
    """One leg of the matrix passed and one failed, each saying so by its outputs, and nothing is left."""
    results = sorted({(matrix["verdict"], result) for matrix, result in ran.results("test-runner-action")})
    assert results == [("bad", "failure"), ("good", "success")], ran.errors + ran.output
    for said in ("said=good passed 0 with=an id", "said=bad failed 1 with=an id"):
        assert said in ran.output
    assert TOKEN not in ran.output.replace(f"::add-mask::{TOKEN}", "")


@pytest.fixture
def released(image: str, tmp_path: Path) -> Path:
    """Our sources as a release has them, but with an image by its name."""
    ours = copy_of_ours(tmp_path / "ours")
    text = (ours / "action.yml").read_text()
    (ours / "action.yml").write_text(text.replace("image: Dockerfile", f"image: docker://{image}"))
    return repository(ours)


def test_a_workflow_uses_the_docker_action(
    there: None, engine: Engine, base: str, released: Path, vendor: Sandbox, tmp_path: Path
) -> None:
    check(run(engine, tmp_path, vendor, f"{OURS}@v1", released, base))
    assert engine.containers() == []


def test_a_workflow_uses_the_native_action_on_the_machine_itself(
    there: None, engine: Engine, released: Path, vendor: Sandbox, tmp_path: Path
) -> None:
    check(run(engine, tmp_path, vendor, f"{OURS}/native@v1", released, ON_THIS_MACHINE))


def test_our_own_workflow_shows_that_an_outage_is_no_pass(
    there: None, engine: Engine, base: str, released: Path, tmp_path: Path
) -> None:
    """Its other jobs need actions that can't be had without a network."""
    ran = act(engine, released, platform=base, job="docker", home=tmp_path / "home")
    assert ran.status == 0, ran.output + ran.errors
    assert [result for _, result in ran.results("Compare the verdicts")] == ["success"]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    """The address of an empty registry on this machine."""
    folder = tmp_path / "registry"
    folder.mkdir()
    storage = f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}"
    config = f"version: 0.1\n{storage}\nhttp: {{addr: 127.0.0.1:15000}}\nlog: {{level: error}}\n"
    (folder / "config.yml").write_text(config)
    try:
        process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("docker-registry is not at hand: apt-get install docker-registry")
    try:
        yield "127.0.0.1:15000"
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_release_is_used_by_the_digest_that_its_job_wrote(
    there: None, engine: Engine, base: str, image: str, vendor: Sandbox, registry: str, tmp_path: Path
) -> None:
    name = f"{registry}/org/test-runner-action"
    engine.run("tag", image, f"{name}:1.2.3")
    for _ in range(50):
        if engine.run("push", "-q", f"{name}:1.2.3", check=False).returncode == 0:
            break
        time.sleep(0.2)
    digest = engine.run("inspect", "--format", "{{index .RepoDigests 0}}", f"{name}:1.2.3").stdout.strip()
    engine.run("rmi", f"{name}:1.2.3")
    engine.run("pull", "-q", digest)
    ours = copy_of_ours(tmp_path / "ours")
    assert pin(digest, "1.2.3", "shop/test-runner-action", ours)[0] == ours / "action.yml"
    assert f"image: docker://{name}@sha256:" in (ours / "action.yml").read_text()
    check(run(engine, tmp_path, vendor, f"{OURS}@v1", repository(ours), base))
