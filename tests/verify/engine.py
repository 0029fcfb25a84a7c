"""A Docker engine of our own, which touches neither the host's network nor its engine.

Containers share the host's network, so that they reach a sandbox on 127.0.0.1; so must every build. What the engine
holds is in memory where there is enough, and gone with it: on a disk, its end was most of the time of a test run.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
IMAGE = "test-runner-action:ci"
START_SECONDS = 20.0
LONGEST = 300.0  # seconds that any command may take
ENOUGH = 6 << 30  # bytes of free memory, of which the engine takes a third
# Ends with its parent, and sees mounts that nobody else sees: "$0" is in memory, and every mount goes with the process.
ALONE = ("setpriv", "--pdeathsig", "TERM", "unshare", "--mount", "--propagation", "slave")
IN_MEMORY = ("sh", "-c", f'mount -t tmpfs -o size={ENOUGH // 3} images "$0" && exec "$@"')


class MissingError(Exception):
    """Something that this machine lacks; the text says what."""


class Engine:
    """dockerd as a child of this process, with a socket and a data folder of its own."""

    def __init__(self) -> None:
        self.client = _client()
        self.folder = Path(tempfile.mkdtemp(prefix="engine."))
        self.socket = f"unix://{self.folder}/docker.sock"
        self.environment = {**os.environ, "DOCKER_HOST": self.socket, "DOCKER_BUILDKIT": "1"}
        at, where = self.folder, ("--data-root", "--exec-root")
        options = [part for name, sub in zip(where, ("data", "exec"), strict=True) for part in (name, str(at / sub))]
        options += ["--pidfile", str(at / "pid"), "-H", self.socket]
        options += ["--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false"]
        with (at / "log").open("wb") as log:
            self._daemon = subprocess.Popen([*_place(at / "data"), "dockerd", *options], stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while self.run("info", check=False).returncode:
            if self._daemon.poll() is not None or time.monotonic() > end:
                said = (at / "log").read_text(errors="replace").splitlines()[-3:]
                self.close()
                raise MissingError(f"dockerd does not start here: {' / '.join(said)}"[:500])
            time.sleep(0.1)

    def run(
        self,
        *words: str,
        check: bool = True,
        text: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """One command of the Docker client, to its end."""
        done = subprocess.run(
            [self.client, *words],
            env={**self.environment, **(environment or {})},
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        assert not check or done.returncode == 0, f"docker {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done

    def containers(self) -> list[str]:
        """The ids of those that run."""
        return self.run("ps", "-q").stdout.split()

    def close(self) -> None:
        if self._daemon.poll() is None:
            everything = self.run("ps", "-aq", check=False).stdout.split()
            if everything:
                self.run("rm", "-f", *everything, check=False)
            self._daemon.terminate()
        self._daemon.wait(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)


def _client() -> str:
    """A client that can build with BuildKit: Debian's has it built in, others need a plug-in."""
    if os.geteuid() != 0:
        raise MissingError("only root can start a Docker engine")
    if shutil.which("dockerd") is None:
        raise MissingError("dockerd is not at hand: apt-get install docker.io")
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, "docker")
        if os.access(path, os.X_OK):
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            if " 20.10." in said:
                return path
    raise MissingError("no Docker client 20.10 in PATH: apt-get install docker.io")


def _place(folder: Path) -> Sequence[str]:
    """What a daemon is started by, so that it keeps its images in `folder`, seen by it alone."""
    folder.mkdir()
    pages = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return (*ALONE, *IN_MEMORY, str(folder)) if pages > ENOUGH else ALONE


def build(engine: Engine, base: str, *, tag: str = IMAGE, folder: Path = ROOT, extra: Sequence[str] = ()) -> str:
    """The image of the Dockerfile in `folder`, on this base."""
    arguments = ["--build-arg", f"PYTHON_IMAGE={base}"]
    engine.run("build", "-q", "--network", "host", *arguments, *extra, "-t", tag, str(folder))
    return tag
