"""Stands for the user's own tests in the demo: `demo_tests.py REPORT [MATERIALS]` writes JUnit; one case fails.

With a file of qTest's materials it writes one passing case for each of them.
"""

import json
import os
import sys
from xml.sax.saxutils import quoteattr

OWN = (("shop.CartTest", "adds item", ""), ("shop.CartTest", "counts items", "expected 2, got 1"))


def main(report: str, materials: str = "") -> int:
    cases = _of_materials(materials) if materials else list(OWN)
    os.makedirs(os.path.dirname(report) or ".", exist_ok=True)
    with open(report, "w", encoding="utf-8") as file:
        file.write("<testsuite name='shop'>")
        file.writelines(_case(*case) for case in cases)
        file.write("</testsuite>")
    failed = sum(1 for _, _, complaint in cases if complaint)
    sys.stdout.write(f"{len(cases)} tests, {failed} failed\n")
    return 1 if failed else 0


def _of_materials(path: str) -> list[tuple[str, str, str]]:
    with open(path, encoding="utf-8") as file:
        contents = [material["automation_content"] for material in json.load(file)["materials"]]
    return [(content.partition("#")[0], content.partition("#")[2], "") for content in contents]


def _case(classname: str, name: str, complaint: str) -> str:
    inside = f"<failure message={quoteattr(complaint)}/>" if complaint else ""
    return f"<testcase classname={quoteattr(classname)} name={quoteattr(name)} time='0.5'>{inside}</testcase>"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
