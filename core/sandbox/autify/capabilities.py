"""Autify: the machines and browsers on offer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.sandbox.scenario import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One combination. Desktops have no device; `os` and `browser` are what people see."""

    os: str
    os_type: str
    os_version: str | None
    browser: str
    browser_type: str
    browser_version: str
    device: str | None = None
    device_type: str | None = "computer"


def _desktop(os: tuple[str, str, str | None], *browsers: tuple[str, str, str]) -> Iterator[Capability]:
    for browser, kind, version in browsers:
        yield Capability(
            os=os[0],
            os_type=os[1],
            os_version=os[2],
            browser=browser,
            browser_type=kind,
            browser_version=version,
        )


def _handheld(os: tuple[str, str, str], device: str, kind: str, browser: tuple[str, str, str]) -> Capability:
    return Capability(
        os=os[0],
        os_type=os[1],
        os_version=os[2],
        browser=browser[0],
        browser_type=browser[1],
        browser_version=browser[2],
        device=device,
        device_type=kind,
    )


_CHROME = ("Chrome", "chrome", "136.0")
_FIREFOX = ("Firefox", "firefox", "138.0")
_EDGE = ("Edge", "edge", "136.0")
CAPABILITIES: Final[tuple[Capability, ...]] = (
    *_desktop(("Linux", "linux", None), _CHROME, ("Firefox", "firefox", "137.0")),
    *_desktop(("OS X", "macos", "Sequoia"), ("Safari", "safari", "18.4"), _CHROME, _FIREFOX, _EDGE),
    *_desktop(("OS X", "macos", "Sonoma"), ("Safari", "safari", "17.3"), _CHROME),
    *_desktop(("Windows", "windows", "11"), _CHROME, _FIREFOX, _EDGE),
    *_desktop(("Windows", "windows", "10"), _CHROME, ("IE", "ie", "11.0")),
    *_desktop(("Windows Server", "windows_server", "2019"), _CHROME, ("Edge Legacy", "edge_legacy", "18.0")),
    _handheld(("iOS", "ios", "18"), "iPhone 16", "smartphone", ("Safari", "safari", "18.0")),
    _handheld(("iOS", "ios", "17"), "iPad Air", "tablet", ("Safari", "safari", "17.0")),
    _handheld(("Android", "android", "15.0"), "Google Pixel 9", "smartphone", _CHROME),
    _handheld(("Android", "android", "14.0"), "Galaxy Tab S9", "tablet", _CHROME),
    _handheld(("Android", "android", "13.0"), "Google Pixel 7 Emulator", "emulator", _CHROME),
)
_FIELDS: Final = tuple(Capability.__slots__)
_BRIEF: Final = frozenset(("os", "browser"))
_NAMED: Final = frozenset(("os", "os_type", "browser", "browser_type", "device", "device_type"))


def offered(capability: Capability, shape: Shape) -> dict[str, Any]:
    """Return an entry of the list. In 2023 desktops had no type."""
    entry: dict[str, Any] = {name: getattr(capability, name) for name in _FIELDS}
    if shape is Shape.Y2023 and capability.device is None:
        entry["device_type"] = None
    return {**entry, "unsupported": False}


def filtered(query: Mapping[str, str]) -> Iterator[Capability]:
    """Choose entries by the filters of the list; empty filters choose everything."""
    wanted = {
        name: query[name] for name in ("os_type", "browser_type", "device_type", "os", "browser") if query.get(name)
    }
    for capability in CAPABILITIES:
        kinds = {"computer", "desktop"} if capability.device is None else {capability.device_type}
        if all(
            value in kinds if name == "device_type" else getattr(capability, name) == value
            for name, value in wanted.items()
        ):
            yield capability


def asked(item: Any, *, brief: bool) -> Capability | None:
    """Find the entry that a request means: whatever it states must agree. None: there is no such."""
    if not isinstance(item, dict):
        return None
    stated = {name: item[name] for name in _FIELDS if item.get(name) not in (None, "")}
    if not stated.keys() & _NAMED or (not brief and stated.keys() <= _BRIEF):
        return None
    if stated.get("device_type") in {"computer", "desktop"}:
        stated["device_type"] = "computer"
    return next((one for one in CAPABILITIES if all(getattr(one, name) == stated[name] for name in stated)), None)
