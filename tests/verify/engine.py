"""A Docker engine of our own, which touches neither the host's network nor its engine, and images without a registry.

Containers share the host's network, so that they reach a sandbox on 127.0.0.1; so must every build.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
IMAGE = "test-runner-action:ci"
START_SECONDS = 20.0
LONGEST = 300.0  # seconds that any command may take
# What CPython's own image is made from, without what no program reads.
DEBIAN = (
    "ca-certificates,netbase,tzdata,libssl3,libffi8,zlib1g,libbz2-1.0,liblzma5,libreadline8,libsqlite3-0,"
    "libncursesw6,libexpat1,libuuid1,libnsl2,libtirpc3,libcrypt1"
)
PYTHON = """\
FROM debian:bookworm-slim
ENV PATH=/usr/local/bin:$PATH LANG=C.UTF-8 PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY usr/ /usr/local/
RUN ldconfig && cd /usr/local/bin && ln -s python{version} python3 && ln -s python{version} python \\
 && python -m ensurepip && ln -sf pip3 pip && python -c "import ssl,sqlite3,bz2,lzma,ctypes,readline,zlib"
CMD ["python3"]
"""


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
            self._daemon = subprocess.Popen(["dockerd", *options], stdout=log, stderr=log)
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
        subprocess.run(["umount", str(self.folder / "exec" / "netns" / "default")], capture_output=True, check=False)
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


def base_image(engine: Engine) -> str:
    """`python:3.x-slim-bookworm` as near as Debian's packages and this machine's CPython come to it."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    prefix = Path(sys.base_prefix)
    if prefix == Path("/usr"):
        raise MissingError("Python is Debian's own, which can't be copied into an image")
    archive = TOOLS / "bookworm.tar"
    if not archive.exists():
        _bootstrap(archive)
    engine.run("import", "--change", 'CMD ["bash"]', str(archive), "debian:bookworm-slim")
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        skipped = shutil.ignore_patterns("test", "__pycache__", "site-packages")
        shutil.copytree(prefix / "lib", context / "usr/lib", ignore=skipped, symlinks=True)
        shutil.copytree(prefix / "include", context / "usr/include", symlinks=True)
        (context / "usr/lib" / f"python{version}" / "site-packages").mkdir(exist_ok=True)
        (context / "usr/bin").mkdir()
        shutil.copy2(prefix / "bin" / f"python{version}", context / "usr/bin")
        shutil.copy2("/etc/ssl/certs/ca-certificates.crt", context)
        (context / "Dockerfile").write_text(PYTHON.format(version=version))
        name = f"python:{version}-slim-bookworm"
        engine.run("build", "-q", "--network", "host", "-t", name, folder)
    return name


def _bootstrap(archive: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise MissingError("mmdebstrap is not at hand: apt-get install mmdebstrap")
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")]
    partial = archive.with_suffix(".partial.tar")
    done = subprocess.run(
        ["mmdebstrap", "-q", "--variant=minbase", *left_out, f"--include={DEBIAN}", "bookworm", str(partial)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    if done.returncode:
        raise MissingError(f"mmdebstrap failed: {done.stderr[-300:]}")
    partial.rename(archive)


def build(engine: Engine, base: str, *, tag: str = IMAGE, folder: Path = ROOT, extra: Sequence[str] = ()) -> str:
    """The image of the Dockerfile in `folder`, on this base."""
    arguments = ["--build-arg", f"PYTHON_IMAGE={base}"]
    engine.run("build", "-q", "--network", "host", *arguments, *extra, "-t", tag, str(folder))
    return tag
