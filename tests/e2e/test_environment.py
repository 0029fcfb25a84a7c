"""What the machine holds cannot bend a step: netrc, proxies, authorities, bombs; certificates are checked."""

import datetime as dt
import re
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.e2e.support import ENTRYPOINT, SCENARIO, TOKEN, Step, vendor
from tests.recorder import Reply, recorder

CANARY = "canary-of-the-machine"
BAD = Reply(status=401, body=b'{"errors":[{"message":"Bad credentials"}]}')
LIMIT = 700 << 20  # bytes of address space: a bomb is a GiB
# Not by a shell's ulimit: shells drop variables with a hyphen, and INPUT_PROJECT-ID is one.
LIMITED = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({LIMIT}, {LIMIT}))
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ours.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_our_own_authority_is_accepted_whatever_the_environment_names(
    authority: trustme.CA, bundle: str, step: Step
) -> None:
    other = step.folder / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    step.extra = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), str(other))
    with recorder(lambda seen: BAD, tls=context_of(authority.issue_cert("127.0.0.1"))) as server:
        ended = step.run(base_url=f"{server.url}/api/v1", ca_bundle=bundle, **SCENARIO)
        assert [seen.headers["Authorization"] for seen in server.seen] == [f"Bearer {TOKEN}"]
    assert ended.verdict == (3, "error", "auth")


@pytest.mark.parametrize("kind", ["expired", "of another host", "of an unknown authority", "not named as trusted"])
def test_a_bad_certificate_is_final_and_nothing_is_sent(
    kind: str, authority: trustme.CA, bundle: str, step: Step
) -> None:
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = {
        "expired": lambda: authority.issue_cert("127.0.0.1", not_after=yesterday),
        "of another host": lambda: authority.issue_cert("vendor.example.com"),
        "of an unknown authority": lambda: trustme.CA().issue_cert("127.0.0.1"),
        "not named as trusted": lambda: authority.issue_cert("127.0.0.1"),
    }[kind]()
    inputs = {} if kind == "not named as trusted" else {"ca_bundle": bundle}
    with recorder(tls=context_of(certificate)) as server:
        ended = step.run(base_url=f"{server.url}/api/v1", **inputs, **SCENARIO)
        assert server.seen == []
    assert ended.verdict == (3, "error", "unavailable")
    assert float(ended.outputs["seconds"]) < 10
    assert "`ca-bundle`" in ended.log
    assert "Trying again" not in ended.log


def test_netrc_and_proxies_cannot_bend_a_step_on_this_machine(step: Step) -> None:
    netrc = step.folder / ".netrc"
    netrc.write_text(f"default login {CANARY} password {CANARY}\n", encoding="utf-8")
    with recorder() as proxy, vendor() as server:
        step.extra = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), proxy.url)
        step.extra |= {"NETRC": str(netrc)}
        step.url = server.url
        assert step.run(**SCENARIO).verdict == (0, "passed", "")
        assert proxy.seen == []
        assert {one.header("authorization") for one in server.journal} == {f"Bearer {TOKEN}"}


def test_a_proxy_sees_no_credential(step: Step) -> None:
    with recorder(lambda seen: Reply(status=403)) as proxy:
        step.extra = {"HTTPS_PROXY": proxy.url}
        ended = step.run(base_url="https://vendor.example.com/api/v1", timeout="1s", **SCENARIO)
        assert {seen.method for seen in proxy.seen} == {"CONNECT"}
        assert TOKEN not in str(proxy.seen)
    assert ended.verdict == (3, "error", "unavailable")
    assert "through the proxy" in ended.log


@pytest.mark.parametrize("call", ["list-results", "execute-scenarios", "describe-result"])
@pytest.mark.parametrize("bomb", ["gzip-bomb", "endless", "deep-json"])
def test_a_bomb_is_refused_in_bounded_memory(bomb: str, call: str, step: Step) -> None:
    step.wrapper = (sys.executable, "-c", LIMITED)
    with vendor("passing", f"{bomb}@{call}") as server:
        step.url = server.url
        ended = step.run(timeout="20s", **SCENARIO)
        assert len(server.ledger.ours) == 1
    assert ended.verdict == ((7, "error", "may-exist") if call == "execute-scenarios" else (0, "passed", ""))


@pytest.mark.parametrize("words", [("run",), ("api", "autify", "get-project-info", "--project-id", "77")])
def test_without_our_packages_the_step_says_how_to_install_them(words: tuple[str, ...], step: Step) -> None:
    step.ci = "terminal"
    environment = step.environment({"vendor": "autify", "token": TOKEN, "project_id": "77", **SCENARIO})
    call = [sys.executable, "-E", "-s", "-S", ENTRYPOINT, *words]  # -S: without the folder of installed packages
    ended = subprocess.run(call, cwd=step.workspace, env=environment, capture_output=True, text=True, check=False)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 2, said
    assert "is not installed, and this program needs it." in said
    assert re.search(
        "Install what is locked: .* -m pip install --no-deps --require-hashes -r .*/requirements.txt", said
    )
    assert "may go on" not in said
    assert "bug" not in said
