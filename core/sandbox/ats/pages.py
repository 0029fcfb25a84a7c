"""Mendix ATS: what it answers apart from SOAP: web pages, and the descriptions of its services."""

import html
from typing import Final

from core.sandbox.ats.schema import SERVICES, Service
from core.sandbox.ats.soap import XML
from core.sandbox.ats.wsdl import describe
from core.sandbox.box import HTML, Answer

_SERVICES: Final = {service.name: operation for operation, service in SERVICES.items()}
_TITLES: Final = {404: "Not found", 500: "Internal server error", 503: "ATS is in maintenance"}


def is_service(path: str) -> bool:
    """Whether a path belongs to the web services, be there such a service or not."""
    return _parts(path)[:1] == ["ws"]


def operation_at(path: str) -> str | None:
    """Name the operation of the service at a path. None: there is no such service."""
    parts = _parts(path)
    return _SERVICES.get(parts[1]) if len(parts) == 2 and is_service(path) else None


def offered(*, old: bool) -> list[Service]:
    """Return the services of this server. `old`: it is older than 2.11.2."""
    return [service for operation, service in SERVICES.items() if not (old and operation == "rerun-not-passed")]


def description(service: Service, origin: str, *, old: bool) -> Answer:
    """Answer a GET of a service with its WSDL, whether it was asked for by `?wsdl` or not."""
    text = describe(service, f"{origin}/ws/{service.name}", old=old)
    return Answer(body=text.encode("utf-8", "replace"), content_type=XML)


def page(path: str | None, *, old: bool) -> Answer:
    """Show the application, or the list of its services. None: nothing that can be shown."""
    if path is None:
        return failure_page(404)
    if path.strip("/") == "ws-doc":
        listed = ", ".join(f"/ws/{service.name}?wsdl" for service in offered(old=old))
        return web_page(200, "Published web services", listed)
    if not path.strip("/"):
        return web_page(200, "Sign in", "This is the web application. Its web services are listed at /ws-doc/.")
    return failure_page(404)


def failure_page(status: int) -> Answer:
    """Return a page of the servers in front."""
    return web_page(status, _TITLES.get(status, "Error"), "Please try again later.")


def web_page(status: int, title: str, text: str) -> Answer:
    content = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>
<body><h1>{html.escape(title)}</h1><p>{html.escape(text)}</p></body></html>
"""
    return Answer(status=status, body=content.encode(), content_type=HTML)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
