"""The tables in documents, each between `<!-- NAME -->` and `<!-- /NAME -->`."""

from core.vendors import VENDORS, load
from tools.rendering.inputs import inputs
from tools.rendering.outputs import OUTPUTS


def inputs_table() -> str:
    rows = ["| input | default | vendors | meaning |", "|---|---|---|---|"]
    for item in inputs():
        for each in item.variants:
            default = each.option.shown_default or ("required" if each.option.required else "")
            default = default.replace("<", "&lt;")  # a browser would take `<step>` for an element
            rows.append(f"| `{item.name}` | {default} | {', '.join(each.vendors) or 'all'} | {each.option.help} |")
    return "\n".join(rows)


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
