"""The user's command with placeholders: split first, filled in afterwards, so that no content can become words.

Test texts are written by whoever may edit a test case at qTest: they are values, never a part of a command line.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.errors import BadInputError
from core.inputs.options import Problem
from core.inputs.sources import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.vendors.qtest.jobs import Material

HOSTILE = ("automation_content", "test_case_name")  # texts of qTest's users
OF_A_MATERIAL = (*HOSTILE, "test_run_id")
_ALL = re.compile(r"\{(automation_contents?|test_case_name|test_run_id|job_id|material_file|junit)\}")
_NAMES = ("automation_contents", *OF_A_MATERIAL, "job_id", "material_file", "junit")
_NAMED = re.compile(r"\{([A-Za-z][\w-]*)\}")
_TEXT = re.compile(r"\{(automation_contents?|test_case_name)\}")
_EXPANDED = "{automation_contents}"
_CONTROLS = ("Cc", "Cs", "Zl", "Zp")  # line ends, and what no terminal and no argument can hold
_TURNS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # show a text in another order
_LONGEST = 4 << 10  # bytes of one content
_WITH_A_SHELL = "Write bash -c '… \"$QTEST_AUTOMATION_CONTENT\"' with `shell: env`"


def check_template(command: str, *, env: bool, per_material: bool) -> Iterator[Problem]:
    """What is wrong with a command, whatever the jobs hold."""
    from core.child.words import split  # noqa: PLC0415 -- only who has a command pays for it
    from core.vendors.qtest.reading import reader_of_a_text  # noqa: PLC0415 -- the same

    try:
        words = split(command)
    except BadInputError as error:
        yield from error.problems
        return
    used = {name for word in words for name in _ALL.findall(word)}
    for name in sorted({name for word in words for name in _NAMED.findall(word)} - {*_NAMES}):
        if near := nearest(name.lower(), _NAMES):
            yield "command", f"{{{name}}} is no placeholder and would stay as it is. Did you mean {{{near}}}?"
            return
    reader = reader_of_a_text(words)
    if _ALL.search(words[0]):
        yield "command", "begins with a placeholder: what is run is not for qTest to say."
    elif env and used:
        yield "command", "holds a placeholder, and with `shell: env` everything comes in variables (QTEST_…)."
    elif reader:
        yield "command", f"fills a text into what {reader} reads as code. {_WITH_A_SHELL}, or use {{material_file}}."
    elif any(_EXPANDED in word and word != _EXPANDED for word in words):
        yield "command", "{automation_contents} becomes several words: it must be a word of its own."
    elif used & {*OF_A_MATERIAL} and not per_material:
        name = min(used & {*OF_A_MATERIAL})
        yield "command", f"{{{name}}} is of one test: set `per: material`, or use {_EXPANDED}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What is filled in. Paths are absolute."""

    materials: Sequence["Material"]
    job_id: int
    material_file: str
    junit: str


def fill(words: Sequence[str], values: Values) -> list[str]:
    """The words of one command; `words` come from a template that check_template() has nothing against."""
    one = values.materials[0] if len(values.materials) == 1 else None
    known = {"job_id": str(values.job_id), "material_file": values.material_file, "junit": values.junit}
    if one is not None:
        known |= {"automation_content": one.plain, "test_case_name": one.name, "test_run_id": str(one.test_run)}
    filled: list[str] = []
    for word in words:
        if word == _EXPANDED:
            filled += [material.plain for material in values.materials if material.content]
        else:
            filled.append(_ALL.sub(lambda match: known.get(match[1], match[0]), word))
    return filled


def variables(values: Values, *, env: bool) -> Mapping[str, str]:
    """The variables of the command: ids and paths always, contents where a shell is to read them."""
    found = {"QTEST_MATERIALS_FILE": values.material_file, "QTEST_JOB_ID": str(values.job_id)}
    found["QTEST_JUNIT"] = values.junit
    if env:
        contents = [material.plain for material in values.materials if material.content]
        found["QTEST_AUTOMATION_CONTENTS"] = "\n".join(contents)
        found["QTEST_AUTOMATION_CONTENT"] = contents[0] if len(contents) == 1 else ""
        if len(values.materials) == 1:
            found["QTEST_TEST_CASE_NAME"] = values.materials[0].name
            found["QTEST_TEST_RUN_ID"] = str(values.materials[0].test_run)
    return found


def refusal(words: Sequence[str], material: "Material", *, env: bool, alone: bool = True) -> str:
    """Why this material must not be run, as a sentence; empty where it may. `alone`: the command is for it only.

    A name in a variable may begin with a dash: it is a text for people, where a content is what is run.
    """
    from unicodedata import category  # noqa: PLC0415 -- only who runs a job pays for it

    texts = {"automation_content": material.plain, "test_case_name": material.name}
    for name, text in texts.items():
        used = (env and alone) or any(f"{{{name}}}" in word for word in words)
        if name == "test_case_name" and not used:
            continue  # it goes nowhere but into a JSON file
        if len(text.encode("utf-8", "replace")) > _LONGEST:
            return f"its {name} has more than 4 KiB."
        if any(category(sign) in _CONTROLS or sign in _TURNS for sign in text):
            return f"its {name} holds a line break or another character that can't be printed."
        if env and name == "automation_content" and text.startswith("-"):
            return f"its {name} begins with a dash and would be an option."
    word = "" if env else next((each for each in _before_dashes(words) if _becomes_option(each, texts)), "")
    return f"it makes {word} begin with a dash, which would be an option. Put -- before it." if word else ""


def _before_dashes(words: Sequence[str]) -> Sequence[str]:
    """The words among which options are read."""
    return words[: words.index("--")] if "--" in words else words


def _becomes_option(word: str, texts: Mapping[str, str]) -> bool:
    """Whether texts of qTest's users decide that this word begins with a dash: with an empty one, the next decides."""
    if word == _EXPANDED:
        return texts["automation_content"].startswith("-")
    return not word.startswith("-") and _TEXT.sub(lambda match: texts.get(match[1], ""), word).startswith("-")
