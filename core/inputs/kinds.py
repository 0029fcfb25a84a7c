"""The kinds of input: durations with units, strict booleans, ids, lists, URLs, paths. Each says what it wanted."""

import os
import stat
from collections.abc import Callable, Mapping

from core.inputs.options import Kind
from core.text.secret import Secret

_UNITS = {"s": 1, "m": 60, "h": 3600}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def _text(text: str) -> str:
    return text


def duration(text: str) -> float:
    """Seconds from `90s`, `30m`, `1h` or `1h30m`; a bare number is an error, since nobody knows its unit."""
    total, number = 0, ""
    for character in text:
        if character in _UNITS and number:
            total += int(number) * _UNITS[character]
            number = ""
        elif character.isascii() and character.isdigit():
            number += character
        else:
            raise ValueError(f"{text!r} is no duration. Write it with units, such as 90s, 30m, 1h or 1h30m.")
    if number:
        raise ValueError(f"{text!r} lacks a unit. Did you mean {number}s, {number}m or {number}h?")
    if not 0 < total <= 30 * 24 * 3600:
        raise ValueError(f"{text!r} is out of range: more than nothing and at most 720h.")
    return float(total)


def boolean(text: str) -> bool:
    """The spellings of YAML 1.2's core schema, as GitHub's own toolkit has them, and no other."""
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    raise ValueError(f"{text!r} is neither true nor false.")


