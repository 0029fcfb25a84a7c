"""What GitHub says of the job we run in: the commit and branch that users know, the page of the run."""

from collections.abc import Mapping

from core.ci.steps import slug
from core.ci.texts import sendable
from core.model import Build
from core.workspace.opening import reading

LONGEST_EVENT = 32 << 20  # bytes; GitHub itself caps a payload at 25 MB
SHA_LENGTHS = (40, 64)
_HEX = frozenset("0123456789abcdef")


def build(env: Mapping[str, str], vendor: str) -> Build:
    """On a pull request GITHUB_SHA is a merge commit that nobody has seen: the event names the real one."""
    repository, run = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_RUN_ID", "")
    attempt = env.get("GITHUB_RUN_ATTEMPT", "")
    server = env.get("GITHUB_SERVER_URL", "") or "https://github.com"
    url = f"{server}/{repository}/actions/runs/{run}" if repository and run else ""
    name = " ".join(part for part in (repository, sendable(env.get("GITHUB_WORKFLOW", ""))) if part)
    name += f" #{env['GITHUB_RUN_NUMBER']}" if env.get("GITHUB_RUN_NUMBER") else ""
    return Build(
        ci="github",
        step=slug(env.get("GITHUB_ACTION", ""), slug(vendor, "run")),
        name=name + (f" (attempt {attempt})" if attempt not in ("", "1") else ""),
        commit=_head_of_pull_request(env) or env.get("GITHUB_SHA", ""),
        branch=sendable(env.get("GITHUB_HEAD_REF", "") or env.get("GITHUB_REF_NAME", "")),
        url=url + (f"/attempts/{attempt}" if url and attempt else ""),
        project=sendable(repository),
        number=sendable(env.get("GITHUB_RUN_NUMBER", "")),
    )


def _head_of_pull_request(env: Mapping[str, str]) -> str:
    if not env.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return ""
    import json  # noqa: PLC0415 -- only pull requests need it

    try:
        with reading(env.get("GITHUB_EVENT_PATH", "")) as file:
            text = file.read(LONGEST_EVENT + 1)
        if len(text) > LONGEST_EVENT:
            return ""
        sha = json.loads(text)["pull_request"]["head"]["sha"]
    except (OSError, ValueError, RecursionError, LookupError, TypeError):
        return ""  # the merge commit is then the best we know
    return sha if isinstance(sha, str) and len(sha) in SHA_LENGTHS and set(sha) <= _HEX else ""
