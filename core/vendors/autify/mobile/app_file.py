"""Whether a file can be a build for Autify: found out here, before minutes are spent on sending it."""

import os
from collections.abc import Sequence

from core.inputs.kinds import regular_file

KINDS = (".apk", ".ipa", ".zip")


def problem_of(path: str) -> str:
    """What is wrong with the file, as a sentence; nothing where it can be sent. All three kinds are zip archives."""
    kind = os.path.splitext(path)[1].lower()
    if os.path.isdir(path):
        advice = " Zip the .app folder and give the .zip." if path.rstrip("/\\").lower().endswith(".app") else ""
        return f"{path!r} is a folder.{advice}"
    try:
        regular_file(path)
    except ValueError as error:
        return str(error)
    if kind not in KINDS:
        advice = " From an .aab, build an .apk for testing." if kind == ".aab" else ""
        return f"{path!r} is none of .apk, .ipa and .zip (a zipped .app folder).{advice}"
    if not os.path.getsize(path):
        return f"the file {path!r} is empty."
    return _problem_of_archive(path, kind)


def _problem_of_archive(path: str, kind: str) -> str:
    from zipfile import BadZipFile, ZipFile  # noqa: PLC0415 -- 10 ms, which only a file with the right name is worth

    try:
        with ZipFile(path) as archive:
            names = archive.namelist()
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        return f"{path!r} is no whole {kind}: its archive can't be read. Was it fetched completely (also from Git LFS)?"
    if kind == ".zip" and not _holds_app(names):
        return f"{path!r} holds no .app folder: zip the folder itself, or give an .apk or .ipa."
    return ""


def _holds_app(names: Sequence[str]) -> bool:
    return any(part.lower().endswith(".app") for name in names for part in name.split("/")[:-1])
