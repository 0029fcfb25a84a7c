"""What the release job does to the sources, and asks of them.

check VERSION                            exits with all that keeps these sources from being released as this version
claim OWNER/NAME                         the sources name this repository as their own
pin IMAGE@sha256:… VERSION OWNER/NAME    that too; and they name this image, and the program by the tag of this version
digest IMAGE:TAG                         prints what the registry has there; nothing where there is none
leads VERSION <TAGS                      prints its major version where none of these tags (`git ls-remote`) is later

action.yml on main builds the Dockerfile; in a release it names the image that was built, by its digest. So do the
templates of the other CI systems, which on main name it, and the program, by the tag of the major version. `claim` and
`pin` are done to the commit that is tagged, where nothing is rendered again.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = "image: Dockerfile"
TEMPLATES = ("gitlab-ci", "templates", "jenkins/vars", "jenkins/src", "jenkins/resources", "azure-pipelines")
CLAIMED = (*TEMPLATES, "action.yml", "native", "core/__init__.py", "Dockerfile", "README.md", "docs")
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
PINNED = re.compile(r"[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}")
REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+")
REF = re.compile(r"(?<![\w./-])v([0-9]+)(?![\w/-]|\.\w)")  # v1, and neither v1.2 nor /api/v1
SAYS_VERSION = {
    "core/__init__.py": r'^VERSION = "(.*?)"',
    "core/version.txt": r"^test-runner-action (.*)$",
    "Dockerfile": r"^ARG VERSION=(.*)$",
}


def check(version: str, root: Path = ROOT) -> None:
    """Exit with all that is wrong where these sources can't be released as this version."""
    if not VERSION.fullmatch(version):
        sys.exit(f"{version!r} can't be released: a version is X.Y.Z.")
    said = {name: _first(pattern, _text(root / name)) for name, pattern in SAYS_VERSION.items()}
    said["pyproject.toml"] = tomllib.loads(_text(root / "pyproject.toml"))["project"]["version"]
    wrong = [f"{name} says {found or 'none'}" for name, found in said.items() if found != version]
    if wrong:
        wrong[-1] += ": change core/__init__.py and pyproject.toml, then `make render`"
    major = version.partition(".")[0]
    named = _majors(root)
    if named != {major}:
        wrong.append(
            f"the templates name the major version {' and '.join(sorted(named)) or 'nowhere'}, so `v{major}` and the "
            f"image's tag `{major}` would be used by nobody: release that one, or change templates and documentation"
        )
    if not re.search(rf"(?m)^## \[{re.escape(version)}\]", _text(root / "CHANGELOG.md")):
        wrong.append(f"CHANGELOG.md has no heading `## [{version}] - YYYY-MM-DD`")
    if wrong:
        sys.exit("\n".join([f"{version} can't be released (docs/releasing.md):", *(f"- {each}." for each in wrong)]))


def claim(repository: str, root: Path = ROOT) -> list[Path]:
    """Name the repository wherever the sources name their own; gives what changed."""
    if not REPOSITORY.fullmatch(repository):
        sys.exit(f"{repository!r} is no repository, OWNER/NAME.")
    ours = re.compile(rf"(?<![\w.-])(ghcr\.io/)?{re.escape(_home(root))}(?![\w-])")

    def anew(found: re.Match[str]) -> str:
        return found[1] + repository.lower() if found[1] else repository  # an image's name has no capitals

    return [path for path in _files(root, CLAIMED) if _rewrite(path, ours.sub(anew, _text(path)))]


def pin(image: str, version: str, repository: str, root: Path = ROOT) -> list[Path]:
    """Name image, version and repository in what users run; gives what changed. Exits where it can't."""
    if not PINNED.fullmatch(image):
        sys.exit(f"{image!r} is no image with a digest.")
    if not VERSION.fullmatch(version):
        sys.exit(f"{version!r} is no version, X.Y.Z.")
    action = root / "action.yml"
    if _text(action).count(BUILT) != 1:
        sys.exit(f"action.yml does not have one line {BUILT!r}: is it released already?")
    claimed = claim(repository, root)  # first: the image's name stays as it was given
    _rewrite(action, _text(action).replace(BUILT, f"image: docker://{image}"))
    by_tag = _by_tag(root)
    pinned = [
        path
        for path in _files(root, TEMPLATES)
        if _rewrite(path, REF.sub(f"v{version}", by_tag.sub(image, _text(path))))
    ]
    return list(dict.fromkeys([action, *pinned, *claimed]))


def digest(reference: str) -> str:
    """What the registry has under this tag (sha256:…), or "" where it says that there is none; exits on anything else.

    One that could not be asked may well have it, and a released image is never replaced.
    """
    words = ["docker", "buildx", "imagetools", "inspect", reference, "--format", "{{.Manifest.Digest}}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip()
    if f"{reference}: not found" in done.stderr:
        return ""
    sys.exit(f"The registry does not tell what {reference} is: {done.stderr.strip()}")


def leads(version: str, tags: Iterable[str]) -> bool:
    """Whether no tag is a later version of the same major one: only then may what moves be moved to this version."""
    found = (_first(r"refs/tags/v([0-9]+\.[0-9]+\.[0-9]+)$", tag) for tag in tags)
    ours = _parts(version)
    return all(parts <= ours for parts in map(_parts, filter(None, found)) if parts[0] == ours[0])


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else ""


def _home(root: Path) -> str:
    """The repository that the sources name as their own, OWNER/NAME."""
    found = _first(r'^PROJECT = "https://github\.com/(.*?)"', _text(root / "core" / "__init__.py"))
    return found or sys.exit("core/__init__.py does not say PROJECT, the address of the repository.")


def _by_tag(root: Path) -> re.Pattern[str]:
    """Our image by the tag of a major version, wherever a template says so."""
    return re.compile(rf"ghcr\.io/{re.escape(_home(root).lower())}:([0-9]+)\b(?![.@])")


def _majors(root: Path) -> set[str]:
    """The major versions that the templates name, by image or by tag."""
    patterns = (_by_tag(root), REF)
    return {found for path in _files(root, TEMPLATES) for each in patterns for found in each.findall(_text(path))}


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """The files of these names, and of these folders."""
    for name in names:
        path = root / name
        for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if each.is_file() and each.parent.name != "__pycache__":
                yield each


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _rewrite(path: Path, text: str) -> bool:
    """Whether that changed the file."""
    if text == _text(path):
        return False
    path.write_text(text, encoding="utf-8")
    return True


def main() -> None:
    match sys.argv[1:]:
        case ["check", version]:
            check(version)
        case ["claim", repository]:
            _tell(claim(repository))
        case ["pin", image, version, repository]:
            _tell(pin(image, version, repository))
        case ["digest", reference]:
            print(digest(reference))
        case ["leads", version]:
            print(version.partition(".")[0] if leads(version, sys.stdin) else "")
        case _:
            sys.exit(__doc__)


def _tell(changed: list[Path]) -> None:
    for path in changed:
        print(f"{path.relative_to(ROOT)} names what is released.")


if __name__ == "__main__":
    main()
