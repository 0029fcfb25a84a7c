"""JUnit XML, read: every dialect, case by case in flat memory, and never fewer cases than the file holds.

`JUnitFile` iterates over the cases of one file; `survey` reads many to totals and the first that did not pass.
Wire: there is no standard. The dialects that are read are the fixtures of tests/junit_read.
"""

from core.junit_read.claims import NO_GREEN
from core.junit_read.file import JUnitFile
from core.junit_read.guard import JUnitError, Limits
from core.junit_read.nouns import Complaint, Directive, JUnitCase, JUnitSuite, Output, Property
from core.junit_read.survey import Cases, Survey, as_test_case, survey

__all__ = [
    "NO_GREEN",
    "Cases",
    "Complaint",
    "Directive",
    "JUnitCase",
    "JUnitError",
    "JUnitFile",
    "JUnitSuite",
    "Limits",
    "Output",
    "Property",
    "Survey",
    "as_test_case",
    "survey",
]
