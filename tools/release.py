"""What the release job does to the sources: `check VERSION`, and `pin IMAGE@sha256:…` which names that image.

action.yml on main builds the Dockerfile; in a release it names the image that was built, by its digest. So do the
templates of the other CI systems, which on main name it by the tag of the major version.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = "image: Dockerfile"
NAMED = re.compile(r"ghcr\.io/org/test-runner-action:1\b(?!@)")
TEMPLATES = ("gitlab-ci", "templates", "jenkins/vars", "jenkins/src", "azure-pipelines")
PINNED = re.compile(r"[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}")
VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


def check(version: str, root: Path = ROOT) -> None:
    """Exit with a message where this is not the version of these sources."""
    ours = (root / "core" / "version.txt").read_text(encoding="utf-8").split()[-1]
    if not VERSION.fullmatch(version) or version != ours:
        sys.exit(
            f"{version!r} can't be released: core/version.txt says {ours}. Change core/__init__.py and `make render`."
        )


def pin(image: str, root: Path = ROOT) -> list[Path]:
    """Name the image in action.yml and the templates; gives what changed. Exits where it can't."""
    if not PINNED.fullmatch(image):
        sys.exit(f"{image!r} is no image with a digest.")
    action = root / "action.yml"
    text = action.read_text(encoding="utf-8")
    if text.count(BUILT) != 1:
        sys.exit(f"action.yml does not have one line {BUILT!r}: is it released already?")
    action.write_text(text.replace(BUILT, f"image: docker://{image}"), encoding="utf-8")
    changed = [action]
    for path in (path for folder in TEMPLATES for path in sorted((root / folder).rglob("*")) if path.is_file()):
        text = path.read_text(encoding="utf-8")
        if NAMED.search(text):
            path.write_text(NAMED.sub(image, text), encoding="utf-8")
            changed.append(path)
    return changed


def main() -> None:
    match sys.argv[1:]:
        case ["check", version]:
            check(version)
        case ["pin", image]:
            for path in pin(image):
                print(f"{path.relative_to(ROOT)} names {image}")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
