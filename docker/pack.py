"""What the image's build does to its files: they are few, the same in every build, and never compiled at a start.

pack.py packages|program FOLDER   FOLDER/app becomes /app: what no start reads goes, bytecode comes
pack.py library FOLDER            bytecode of the standard library, which the base image leaves out, below FOLDER
"""

import os
import shutil
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, compile  # noqa: A004 -- the builtin is not used here

# Nobody imports these: /app is not where Python looks for a user's packages.
UNUSED = (
    "bin",
    "*.dist-info/RECORD",  # so that it names nothing that is gone; without it no installer takes the package as its own
    "**/*.py[ix]",
    "**/*.px[di]",
    "lxml/html",
    "lxml/includes",
    "lxml/isoschematron",
    "lxml/objectify.*",
    "lxml/sax.*",
    "yaml/_yaml.*",  # 2.7 MB of LibYAML, and we read with the loader that is written in Python
)
# Parts of the standard library that neither we nor our packages import, not even far away.
UNCOMPILED = {
    *("config-", "curses", "dbm", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tkinter"),
    *("turtledemo", "unittest", "venv", "wsgiref", "xmlrpc"),
    *("doctest.py", "imaplib.py", "mailbox.py", "nntplib.py", "pdb.py", "pickletools.py", "pydoc.py", "turtle.py"),
}
START_HOOK = "_distutils_hack"  # setuptools, where the base image has it, imports this whenever Python starts
EPOCH = 315532800  # 1980-01-01, the earliest time that a ZIP file can hold


def main(part: str, folder: Path) -> None:
    """Prepare one part; what is below `folder` is then laid over the image's root."""
    if part == "library":
        library = Path(sysconfig.get_path("stdlib"))
        into = folder / library.relative_to("/")
        add_bytecode(library, into, runs_in=library, skip=UNCOMPILED | {"site-packages"})
        hook = Path("site-packages", START_HOOK)
        add_bytecode(library / hook, into / hook, runs_in=library / hook)
    else:
        app = folder / "app"
        drop(app, UNUSED if part == "packages" else ())
        add_bytecode(app, app, runs_in=Path("/app"))
    settle(folder, float(os.environ.get("SOURCE_DATE_EPOCH", EPOCH)))


def drop(folder: Path, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def add_bytecode(sources: Path, into: Path, *, runs_in: Path, skip: frozenset[str] | set[str] = frozenset()) -> None:
    """Compile every module below `sources` for the folder that it `runs_in`, valid whatever a copy does to its times.

    `skip` names entries of `sources` itself, a folder also by the start of its name up to a hyphen.
    """
    for source in sorted(sources.glob("**/*.py")):
        relative = source.relative_to(sources)
        first, hyphen, _ = relative.parts[0].partition("-")
        if {first + hyphen, relative.parts[0]} & skip:
            continue
        compile(
            str(source),
            cfile=cache_from_source(str(into / relative)),
            dfile=str(runs_in / relative),  # what a traceback shows
            doraise=True,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )


def settle(folder: Path, time: float) -> None:
    """Give all of it one time, and modes that let any user read, whatever the umask of the checkout was.

    What names its interpreter in the first line may be executed.
    """
    for path in sorted(folder.glob("**/*"), reverse=True):  # a folder after what is in it
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.read_bytes()[:2] == b"#!" else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
