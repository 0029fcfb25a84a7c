"""What an image is made of: its layers with their sizes, every byte in them, and its file system as one fingerprint."""

import gzip
import hashlib
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.verify.engine import LONGEST, Engine

LEVEL = 6  # gzip's own default, and that of `docker push`
BLOCK = 1 << 20  # bytes
# Written by the engine when it starts a container, and part of no image.
ENGINES_OWN = {".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """`made_by` is the Dockerfile's line. Sizes in bytes, `packed` by gzip. `found`: which of the texts are in it."""

    made_by: str
    size: int
    packed: int
    found: frozenset[bytes]


def layers_above(engine: Engine, image: str, base: str, *, look_for: frozenset[bytes] = frozenset()) -> list[Layer]:
    """The image's own layers, lowest first; beside them, as the last and without size, its configuration."""
    below = len(digests(engine, base))
    assert digests(engine, image)[:below] == digests(engine, base)
    with tempfile.NamedTemporaryFile() as saved:
        engine.run("save", "-o", saved.name, image)
        with tarfile.open(saved.name) as archive:
            (manifest,) = json.loads(_content(archive, "manifest.json"))
            config = _content(archive, manifest["Config"])
            steps = [step for step in json.loads(config)["history"] if not step.get("empty_layer")]
            own = list(zip(steps, manifest["Layers"], strict=True))[below:]
            layers = [_measured(archive, name, step["created_by"], look_for) for step, name in own]
    hidden = frozenset(text for text in look_for if text in config)
    return [*layers, Layer(made_by="configuration", size=0, packed=0, found=hidden)]


def fingerprint(engine: Engine, image: str) -> dict[str, tuple[Any, ...]]:
    """The whole root file system but for its times: path to kind, mode, owner, target and hash of the content."""
    container = engine.run("create", "--network", "host", image).stdout.strip()
    try:
        with _archive(engine, "export", container) as archive:
            return {
                member.name: (member.type, member.mode, member.uid, member.gid, member.linkname, _hash(archive, member))
                for member in archive
                if member.name not in ENGINES_OWN and not member.name.startswith("dev/")
            }
    finally:
        engine.run("rm", container)


def digests(engine: Engine, image: str) -> list[str]:
    """Of the layers, lowest first, as they are unpacked."""
    found: list[str] = json.loads(engine.run("inspect", "--format", "{{json .RootFS.Layers}}", image).stdout)
    return found


@contextmanager
def _archive(engine: Engine, *words: str) -> Iterator[tarfile.TarFile]:
    """What this command of the Docker client writes, as it comes."""
    with subprocess.Popen([engine.client, *words], env=engine.environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            yield archive
        while process.stdout.read(BLOCK):  # a tar file's padding: left in the pipe, it would be an error of the client
            pass
        assert process.wait(LONGEST) == 0, words


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    assert file is not None, name
    return file.read()


def _measured(archive: tarfile.TarFile, name: str, made_by: str, look_for: frozenset[bytes]) -> Layer:
    content = _content(archive, name)
    found = frozenset(text for text in look_for if text in content)
    return Layer(made_by=made_by, size=len(content), packed=len(gzip.compress(content, LEVEL)), found=found)


def _hash(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    file = archive.extractfile(member) if member.isreg() else None
    return hashlib.sha256(file.read()).hexdigest() if file else ""
