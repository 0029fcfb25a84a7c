"""The image in a real Docker engine: its size above its base, and its starts against the base's `python -c pass`."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median

from tests.verify.base import base_image
from tests.verify.engine import Engine, MissingError, build
from tests.verify.layers import layers_above
from tools.benchmarks.counting import ROUNDS, WARM_UPS
from tools.benchmarks.output import figure, note, title
from tools.benchmarks.starting import BAD, FIRST, HELP, SCENARIO, refusing

MB = 1_000_000
PYTHON, OURS = "/usr/local/bin/python3", ("/usr/local/bin/python3", "/app/entrypoint.py")
BASE, READ_ONLY, WARM, BARE = "base", "read-only", "warm", "bare"
NOTHING = "python -c pass"
# Starts what each line of its input names, and answers with the exit code and the seconds of user and system CPU.
STARTER = """
import json, os, sys
quiet = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1, 2)]
for line in sys.stdin:
    words = json.loads(line)
    started = os.posix_spawn(words[0], words, os.environ, file_actions=quiet)
    _, status, used = os.wait4(started, 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]), flush=True)
"""


def measure() -> None:
    """Builds the image for it. Where no engine starts, it says why and is over."""
    title("The image")
    try:
        engine = Engine()
    except MissingError as error:
        note(f"skipped: {error}")
        return
    try:
        base = base_image(engine)
        image = build(engine, base)
        _sizes(engine, base, image)
        with refusing() as address:
            _starts(engine, base, image, address)
        _waits(engine, base, image)
    except MissingError as error:
        note(f"skipped: {error}")
    finally:
        engine.close()


def _sizes(engine: Engine, base: str, image: str) -> None:
    layers = layers_above(engine, image, base)
    figure("compressed, above the base", sum(layer.packed for layer in layers) / MB, " MB", aim=15)
    for what, word, aim in (
        ("  of it packages with their bytecode", "/packages/", 9),
        ("  bytecode of the standard library", "/library/", None),
        ("  our program with its bytecode", "/program/", None),
        ("  procps", "procps", None),
    ):
        (layer,) = (each for each in layers if word in each.made_by)
        figure(what, layer.packed / MB, " MB", aim=aim, more=f"{layer.size / MB:.1f} MB unpacked")


def _starts(engine: Engine, base: str, image: str, address: str) -> None:
    """CPU time of processes in four containers that stay, each in its turn."""
    ours = {
        HELP: ((*OURS, "--help"), 0),
        BAD: ((*OURS, "run", "--vendor", "autify"), 2),
        FIRST: ((*OURS, "run", *SCENARIO, "--base-url", address), 3),
    }
    containers: Mapping[str, tuple[list[str], Mapping[str, tuple[tuple[str, ...], int]]]] = {
        BASE: ([base], {NOTHING: ((PYTHON, "-c", "pass"), 0)}),
        READ_ONLY: (["--read-only", image], ours),
        WARM: (["-e", "PYTHONPYCACHEPREFIX=/tmp/bytecode", image], ours),
        BARE: (["--read-only", "-e", "PYTHONPYCACHEPREFIX=/nowhere", image], ours),
    }
    seconds: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        running = {name: stack.enter_context(_container(engine, words)) for name, (words, _) in containers.items()}
        for turn in range(WARM_UPS + ROUNDS):
            for name, (_, commands) in containers.items():
                for what, (words, expected) in commands.items():
                    used = _start(running[name], words, expected)
                    if turn >= WARM_UPS:
                        seconds.setdefault((name, what), []).append(used)
    _show({key: median(each) * 1000 for key, each in seconds.items()})


def _show(ms: Mapping[tuple[str, str], float]) -> None:
    note(f"Starts: ms of user and system CPU inside, medians of {ROUNDS} interleaved rounds")
    nothing = ms[BASE, NOTHING]
    for what in (HELP, BAD, FIRST):
        start = ms[READ_ONLY, what]
        figure(
            f"{what}, read-only / {NOTHING} in the base", start / nothing, " x", more=f"{start:.1f} / {nothing:.1f} ms"
        )
    for what in (HELP, BAD, FIRST):
        figure(f"{what}, read-only / warm", ms[READ_ONLY, what] / ms[WARM, what], " x", aim=1.1)
    for what in (HELP, BAD, FIRST):
        figure(f"{what}, for scale: without bytecode / warm", ms[BARE, what] / ms[WARM, what], " x")
    note("Warm: writable, with bytecode that Python wrote itself before, and checks by the source's time.")


def _waits(engine: Engine, base: str, image: str) -> None:
    """What a user waits for, the engine's own work included."""
    commands = {HELP: ["--read-only", image, "--help"], NOTHING: [base, "python3", "-c", "pass"]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, words in commands.items():
            began = time.monotonic()
            engine.run("run", "--rm", "--network", "host", *words)
            seconds[name].append(time.monotonic() - began)
    ours, nothing = median(seconds[HELP]), median(seconds[NOTHING])
    more = f"{ours:.2f} / {nothing:.2f} s of wall time"
    figure(f"docker run, {HELP} / {NOTHING} in the base", ours / nothing, " x", more=more)


@contextmanager
def _container(engine: Engine, words: list[str]) -> "Iterator[subprocess.Popen[str]]":
    """A container that starts processes for us, in a folder in memory."""
    *options, image = words
    how = [
        "run",
        "--rm",
        "-i",
        "--network",
        "host",
        "--tmpfs",
        "/work",
        "-w",
        "/work",
        "-e",
        "TEST_RUNNER_TOKEN=made-up",
    ]
    command = [engine.client, *how, *options, "--entrypoint", PYTHON, image, "-c", STARTER]
    with subprocess.Popen(
        command, env=engine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _start(container: "subprocess.Popen[str]", words: tuple[str, ...], expected: int) -> float:
    """Seconds of CPU. Raises RuntimeError if it ends in another way than it must."""
    assert container.stdin is not None
    assert container.stdout is not None
    container.stdin.write(json.dumps(words) + "\n")
    container.stdin.flush()
    status, used = json.loads(container.stdout.readline())
    if status != expected:
        raise RuntimeError(f"{' '.join(words)}: exit {status}, expected {expected}")
    return float(used)
