"""Files that only this step and the command it runs need: in a folder of its own, gone when the step is over."""

import os

from core.errors import OutputError

PARENT = ".test-runner"


class PrivateFolder:
    """One folder of this process in the workspace: made when somebody asks for it, and of a name that is nobody's."""

    def __init__(self, workspace: str) -> None:
        self._parent = os.path.join(os.path.abspath(workspace), PARENT)
        self._path = ""

    @property
    def path(self) -> str:
        """Its absolute path; it is there. Raises OutputError."""
        if not self._path:
            path = os.path.join(self._parent, f"files-{os.urandom(6).hex()}")
            if os.path.islink(self._parent):
                raise OutputError(f"{PARENT} is a symbolic link: nothing is written there.")
            try:
                os.makedirs(path, mode=0o755)
            except OSError as error:
                raise OutputError(f"A folder in {PARENT}/ can't be made: {error.strerror}.") from error
            self._path = path
        return self._path

    def remove(self) -> None:
        """Delete it with all that is in it, as far as that works; no report may need it any more."""
        if self._path:
            import shutil  # noqa: PLC0415 -- few steps have such a folder

            shutil.rmtree(self._path, ignore_errors=True)
            self._path = ""
