"""Autify's inputs, for both products: what to run, by ids or by the addresses people copy from its pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.inputs import kinds
from core.inputs.options import Kind, option
from core.text.secret import Secret
from core.vendors.autify.references import Ref, reference


def replacements(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of addresses: one pair a line, separated by a space, or YAML objects."""
    if text.startswith(("[", "{", "- ")):
        found = [(item.get("pattern_url"), item.get("replacement_url")) for item in kinds.objects(text)]
    else:
        found = [_pair(line) for line in kinds.lines(text)]
    for pair in found:
        for url in pair:
            if not isinstance(url, str) or not url.startswith(("http://", "https://")):
                raise ValueError(
                    f"{url!r} is no address. Write one pair a line: https://example.com https://pr-9.example.net"
                )
    return tuple((str(pattern), str(replacement)) for pattern, replacement in found)


def _pair(line: str) -> tuple[str, str]:
    words = line.split()
    if len(words) != 2:
        raise ValueError(f"{line!r} is no pair. Write two addresses with a space between them, one pair a line.")
    return words[0], words[1]


def token(text: str) -> Secret:
    """A token that can travel in a header."""
    bare = text.strip()
    if not (bare.isascii() and bare.isprintable()) or " " in bare:
        raise ValueError("holds a space, a line break or a character that no token has. Copy it again.")
    return Secret(bare)


def _token_variables(raw: Mapping[str, str]) -> tuple[str, ...]:
    """Each product has tokens of its own."""
    return (TOKENS["mobile" if raw.get("product", "").strip() == "mobile" else "web"],)


TOKENS = {"web": "AUTIFY_WEB_ACCESS_TOKEN", "mobile": "AUTIFY_MOBILE_ACCESS_TOKEN"}
_ID = Kind("id", str, example="77")
_SCENARIO = reference("scenarios", "501")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The inputs of `vendor: autify`, for both products. Ids are texts here: only on the web are they numbers."""

    token: Secret = option(
        Kind("secret", token, secret=True),
        "Personal access token of an Autify user; each product has its own.",
        required=True,
        environment=tuple(TOKENS.values()),
        choose=_token_variables,
    )
    product: str = option(kinds.choice(*TOKENS), "The Autify product.", default="web")
    project_id: str = option(
        _ID, "The project (workspace), unless an address in `scenarios` or `test-plan` names it.", default=""
    )
    scenarios: tuple[Ref, ...] = option(
        Kind(
            "list of ids or addresses",
            lambda text: tuple(_SCENARIO.convert(item) for item in kinds.items(text)),
            example="501",
            multiline=True,
        ),
        "Web: the scenarios to run; or give a `test-plan`.",
        default=(),
    )
    test_plan: Ref | None = option(
        reference("test_plans", "3001 or https://app.autify.com/projects/77/test_plans/3001"),
        "The test plan to run. Web: or give `scenarios`.",
    )
    capabilities: tuple[Mapping[str, object], ...] = option(
        kinds.OBJECTS,
        "Web: where `scenarios` run: objects with any of os, os_type, os_version, browser, browser_type, "
        "browser_version, device, device_type, each matching one entry of Autify's list.",
        default=(),
        shown="Linux and Chrome",
    )
    url_replacements: tuple[tuple[str, str], ...] = option(
        Kind("pairs of URLs", replacements, example="https://example.com https://pr-9.example.net", multiline=True),
        "Web: addresses to replace during the run, one pair a line, a space between the two. On a test plan they are "
        "created for the start and deleted again.",
        default=(),
    )
    execution_type: str = option(
        kinds.choice("parallel", "sequential"),
        "Web: how `scenarios` run.",
        default="",
        shown="parallel where the workspace has it",
    )
    autify_connect: str = option(kinds.TEXT, "Web: name of an Autify Connect access point to use.", default="")
    app_file: str = option(
        Kind("file", str, example="build/app-release.apk"),
        "Mobile: the build to upload and test: an .apk, an .ipa, or a zipped .app folder (.zip).",
        default="",
    )
    build_id: str = option(_ID, "Mobile: the build to test, uploaded before; or give `app-file`.", default="")
    device_ids: tuple[str, ...] = option(
        Kind("list of ids", kinds.items, multiline=True),
        "Mobile: the devices to run on.",
        default=(),
        shown="those of the test plan",
    )
