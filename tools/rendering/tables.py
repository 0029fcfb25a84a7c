"""The tables in documents, each between `<!-- NAME -->` and `<!-- /NAME -->`."""

import re
from collections.abc import Iterable

from core.commands.asked import RECORD_TO, VENDOR
from core.commands.recorder import recorder_inputs
from core.inputs.options import Option, declared
from core.inputs.settings import Common
from core.vendors import RECORDERS, VENDORS, inputs_of, load
from tools.rendering.outputs import OUTPUTS

_HEAD = ("| input | default | meaning |", "|---|---|---|")


def inputs_table() -> str:
    """A table of what all vendors share, and one for each vendor: nobody reads what is another's."""
    common = {"vendor": VENDOR, "record-to": RECORD_TO, **declared(Common)}
    parts = ["### For every vendor", "", *_HEAD, *_rows(common.items())]
    for name in VENDORS:
        parts += ["", f"### `vendor: {name}`", "", *_of_vendor(name)]
    for name in RECORDERS:
        names = [f"`{each}`" for each in recorder_inputs(name)]
        parts += ["", f"### `record-to: {name}`", "", f"As in `vendor: {name}`: {', '.join(names)}."]
    return "\n".join(parts)


def _of_vendor(name: str) -> Iterable[str]:
    module = inputs_of(name)
    yield from _HEAD
    for each, problem in module.REQUIRED.items():
        meaning = problem.removeprefix("is required").lstrip(":. ")
        yield f"| `{each}` | required | {meaning[:1].upper()}{meaning[1:]} |"
    yield from _rows(declared(module.Settings).items())
    if module.UNSUPPORTED:
        yield ""
        yield f"Not taken: {'; '.join(f'`{each}`, as {why[:-1]}' for each, why in module.UNSUPPORTED.items())}."


def _rows(inputs: Iterable[tuple[str, Option]]) -> Iterable[str]:
    for name, option in inputs:
        default = option.shown_default or ("required" if option.required else "")
        default = default.replace("<", "&lt;")  # a browser would take `<step>` for an element
        yield f"| `{name}` | {default} | {' '.join(_meaning(option))} |"


def _meaning(option: Option) -> Iterable[str]:
    yield option.help
    untold = [each for each in option.kind.choices if not re.search(rf"\b{each}\b", option.help)]
    if untold and not option.kind.flag:
        one = "One" if option.kind.name.startswith("one of") else "Any"
        yield f"{one} of: {', '.join(option.kind.choices)}."
    if option.environment:
        yield f"Also read from {', '.join(f'`{each}`' for each in option.environment)}."


def outputs_table() -> str:
    return "\n".join(
        ["| output | meaning |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in OUTPUTS.items())]
    )


def hosts_table() -> str:
    rows = [f"| {spec.title} | {', '.join(f'`{host}`' for host in spec.hosts)} |" for spec in map(load, VENDORS)]
    return "\n".join(["| vendor | must be reachable |", "|---|---|", *rows])


TABLES = {"inputs": inputs_table, "outputs": outputs_table, "hosts": hosts_table}


def with_tables(text: str) -> str:
    """The text with what stands between `<!-- NAME -->` and `<!-- /NAME -->` made anew."""
    for name, make in TABLES.items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, found, rest = text.partition(start)
        if found:
            text = f"{before}{start}\n{make()}\n{end}{rest.partition(end)[2]}"
    return text
