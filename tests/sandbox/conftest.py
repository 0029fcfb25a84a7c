"""One server for all tests that need no special one; each test gets it reset."""

from collections.abc import Iterator

import pytest

from core.sandbox import BOXES, SCENARIOS, Progression, Sandbox
from tests.sandbox import apptest as apptest_client
from tests.sandbox.ats_support import AtsClient, ats_client
from tests.sandbox.support import EPOCH, Client, Time, client_of


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with Sandbox(drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def now() -> Time:
    return Time()


@pytest.fixture
def sandbox(server: Sandbox, now: Time) -> Sandbox:
    """Return a passing vendor whose runs are over at the first look."""
    server.reset(scenario=SCENARIOS["passing"], progression=Progression.immediate(), now=now, epoch=EPOCH, seed=0)
    return server


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with client_of(sandbox.url) as one:
        yield one


@pytest.fixture(scope="session")
def apptest_server() -> Iterator[Sandbox]:
    with Sandbox(vendor="apptest-ai", drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def apptest(apptest_server: Sandbox, now: Time) -> Sandbox:
    """Return an apptest.ai whose testsets pass at the first look."""
    plot = SCENARIOS["passing"]
    apptest_server.reset(scenario=plot, progression=Progression.immediate(), now=now, epoch=EPOCH, seed=0)
    return apptest_server


@pytest.fixture
def caller(apptest: Sandbox) -> Iterator[Client]:
    with client_of(apptest.url) as one:
        one.headers = {"Authorization": apptest_client.basic()}
        yield one


@pytest.fixture(scope="session")
def mobile_server() -> Iterator[Sandbox]:
    with Sandbox(vendor="autify-mobile", drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def mobile(mobile_server: Sandbox, now: Time) -> Sandbox:
    """Return an Autify for mobile whose runs pass at the first look."""
    plot = SCENARIOS["passing"]
    mobile_server.reset(scenario=plot, progression=Progression.immediate(), now=now, epoch=EPOCH, seed=0)
    return mobile_server


@pytest.fixture
def phone(mobile: Sandbox) -> Iterator[Client]:
    with client_of(mobile.url) as one:
        yield one


@pytest.fixture(scope="session")
def ats_server() -> Iterator[Sandbox]:
    with Sandbox(vendor="mendix-ats", drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def ats_box(ats_server: Sandbox, now: Time) -> Sandbox:
    """Return an ATS whose jobs pass at the first look."""
    ats_server.reset(scenario=SCENARIOS["passing"], progression=Progression.immediate(), now=now, epoch=EPOCH, seed=0)
    return ats_server


@pytest.fixture
def ats(ats_box: Sandbox) -> Iterator[AtsClient]:
    with ats_client(ats_box.url) as one:
        yield one


@pytest.fixture(scope="session")
def testmo_server() -> Iterator[Sandbox]:
    with Sandbox(vendor="testmo", drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def testmo(testmo_server: Sandbox, now: Time) -> Sandbox:
    """Return a Testmo in which nothing is recorded yet."""
    testmo_server.reset(scenario=BOXES["testmo"].scenarios["passing"], now=now, epoch=EPOCH, seed=0)
    return testmo_server


@pytest.fixture
def scribe(testmo: Sandbox) -> Iterator[Client]:
    with client_of(testmo.url) as one:
        yield one


@pytest.fixture(scope="session")
def qtest_server() -> Iterator[Sandbox]:
    with Sandbox(vendor="qtest", drip=0.002) as sandbox:
        yield sandbox


@pytest.fixture
def qtest(qtest_server: Sandbox, now: Time) -> Sandbox:
    """Return a qTest with a job for every agent that becomes active, due at once."""
    plot = BOXES["qtest"].scenarios["passing"]
    qtest_server.reset(scenario=plot, progression=Progression.immediate(), now=now, epoch=EPOCH, seed=0)
    return qtest_server


@pytest.fixture
def tester(qtest: Sandbox) -> Iterator[Client]:
    with client_of(qtest.url) as one:
        yield one
