"""The commit and branch that the workspace has checked out, read from its files: no git is needed, nor in the PATH.

Wire: https://git-scm.com/docs/gitrepository-layout
"""

import os

from core.workspace.opening import reading

LONGEST = 1 << 20  # bytes that are read of any file; the refs of very large repositories are not worth more
BRANCH = "refs/heads/"
_SHA_LENGTHS = (40, 64)
_HEX = frozenset("0123456789abcdef")


def head(workspace: str) -> tuple[str, str]:
    """(commit, branch); empty where there is no repository, or no branch is checked out."""
    folder = _repository(os.path.join(workspace, ".git"))
    text = _read(os.path.join(folder, "HEAD"))
    if not text.startswith("ref: "):
        return _commit(text), ""
    ref = text.removeprefix("ref: ").strip()
    branch = ref.removeprefix(BRANCH) if ref.startswith(BRANCH) else ""
    if ".." in ref.split("/"):
        return "", ""
    common = _read(os.path.join(folder, "commondir")).strip()
    shared = os.path.join(folder, common) if common else folder
    return _commit(_read(os.path.join(shared, ref))) or _packed(shared, ref), branch


def _repository(path: str) -> str:
    """In a further working tree `.git` is a file that names the folder."""
    text = _read(path)
    if not text.startswith("gitdir: "):
        return path
    return os.path.join(os.path.dirname(path), text.removeprefix("gitdir: ").strip())


def _packed(folder: str, ref: str) -> str:
    for line in _read(os.path.join(folder, "packed-refs")).split("\n"):
        commit, _, name = line.partition(" ")
        if name == ref:
            return _commit(commit)
    return ""


def _commit(text: str) -> str:
    found = text.strip()
    return found if len(found) in _SHA_LENGTHS and set(found) <= _HEX else ""


def _read(path: str) -> str:
    try:
        with reading(path) as file:
            return file.read(LONGEST).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
