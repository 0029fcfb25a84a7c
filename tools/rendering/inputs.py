"""The inputs as people see them, gathered from the settings of the core and of every vendor."""

from dataclasses import dataclass

from core.commands.asked import RECORD_TO, VENDOR
from core.commands.recorder import recorder_inputs
from core.inputs.options import Option, declared
from core.inputs.settings import Common
from core.vendors import RECORDERS, VENDORS, inputs_of


@dataclass(frozen=True, slots=True)
class Variant:
    """An input as some vendors declare it; no vendors: as all do."""

    option: Option
    vendors: tuple[str, ...]

    @property
    def sentence(self) -> str:
        kind = self.option.kind
        parts = [self.option.help]
        if kind.name not in ("text", "secret") and not kind.name.startswith("one of"):
            parts.append(f"Kind: {kind.name}.")
        elif kind.choices:
            parts.append(f"One of: {', '.join(kind.choices)}.")
        if self.option.shown_default:
            parts.append(f"Default: {self.option.shown_default}.")
        if self.option.environment:
            parts.append(f"Also read from {', '.join(self.option.environment)}.")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Input:
    """An input as people see it: one name, which vendors may declare each in their own words."""

    name: str
    variants: tuple[Variant, ...]

    @property
    def vendors(self) -> tuple[str, ...]:
        return tuple(vendor for variant in self.variants for vendor in variant.vendors)

    @property
    def sentence(self) -> str:
        if len(self.variants) == 1:
            return self.variants[0].sentence
        return " ".join(f"{', '.join(variant.vendors)}: {variant.sentence}" for variant in self.variants)

    def also(self, option: Option, vendor: str) -> "Input":
        """The same input with one vendor more, beside those that say the same of it."""
        new = Variant(option, (vendor,))
        for at, old in enumerate(self.variants):
            if old.sentence == new.sentence:
                both = Variant(old.option, (*old.vendors, vendor))
                return Input(self.name, (*self.variants[:at], both, *self.variants[at + 1 :]))
        return Input(self.name, (*self.variants, new))


def inputs() -> list[Input]:
    """Every input, the common ones first, those of `record-to` last."""
    common = {"vendor": VENDOR, "record-to": RECORD_TO, **declared(Common)}
    merged: dict[str, Input] = {}
    for vendor in VENDORS:
        for name, option in declared(inputs_of(vendor).Settings).items():
            merged[name] = merged.get(name, Input(name, ())).also(option, vendor)
    recorders = {
        name: Input(name, (Variant(option, tuple(other for other in VENDORS if other != recorder)),))
        for recorder in RECORDERS
        for name, option in recorder_inputs(recorder).items()
    }
    first = [Input(name, (Variant(option, ()),)) for name, option in common.items()]
    return [*first, *merged.values(), *recorders.values()]
