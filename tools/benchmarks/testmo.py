"""Recording at Testmo, ours against the vendor's own client: the same files to the same server over TLS."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import trustme

from tools import testmo_cli
from tools.benchmarks import junit_files
from tools.benchmarks.layout import Layout
from tools.benchmarks.output import figure, note, title

ROUNDS = {100: 7, 10_000: 5, 100_000: 3}  # by number of cases
ALONE = (200_000, 1_000_000)  # in one file; the vendor's client fails from 130,000 on
AIMS = {"wall": 1 / 3, "cpu": 1 / 3, "peak": 0.1}  # of the vendor's client, at TOLD
TOLD = 100_000
MOST_MEMORY = 40.0  # MiB
FILE = "cases.xml"
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testmo_server.py")
# Peak memory as a bare interpreter sees it: of a larger parent the system counts what it had at the fork.
LAUNCH = (
    "import os, resource, sys, time\n"
    "began = time.monotonic()\n"
    "status = os.spawnve(os.P_WAIT, sys.argv[1], sys.argv[1:], dict(os.environ))\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "wall = time.monotonic() - began\n"
    "print('\\n', status, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """How one of the two is started; `status` is its exit code for a file with failed tests."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One process, and what the server saw of it: seconds, MiB."""

    status: int
    wall: float
    cpu: float
    peak: float
    seen: Mapping[str, int]


def measure(layout: Layout) -> None:
    """Both clients up to 100,000 cases, ours alone beyond."""
    title("Recording at Testmo: one file of JUnit, TLS on loopback, whole processes, medians of interleaved rounds")
    with tempfile.TemporaryDirectory() as folder, server(folder) as (api, told):
        clients = {"ours": ours(layout, api, folder)}
        try:
            clients["theirs"] = theirs(testmo_cli.program(), api, folder)
        except testmo_cli.MissingError as error:
            note(f"skipped the comparison with the vendor's client: {error}")
        peaks = []
        for cases, rounds in ROUNDS.items():
            found = _rounds(clients, layout, folder, told, cases, rounds)
            peaks.append(found["ours"].peak)
            _show(cases, found)
        for cases in ALONE:
            junit_files.write(os.path.join(folder, FILE), cases)
            mine = _upload(clients["ours"], layout, folder, told, cases)
            peaks.append(mine.peak)
            _row(f"ours, {cases:,}", mine)
            if "theirs" in clients and cases == ALONE[0]:
                _row(f"theirs, {cases:,}", _upload(clients["theirs"], layout, folder, told, None))
        figure(f"peak memory of ours, highest of {min(ROUNDS)} to {max(ALONE):,}", max(peaks), " MiB", aim=MOST_MEMORY)
    note("The server is in a process of its own on the same cores; each client's tests were counted there.")
    note("Ours also writes its reports: junit.xml, report.json, summary.md.")


def ours(layout: Layout, port: int, folder: str) -> Client:
    arguments = [layout.python, layout.entrypoint, "run", "--vendor", "testmo", "--project-id", "1", "--source"]
    arguments += ["bench", "--results", FILE, "--base-url", f"https://127.0.0.1:{port}"]
    arguments += ["--ca-bundle", os.path.join(folder, "ca.pem"), "--timeout", "10m"]
    return Client(arguments=arguments, environment={**layout.environment, "TESTMO_TOKEN": "made-up"}, status=1)


def theirs(program: str, port: int, folder: str) -> Client:
    arguments = [str(shutil.which("node")), program, "automation:run:submit", "--instance"]
    arguments += [f"https://127.0.0.1:{port}", "--project-id", "1", "--name", "bench", "--source", "bench"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "TESTMO_TOKEN": "made-up"}
    environment["NODE_EXTRA_CA_CERTS"] = os.path.join(folder, "ca.pem")
    return Client(arguments=[*arguments, "--results", FILE], environment=environment, status=0)


@contextmanager
def server(folder: str) -> Iterator[tuple[int, int]]:
    """The ports of a server in another process: the API's, and that of the counts. Its authority is ca.pem."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(os.path.join(folder, "ca.pem"))
    key = os.path.join(folder, "server.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(key)
    with subprocess.Popen([sys.executable, SERVER, key], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            api, told = process.stdout.readline().split()
            yield int(api), int(told)
        finally:
            process.kill()


def _rounds(
    clients: Mapping[str, Client], layout: Layout, folder: str, told: int, cases: int, rounds: int
) -> dict[str, Upload]:
    """The medians of each client."""
    junit_files.write(os.path.join(folder, FILE), cases)
    found: dict[str, list[Upload]] = {name: [] for name in clients}
    for _ in range(rounds):
        for name, client in clients.items():
            found[name].append(_upload(client, layout, folder, told, cases))
    return {
        name: Upload(
            status=each[0].status,
            wall=median(one.wall for one in each),
            cpu=median(one.cpu for one in each),
            peak=max(one.peak for one in each),
            seen=each[-1].seen,
        )
        for name, each in found.items()
    }


def _upload(client: Client, layout: Layout, folder: str, told: int, cases: int | None) -> Upload:
    """One start. Raises RuntimeError unless all `cases` have arrived in a completed run; None: however it ends."""
    _counts(told)  # sets them to zero
    command = [layout.python, "-I", "-S", "-c", LAUNCH, *client.arguments]
    asked = subprocess.run(
        command,
        env=client.environment,
        cwd=folder,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    status, wall, cpu, peak = asked.stdout.split()[-4:]
    seen = _counts(told)
    ended = Upload(status=int(status), wall=float(wall), cpu=float(cpu), peak=float(peak), seen=seen)
    if cases is not None and (ended.status, seen["total_count"], seen["completed"]) != (client.status, cases, True):
        raise RuntimeError(f"{' '.join(client.arguments)}: exit {status} and {seen}\n{asked.stdout[-2000:]}")
    return ended


def _counts(port: int) -> dict[str, int]:
    with socket.create_connection(("127.0.0.1", port)) as asked, asked.makefile() as answer:
        found: dict[str, int] = json.loads(answer.read())
        return found


def _show(cases: int, found: Mapping[str, Upload]) -> None:
    for name, each in found.items():
        _row(f"{name}, {cases:,}", each)
    if "theirs" in found:
        for unit, aim in AIMS.items():
            mine, other = getattr(found["ours"], unit), getattr(found["theirs"], unit)
            figure(f"{cases:,} cases: {unit}, ours / theirs", mine / other, " x", aim=aim if cases == TOLD else None)


def _row(name: str, one: Upload) -> None:
    seen = one.seen
    asked = f"{seen['requests']:5} requests over {seen['connections']:4} connections"
    failed = "" if seen["completed"] else f"  FAILED with exit code {one.status}"
    used = f"wall {one.wall:7.2f} s  cpu {one.cpu:7.2f} s  peak {one.peak:6.1f} MiB"
    note(f"{name:20} {used}  {asked}  {seen['body_bytes'] / 1e6:7.2f} MB{failed}")
