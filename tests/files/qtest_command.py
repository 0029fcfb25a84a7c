"""Stands for a user's tests of a qTest job: reads QTEST_MATERIALS_FILE and writes JUnit to its first argument.

A content that begins with `shop.FailingTest` fails. Further arguments: `exit=3` ends so, `skip` skips them all,
`silent` writes no file, `other` writes cases of other names, `sleep=60` takes that long.
"""

import json
import os
import sys
import time
from xml.sax.saxutils import quoteattr


def main(path: str, *words: str) -> int:
    with open(os.environ["QTEST_MATERIALS_FILE"], encoding="utf-8") as file:
        materials = json.load(file)["materials"]
    values = dict(word.split("=", 1) for word in words if "=" in word)
    sys.stdout.write(f"running {len(materials)} tests\n")
    sys.stdout.flush()
    time.sleep(float(values.get("sleep", 0)))
    if "silent" not in words:
        with open(path, "w", encoding="utf-8") as file:
            file.write("<testsuite name='shop'>")
            file.writelines(case(material["automation_content"], words) for material in materials)
            file.write("</testsuite>")
    return int(values.get("exit", 0))


def case(content: str, words: tuple[str, ...]) -> str:
    classname, _, name = content.partition("#")
    inside = "<failure message='expected 1, got 0'>trace</failure>" if content.startswith("shop.FailingTest") else ""
    inside = "<skipped/>" if "skip" in words else inside
    classname = "another.Test" if "other" in words else classname
    return f"<testcase classname={quoteattr(classname)} name={quoteattr(name)} time='0.5'>{inside}</testcase>"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
