"""Stand-in until core.files lands."""

from core.errors import OutputError


def append(path: str, text: str) -> None:
    try:
        with open(path, "a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(f"{path} can't be written: {error.strerror}.") from error
