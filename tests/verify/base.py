"""`python:3.x-slim-bookworm` as near as Debian's packages and this machine's CPython come to it, without a registry."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.verify.engine import LONGEST, TOOLS, Engine, MissingError

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
BELOW = "debian:bookworm-slim"
NAME = f"python:{VERSION}-slim-bookworm"
# What CPython's own image is made from, without what no program reads.
DEBIAN = (
    "ca-certificates,netbase,tzdata,libssl3,libffi8,zlib1g,libbz2-1.0,liblzma5,libreadline8,libsqlite3-0,"
    "libncursesw6,libexpat1,libuuid1,libnsl2,libtirpc3,libcrypt1"
)
# As the official one it has sources of the standard library, setuptools and pip, and no bytecode at all.
PYTHON = f"""\
FROM {BELOW}
ENV PATH=/usr/local/bin:$PATH LANG=C.UTF-8 PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY usr/ /usr/local/
RUN ldconfig && cd /usr/local/bin && ln -s python{VERSION} python3 && ln -s python{VERSION} python \\
 && python -m ensurepip && ln -sf pip3 pip && python -c "import ssl,sqlite3,bz2,lzma,ctypes,readline,zlib" \\
 && find /usr/local -name __pycache__ -prune -exec rm -rf {{}} +
CMD ["python3"]
"""


def base_image(engine: Engine) -> str:
    """Its name in this engine, which then has `debian:bookworm-slim`, too. Both are made once and kept in `.tools`."""
    prefix = Path(sys.base_prefix)
    if prefix == Path("/usr"):
        raise MissingError("Python is Debian's own, which can't be copied into an image")
    recipe = f"{sys.version}{prefix}{DEBIAN}{PYTHON}{NAME}{BELOW}"
    kept = TOOLS / f"python-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.tar"
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "base.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who runs beside us waits, and loads what we have made
        if not kept.exists():
            _make(engine, prefix)
            partial = kept.with_suffix(".partial")
            engine.run("save", "-o", str(partial), NAME, BELOW)
            partial.rename(kept)
            return NAME
    engine.run("load", "-q", "-i", str(kept))
    return NAME


def _make(engine: Engine, prefix: Path) -> None:
    archive = TOOLS / "bookworm.tar"
    if not archive.exists():
        _bootstrap(archive)
    engine.run("import", "--change", 'CMD ["bash"]', str(archive), BELOW)
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder)
        skipped = shutil.ignore_patterns("test", "__pycache__", "site-packages")
        shutil.copytree(prefix / "lib", context / "usr/lib", ignore=skipped, symlinks=True)
        shutil.copytree(prefix / "include", context / "usr/include", symlinks=True)
        (context / "usr/lib" / f"python{VERSION}" / "site-packages").mkdir(exist_ok=True)
        (context / "usr/bin").mkdir()
        shutil.copy2(prefix / "bin" / f"python{VERSION}", context / "usr/bin")
        shutil.copy2("/etc/ssl/certs/ca-certificates.crt", context)
        (context / "Dockerfile").write_text(PYTHON)
        engine.run("build", "-q", "--network", "host", "-t", NAME, folder)


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
