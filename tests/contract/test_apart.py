"""The sandbox judges the adapters, so neither may know a line of the other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "core"
CLIENT = (
    "core.vendors",
    "core.http.transport",
    "core.http.calls",
    "core.engine",
    "core.ports",
    "core.model",
    "core.errors",
)


def imports(folder: str) -> Iterator[tuple[str, str]]:
    for path in (CORE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield path.name, node.module
            elif isinstance(node, ast.Import):
                for name in node.names:
                    yield path.name, name.name


@pytest.mark.parametrize(("folder", "forbidden"), [("sandbox", CLIENT), ("vendors", ("core.sandbox",))])
def test_neither_side_imports_the_other(folder: str, forbidden: tuple[str, ...]) -> None:
    found = [
        (file, module)
        for file, module in imports(folder)
        if f"{module}.".startswith(tuple(f"{name}." for name in forbidden))
    ]
    assert found == []
