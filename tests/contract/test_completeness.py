"""What every vendor must bring: these stay red until the box, the job, the tables and the documents are there."""

from pathlib import Path

import pytest

from core.inputs.options import declared
from core.inputs.settings import Common
from core.model import ExitCode, Reason
from core.sandbox import BOXES, Sandbox
from core.vendors import VENDORS, inputs_of, load
from tests.contract.jobs import JOBS

ROOT = Path(__file__).parents[2]


def test_every_vendor_has_a_box_and_a_job_in_the_contract_suite() -> None:
    assert {job.vendor for job in JOBS.values()} == set(VENDORS) <= set(BOXES)
    assert {job.box for job in JOBS.values()} <= set(BOXES)


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_boxes_know_each_operation_and_no_other(vendor: str) -> None:
    known: set[str] = set()
    for box in {job.box for job in JOBS.values() if job.vendor == vendor}:
        with Sandbox(vendor=box) as sandbox, pytest.raises(ValueError, match="choose from") as caught:
            sandbox.space("passing+503@nowhere")
        known |= {*str(caught.value).rpartition("choose from ")[2].split(", ")}
    assert known - {"start", "any"} == set(load(vendor).operations)


@pytest.mark.parametrize("vendor", VENDORS)
def test_each_vendor_says_what_must_be_reachable_and_stands_in_the_documents(vendor: str) -> None:
    spec = load(vendor)
    readme = (ROOT / "README.md").read_text()
    assert spec.hosts
    assert spec.base_url.startswith("https://")
    assert all(f"`{host}`" in readme for host in spec.hosts)
    assert spec.title in readme.partition("## Try")[0]
    assert spec.title in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_effect_is_declared_and_every_path_has_its_placeholders(vendor: str) -> None:
    for name, operation in load(vendor).operations.items():
        assert operation.method != "GET" or not operation.effect, name
        asks = operation.question or operation.encode is not None
        assert operation.effect or operation.method == "GET" or asks, f"{name}: a read with a body of JSON"
        assert not (operation.effect and operation.question), name
        assert operation.path.startswith("/")
        assert operation.summary.endswith(".")
        assert operation.path.count("{") == operation.path.count("}")


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_input_of_a_vendor_has_the_name_of_a_common_one(vendor: str) -> None:
    mine = declared(inputs_of(vendor).Settings)
    assert not set(mine) & {"vendor", *declared(Common)}
    assert mine["token"].required
    assert mine["token"].kind.secret
    assert mine["token"].environment


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.NONE])
def test_every_reason_is_explained(reason: Reason) -> None:
    assert f"`{reason}`" in (ROOT / "docs" / "errors.md").read_text()


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_stands_in_the_readme(code: ExitCode) -> None:
    table = (ROOT / "README.md").read_text().partition("## Exit codes")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].replace(",", " ").split() for line in table.splitlines() if line.startswith("|")]
    assert str(int(code)) in [word for row in rows for word in row]


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for folder in ("core", "tools")
        for path in (ROOT / folder).rglob("*.py")
        if path.read_text().strip() and not path.read_text().startswith('"""')
    ]
    assert silent == []
