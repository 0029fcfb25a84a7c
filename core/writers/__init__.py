"""Reports as files: WRITERS maps a file's name to the pure function that gives its text in pieces."""

from collections.abc import Mapping
from types import MappingProxyType

from core.writers.junit import write_junit
from core.writers.report_json import write_json
from core.writers.summary import write_summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ports import Writer

WRITERS: "Mapping[str, Writer]" = MappingProxyType(
    {"junit.xml": write_junit, "report.json": write_json, "summary.md": write_summary}
)
