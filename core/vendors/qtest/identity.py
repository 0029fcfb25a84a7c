"""Who we are at qTest: the same host and agent in each build, since no host can ever be deleted there."""

import contextlib
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.model import Build
from core.vendors.qtest.settings import Settings

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/test-runner-action/qtest")
_NOWHERE = ("192.0.2.1", 9)  # an address of documentation; nothing is sent there


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """All of it but the address follows from `base-url` and the agent's name.

    `base_urls` are the spellings by which a host may have been registered, the usual one first.
    """

    agent: str
    host: str
    base_urls: tuple[str, ...]
    framework: str
    framework_id: str

    @property
    def guid(self) -> str:
        return self.guids(self.agent)[0]

    def guids(self, agent: str) -> Sequence[str]:
        """What a step with an agent of this name may have registered its host by; the usual one first."""
        return [str(uuid.uuid5(_NAMESPACE, f"{base_url}|{agent}")).upper() for base_url in self.base_urls]

    @property
    def mac(self) -> str:
        """A locally administered address, since a container's own changes with every build."""
        raw = bytearray(uuid.UUID(self.guid).bytes[:6])
        raw[0] = raw[0] & 0xFC | 0x02
        return ":".join(f"{byte:02X}" for byte in raw)

    @property
    def client_id(self) -> int:
        return int(uuid.UUID(self.guid).hex[:7], 16) + 1

    def host_body(self) -> dict[str, object]:
        return {
            "host_name": self.host,
            "ip_address": _address(),
            "mac_address": self.mac,
            "host_guid": self.guid,
        }

    def agent_body(self, *, active: bool) -> dict[str, object]:
        """The vendor document says `agent_client_id`, a text; its own client sends `agent_id`, a number."""
        return {
            "name": self.agent,
            "framework": self.framework,
            "framework_id": self.framework_id,
            "agent_client_id": str(self.client_id),
            "agent_id": self.client_id,
            "active": active,
        }


def identity(settings: Settings, build: Build, workspace: str, base_url: str) -> Identity:
    """Without names in the inputs the repository's is taken, or that of the folder."""
    project = (build.project or workspace).rstrip("/").rpartition("/")[2].replace("'", "") or "workspace"
    agent = settings.agent_name or f"ci-{project}"
    return Identity(
        agent=agent,
        host=settings.host_name or f"ci-{project}",
        base_urls=tuple(dict.fromkeys((_usual(base_url), base_url))),
        framework=settings.framework,
        framework_id=settings.framework_id,
    )


def _usual(base_url: str) -> str:
    """In host names, capitals mean nothing."""
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.lower()).geturl()


def _address() -> str:
    """Our address on the way out; choosing a route sends nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(_NOWHERE)
        return str(probe.getsockname()[0])
    return "127.0.0.1"