def integer(minimum: int, maximum: int) -> Kind:
    """A whole number between the two, both included."""

    def convert(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            raise ValueError(f"{text!r} is no whole number.")
        if not minimum <= int(text) <= maximum:
            raise ValueError(f"{text} is out of range: {minimum} to {maximum}.")
        return int(text)

    return Kind(f"whole number from {minimum} to {maximum}", convert, example=str(max(minimum, 1)))


def identifier(text: str) -> int:
    """A vendor's numeric id."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 19 and int(text)):
        raise ValueError(f"{text!r} is no id: it is a positive number, as in the address of the vendor's page.")
    return int(text)


def choice(*choices: str) -> Kind:
    """One word of a closed list."""

    def convert(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text!r} is not one of: {', '.join(choices)}.")
        return text

    return Kind("one of " + ", ".join(choices), convert, choices=choices)


def words(*choices: str, alone: str = "") -> Kind:
    """Some words of a closed list, separated by commas, spaces or lines; `alone` is a word that means none."""

    def convert(text: str) -> frozenset[str]:
        found = text.replace(",", " ").split()
        stands_alone = f", or {alone} alone" if alone else ""
        if found == [alone]:
            return frozenset()
        if not found:
            raise ValueError(f"names nothing: the words are {', '.join(choices)}{stands_alone}.")
        wrong = [word for word in found if word not in choices]
        if wrong:
            raise ValueError(f"{', '.join(map(repr, wrong))}: the words are {', '.join(choices)}{stands_alone}.")
        return frozenset(found)

    return Kind("list of words", convert, choices=choices, multiline=True)


def lines(text: str) -> tuple[str, ...]:
    """One item a line, so that a comma inside a value survives; empty lines are dropped."""
    return tuple(item.strip() for item in text.split("\n") if item.strip())


def items(text: str) -> tuple[str, ...]:
    """One item a line or between commas: for ids."""
    return tuple(item.strip() for item in text.replace(",", "\n").split("\n") if item.strip())


def base_url(text: str) -> str:
    """An https address, or http on loopback only; a path prefix is kept, a trailing slash is not."""
    scheme, separator, rest = text.partition("://")
    authority, _, path = rest.partition("/")
    name, _, port = authority.rpartition(":")
    host = name if port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65_536 else authority
    if any(character <= " " or character in '"<>\\^`{|}\x7f' for character in text) or not separator or not host:
        raise ValueError(f"{text!r} is no address. Example: https://vendor.example.com/api/v1.")
    if "@" in authority or "?" in rest or "#" in rest:
        raise ValueError("must not hold a user name, a query or a fragment: secrets go into the input `token`.")
    if scheme.lower() != "https" and not (scheme.lower() == "http" and host.lower() in _LOOPBACK):
        raise ValueError(f"{text!r}: only https is allowed, and http for a server on this machine (127.0.0.1).")
    if not _is_host(host):
        raise ValueError(f"{text!r} names no host that could exist. Example: https://vendor.example.com/api/v1.")
    return f"{scheme.lower()}://{authority}" + (f"/{path}".rstrip("/"))


def _is_host(host: str) -> bool:
    """A name of labels, or an address in brackets; a port that is none is still in it."""
    if host.startswith("[") and host.endswith("]"):
        return set(host[1:-1]) <= set("0123456789abcdefABCDEF:.")
    labels = host.removesuffix(".").split(".")
    return ":" not in host and all(0 < len(label) <= 63 for label in labels)


def ca_bundle(text: str) -> str:
    """A readable file with at least one certificate in it."""
    import ssl  # noqa: PLC0415 -- only who brings a bundle pays for it

    path = regular_file(text)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (ssl.SSLError, OSError, ValueError):
        raise ValueError(f"the file {text!r} holds no certificates that can be read (PEM).") from None
    return path


def regular_file(text: str) -> str:
    """The path of a file that can be read or sent, checked before any request: reading it never waits for anybody."""
    from core.workspace.opening import reading  # noqa: PLC0415 -- only who names a file pays for it

    try:
        with reading(text) as file:
            file.read(1)
    except (OSError, ValueError) as error:
        if _is_pipe(text):
            raise ValueError(f"{text!r} is a pipe, as of <(…), and can't be used: write it to a file.") from None
        reason = getattr(error, "strerror", None) or str(error)
        pattern = " It is taken as it stands: patterns are not filled in here." if set(text) & set("*?[") else ""
        raise ValueError(f"the file {text!r} can't be read: {reason}.{pattern}") from None
    return os.path.abspath(text)


def _is_pipe(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def relative_path(text: str) -> str:
    """A path inside the workspace."""
    from core.workspace.files import check_relative, spelled  # noqa: PLC0415 -- only who sets a path pays for the checks

    problem = check_relative(text)
    if problem:
        raise ValueError(problem)
    return spelled(text)


def results_dir(text: str) -> str:
    """A folder of our own in the workspace."""
    from core.workspace.files import check_results_dir  # noqa: PLC0415 -- only who sets a path pays for the checks

    problem = check_results_dir(text)
    if problem:
        raise ValueError(problem)
    return relative_path(text)


def objects(text: str, *, typed: bool = True) -> tuple[Mapping[str, object], ...]:
    """A list of objects as inline YAML; a single object counts as a list of one. Without `typed` values are texts."""
    from core.guarded.yaml import load  # noqa: PLC0415 -- PyYAML costs 15 ms, and few runs need it

    found = load(text, typed=typed)
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise ValueError("must be a list of objects in YAML, such as [{os_type: linux, browser_type: chrome}].")
    return tuple(found)


def list_of(convert: Callable[[str], object], name: str, example: str) -> Kind:
    """A list of ids, one a line or between commas, each converted by `convert`."""
    return Kind(name, lambda text: tuple(convert(item) for item in items(text)), example=example, multiline=True)


TEXT = Kind("text", _text)
SECRET = Kind("secret", Secret, secret=True)
DURATION = Kind("duration", duration, example="90s, 30m or 1h")
BOOLEAN = Kind("true or false", boolean, choices=("true", "false"), flag=True)
IDENTIFIER = Kind("id", identifier)
BASE_URL = Kind("URL", base_url, example="https://vendor.example.com/api/v1")
CA_BUNDLE = Kind("file", ca_bundle)
RELATIVE_PATH = Kind("path inside the workspace", relative_path)
RESULTS_DIR = Kind(RELATIVE_PATH.name, results_dir)
OBJECTS = Kind("list of objects, YAML", objects, multiline=True)
