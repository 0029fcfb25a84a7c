"""Which file the first word of a command is, and what Windows must not be handed with it.

npm, npx, mvn and gradlew are batch files there. The system starts one by its whole name alone, through cmd.exe, which
reads the arguments once more and acts on signs that no quotes of the usual kind take the meaning from: whatever
else an argument holds, the batch file gets (https://flatt.tech/research/posts/batbadbut-you-cant-securely-execute-commands-on-windows/,
CVE-2024-1874, CVE-2024-24576). So an argument with such a sign is refused, whoever wrote it.
"""

import errno
import os
import shutil
import sys
from collections.abc import Mapping, Sequence

from core.errors import BadInputError

_WINDOWS = sys.platform == "win32"
_STARTABLE = (".com", ".exe", ".bat", ".cmd")  # in the order of cmd.exe; no other can be started without a shell
_BATCH = (".bat", ".cmd")
_ACTED_ON = frozenset('&|<>^%"()\r\n')  # the brackets inside an IF of the file


def startable(
    words: Sequence[str], directory: str, environment: Mapping[str, str], *, windows: bool = _WINDOWS
) -> list[str]:
    """The words to start: on Windows the program by its whole path, elsewhere as they are.

    Raises FileNotFoundError where there surely is none, BadInputError for arguments that cmd.exe would act on.
    """
    program = words[0]
    if not windows:
        place = os.path.join(directory, program) if os.path.dirname(program) else program
        if shutil.which(place, path=environment.get("PATH", os.defpath)) is None and not os.path.isfile(place):
            raise FileNotFoundError(errno.ENOENT, "")
        return list(words)
    found = _on_windows(program, directory, environment)
    if found.rstrip(". ").lower().endswith(_BATCH):
        _refuse(words[1:], os.path.basename(found))
    return [found, *words[1:]]


def _on_windows(program: str, directory: str, environment: Mapping[str, str]) -> str:
    """As a command line there finds it, but what is installed before what lies in the folder of the tests."""
    has_ending = program.lower().endswith(_STARTABLE)
    names = [program] if has_ending else [program + ending for ending in _STARTABLE]
    folders = [directory]
    if not os.path.dirname(program):
        folders = [*filter(None, environment.get("PATH", "").split(os.pathsep)), directory]
    for folder in folders:
        for name in names:
            place = os.path.join(directory, folder.strip('"'), name)
            if os.path.isfile(place):
                return place
    raise FileNotFoundError(errno.ENOENT, "")


def _refuse(arguments: Sequence[str], program: str) -> None:
    for argument in arguments:
        if signs := sorted(_ACTED_ON.intersection(argument)):
            said = (
                f"hands {argument!r} to {program}, a batch file: cmd.exe reads it, and would act on {signs[0]!r}. Name "
                "the program that it starts (such as node and its script), or put the argument into a file."
            )
            raise BadInputError([("command", said)])
