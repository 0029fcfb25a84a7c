"""What each vendor is asked to do in the contract suite; a vendor without an entry keeps the suite red."""

from core.vendors import VENDORS

JOBS: dict[str, dict[str, dict[str, str]]] = {
    "autify": {
        "scenarios": {"scenarios": "501\n502"},
        "plan": {"test_plan": "3001", "url_replacements": "https://a.test https://b.test"},
    },
}
"""By vendor and job: the inputs, with `_` for `-`."""

CALLS: dict[str, dict[str, tuple[str, ...]]] = {
    "autify": {
        "scenarios": ("list-results", "list-capabilities", "describe-scenario"),
        "plan": ("list-results", "list-url-replacements", "create-url-replacement", "delete-url-replacement"),
    },
}
"""By vendor and job: the calls besides the start and the poll."""

POLL = {"autify": "describe-result"}


def pairs() -> list[tuple[str, str]]:
    return [(vendor, job) for vendor in VENDORS for job in JOBS.get(vendor, {})]


def triples() -> list[tuple[str, str, str]]:
    return [(vendor, job, call) for vendor, job in pairs() for call in CALLS[vendor][job]]
