"""How figures are shown: a line each, and beside an aim whether it is met."""


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def figure(what: str, value: float, unit: str = "", *, aim: float | None = None, more: str = "") -> None:
    """One figure; an aim is the highest good value."""
    judged = "" if aim is None else f"   aim <= {aim:g}: {'met' if value <= aim else 'MISSED'}"
    print(f"  {what:54} {value:8.2f}{unit}{judged}{f'   ({more})' if more else ''}", flush=True)


def note(text: str) -> None:
    print(f"  {text}", flush=True)
