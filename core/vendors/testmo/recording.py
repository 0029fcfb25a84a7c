"""`record-to: testmo`: what a run at Testmo says of the other vendor's run whose report it holds."""

from dataclasses import replace

from core.model import RemoteRun
from core.vendors.testmo import lacking
from core.vendors.testmo.artifacts import is_address
from core.vendors.testmo.settings import Settings
from core.vendors.testmo.texts import short

LONGEST_URL = 2_000  # characters: no page of a vendor has a longer address


def about(settings: Settings, title: str, conclusion: str, run: RemoteRun | None) -> Settings:
    """The settings with how that run ended, and a link to its page; a thread takes no links, but fields.

    `title` is the other vendor's. All cases of a run that nobody waited for to the end may have passed: its
    conclusion tells a person that this was not all.
    """
    ended = {"name": "Conclusion", "type": "string", "value": short(conclusion)}
    settings = replace(settings, fields=(*settings.fields, ended))
    if run is None or not is_address(run.url) or len(run.url) > LONGEST_URL:
        return settings
    name = short(f"{title} run {run.id}")
    if settings.thread_of:
        return replace(settings, fields=(*settings.fields, {"name": name, "type": "url", "value": run.url}))
    return replace(settings, links=(*settings.links, {"name": name, "url": run.url}))


def owed(settings: Settings, base_url: str) -> dict[str, str] | None:
    """The word that a run which others use must get should this step never record in it. Raises BadInputError."""
    if not settings.thread_of:
        return None
    return lacking.debt(settings.thread_of.number_at(base_url.removesuffix("/api/v1"), "thread-of"))
