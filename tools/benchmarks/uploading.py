"""Uploads: 500 MiB to loopback, over http and https, against curl in the same run; and the memory that they take."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median

import trustme

from tools.benchmarks.counting import Command, start
from tools.benchmarks.layout import Layout
from tools.benchmarks.output import figure, note, title

SIZE = 500 << 20
ROUNDS = 7
LAUNCH = (
    "import os, resource, sys\n"
    "status = os.spawnve(os.P_WAIT, sys.argv[1], sys.argv[1:], dict(os.environ))\n"
    "print(chr(10), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    "sys.exit(status)"
)
CURL = shutil.which("curl")
DATA = '{"pid": 509, "testset_name": "bench"}'
RECEIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "receiver.py")


def measure(layout: Layout) -> None:
    """Both schemes; each with a file of one byte too, so that start-up can be told from sending."""
    title(f"Upload of {SIZE >> 20} MiB to loopback, wall time, medians of {ROUNDS} interleaved rounds")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        authority = trustme.CA()
        bundle, key = os.path.join(folder, "ca.pem"), os.path.join(folder, "server.pem")
        authority.cert_pem.write_to_path(bundle)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(key)
        large, small = _file(folder, "large.apk", SIZE), _file(folder, "small.apk", 1)
        for scheme, certificate in (("http", ""), ("https", key)):
            port = stack.enter_context(receiver(certificate))
            url = f"{scheme}://127.0.0.1:{port}/testset"
            commands = {}
            for size, path in (("large", large), ("small", small)):
                commands[f"ours {size}"] = ours(layout, url, path, bundle)
                if CURL:
                    commands[f"curl {size}"] = curl(url, path, bundle)
            _show(scheme, _rounds(commands), {name: _peak(layout, command) for name, command in commands.items()})
    if not CURL:
        note("skipped the comparison: curl is not installed")
    note("wall time is of the whole process; `sending alone` is without that of a file of one byte, on both sides")


def ours(layout: Layout, url: str, path: str, bundle: str) -> Command:
    """One start through `api`."""
    arguments = [layout.python, layout.entrypoint, "api", "apptest-ai", "start-testset", "--app-file", path]
    arguments += ["--json", DATA, "--base-url", url.removesuffix("/testset"), "--ca-bundle", bundle]
    environment: Mapping[str, str] = {**layout.environment, "APPTEST_AI_ACCESS_KEY": "bench:made-up"}
    return Command(arguments=arguments, environment=environment)


def curl(url: str, path: str, bundle: str) -> Command:
    arguments = [str(CURL), "-sS", "--fail", "--cacert", bundle, "-u", "bench:made-up"]
    arguments += ["-F", f"app_file=@{path}", "-F", f"data={DATA}", url]
    return Command(arguments=arguments, environment={"PATH": "/usr/bin:/bin"})


@contextmanager
def receiver(certificate: str) -> Iterator[int]:
    """The port of a server in another process."""
    arguments = [sys.executable, RECEIVER, *([certificate] if certificate else [])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _file(folder: str, name: str, size: int) -> str:
    """A file that is read from memory, as one is that was built a moment ago."""
    path = os.path.join(folder, name)
    block = os.urandom(1 << 20)
    with open(path, "wb") as file:
        file.writelines(block for _ in range(size >> 20))
        file.write(block[: size & 0xFFFFF])
    return path


def _rounds(commands: Mapping[str, Command]) -> dict[str, float]:
    """Median wall seconds of each."""
    walls: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(ROUNDS + 1):
        for name, command in commands.items():
            began = time.monotonic()
            ended = start(command)
            if turn:  # the first is a warm-up
                walls[name].append(ended.at - began)
    return {name: median(found) for name, found in walls.items()}


def _peak(layout: Layout, command: Command) -> float:
    """The highest resident set in MiB, as a bare interpreter sees it.

    The system counts what the parent had at the fork as the child's: this process, with its tools, is too large.
    """
    arguments = [layout.python, "-I", "-S", "-c", LAUNCH, *command.arguments]
    asked = subprocess.run(arguments, env=command.environment, check=True, capture_output=True, text=True)
    return int(asked.stdout.split()[-1]) / 1024


def _show(scheme: str, walls: Mapping[str, float], peaks: Mapping[str, float]) -> None:
    mine, start_up = walls["ours large"], walls["ours small"]
    if CURL:
        theirs, least = walls["curl large"], walls["curl small"]
        figure(f"{scheme}: whole process / curl -F", mine / theirs, " x", aim=1.1, more=f"{mine:.2f} / {theirs:.2f} s")
        alone = f"{mine - start_up:.2f} / {theirs - least:.2f} s"
        figure(f"{scheme}: sending alone / curl -F", (mine - start_up) / (theirs - least), " x", aim=1.1, more=alone)
    more = f"{peaks['ours small']:.1f} for one byte" + (f", curl {peaks['curl large']:.1f}" if CURL else "")
    figure(f"{scheme}: peak memory in all", peaks["ours large"], " MiB", aim=40, more=more)
