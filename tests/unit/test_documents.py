"""What the documents' Markdown must hold so that GitHub shows it as it was meant."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
BETWEEN = re.compile(r"(?<!\\)\|")  # GitHub splits a row here even inside of code
RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")


def cells(row: str) -> int:
    return len(BETWEEN.split(row.strip().removeprefix("|").removesuffix("|")))


def broken_rows(text: str) -> list[str]:
    """The rows of all tables that have not as many cells as their head."""
    found, head, wanted, fenced = [], "", 0, False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if fenced or "|" not in line:
            wanted = 0
        elif not wanted and "|" in head and RULE.fullmatch(line.strip()):
            wanted = cells(head)
            found += [line] if cells(line) != wanted else []
        elif wanted and cells(line) != wanted:
            found.append(line)
        head = line
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page: Path) -> None:
    assert broken_rows(page.read_text("utf-8")) == []


def test_a_bar_inside_of_code_is_a_cell_too_many() -> None:
    head = "| a | b |\n|---|--:|\n"
    assert broken_rows(f"{head}| `x|y` | 1 |\n") == ["| `x|y` | 1 |"]
    assert broken_rows(f"{head}| `x\\|y` | 1 |\n") == []
