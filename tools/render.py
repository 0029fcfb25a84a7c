"""Write what is generated: action.yml, help.txt, the image's version, the README's tables. `--check` compares."""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import VERSION  # noqa: E402 -- after the path
from tools.rendering import azure, gitlab, jenkins  # noqa: E402 -- the same
from tools.rendering.action import action, native  # noqa: E402 -- the same
from tools.rendering.dockerfile import with_version  # noqa: E402 -- the same
from tools.rendering.help import help_text  # noqa: E402 -- the same
from tools.rendering.tables import with_tables  # noqa: E402 -- the same


def generated() -> Iterator[tuple[Path, str]]:
    yield ROOT / "action.yml", action()
    yield ROOT / "native" / "action.yml", native()
    yield ROOT / "core" / "help.txt", help_text()
    yield ROOT / "core" / "version.txt", f"test-runner-action {VERSION}\n"
    yield from azure.templates(ROOT)
    yield from gitlab.templates(ROOT)
    yield from jenkins.files(ROOT)
    dockerfile = ROOT / "Dockerfile"
    yield dockerfile, with_version(dockerfile.read_text(encoding="utf-8"))
    readme = ROOT / "README.md"
    yield readme, with_tables(readme.read_text(encoding="utf-8"))


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    stale = []
    for path, text in generated():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(text, encoding="utf-8")
    if stale:
        print(("Out of date, run `make render`: " if check else "Written: ") + ", ".join(stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
