"""The Dockerfile's label with the version."""

import re

from core import VERSION


def with_version(text: str) -> str:
    return re.sub(r"(?m)^ARG VERSION=.*$", f"ARG VERSION={VERSION}", text)
