"""A port of how GitLab reads a dotenv report, and stricter: no quote, white space or `$` in a value. It may be empty.

https://github.com/gitlabhq/gitlabhq: app/services/ci/parse_dotenv_artifact_service.rb
"""

import re

LINE = re.compile(r"(?P<key>[A-Z_][A-Z0-9_]*)=(?P<value>[^\s$\"'`\\\\]*)")


def read_dotenv(text: str) -> dict[str, str]:
    """The variables of one report; the later of two lines counts."""
    assert text.endswith("\n") or not text
    found = {}
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        found[match["key"]] = match["value"]
    return found
