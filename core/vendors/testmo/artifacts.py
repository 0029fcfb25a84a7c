"""Artifacts: links to files that are kept elsewhere; nothing is uploaded to Testmo."""

from core.vendors.testmo.texts import short

_KINDS = {
    **dict.fromkeys(("txt", "log", "out", "err"), "text/plain"),
    **dict.fromkeys(("htm", "html"), "text/html"),
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    **{kind: f"image/{kind}" for kind in ("png", "gif", "webp", "bmp")},
    **{kind: f"video/{kind}" for kind in ("mp4", "webm")},
    **{kind: f"text/{kind}" for kind in ("css", "csv")},
    **{kind: f"application/{kind}" for kind in ("json", "pdf", "zip", "xml")},
    "gz": "application/gzip",
    "har": "application/json",
    "js": "text/javascript",
    "md": "text/markdown",
    "svg": "image/svg+xml",
    "tar": "application/x-tar",
}


def is_address(text: str) -> bool:
    """Whether it is an address of the web, and so can be a link."""
    return text.startswith(("https://", "http://")) and len(text) > len("https://") and text.isprintable()


def artifact(url: str) -> dict[str, object]:
    """One artifact, named and typed by the last part of its path."""
    host, _, path = url.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")
    name = path.rpartition("/")[2] or ("attachment" if path else host)
    found: dict[str, object] = {"name": short(name), "url": url}
    kind = _KINDS.get(name.rpartition(".")[2].lower()) if path and "." in name else None
    return found | {"mime_type": kind} if kind else found
