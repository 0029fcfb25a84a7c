"""apptest.ai: what its box can vary, and the scenarios and faults that exist at this vendor alone."""

import re
from dataclasses import dataclass
from typing import Final

from core.sandbox.box import OwnFault
from core.sandbox.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """What is not confirmed, or was seen both ways. It is a scenario's `own`."""

    statuses: bool = False  # codes come with a fitting HTTP status instead of 200
    data_type: bool = True  # the parameter of that name is honoured
    late: int = 0  # so many calls for the result are told 6002 though the status says Complete
    unknown_id: int = 4053  # what the status of an unknown testset is answered with; 6003 might be
    stopped_shown: bool = True  # stopped devices are in the results
    devices: int = 3
    spoilt: str = ""  # a fault that all results have


def knobs_of(scenario: Scenario) -> Knobs:
    return scenario.own if isinstance(scenario.own, Knobs) else Knobs()


SCENARIOS: Final[dict[str, Scenario]] = {
    "codes-as-statuses": Scenario(
        description="every device passes; errors come with 4xx and 5xx", own=Knobs(statuses=True)
    ),
    "data-type-ignored": Scenario(
        description="every device passes; all forms of the result come whatever was asked for",
        own=Knobs(data_type=False),
    ),
    "result-late": Scenario(
        description="every device passes; three calls for the result see 6002 after Complete", own=Knobs(late=3)
    ),
    "stopped-absent": Scenario(
        description="a person stops the run half-way; stopped devices are not in the results",
        ending="canceled",
        own=Knobs(stopped_shown=False),
    ),
    "one-device": Scenario(
        description="one device, which passes; result_json has an object where a list is expected",
        own=Knobs(devices=1, spoilt="single-object"),
    ),
    "json-only": Scenario(
        description="the last device fails; result_xml is empty, result_json is not",
        ending="failed",
        failing=1,
        own=Knobs(spoilt="no-xml"),
    ),
    "counts-only": Scenario(
        description="the last device fails; there is no result but the counts",
        ending="failed",
        failing=1,
        own=Knobs(spoilt="no-results"),
    ),
}

_CODE: Final = re.compile(r"\d{1,4}")
FAULTS: Final[dict[str, OwnFault]] = {
    "code": OwnFault("an error of the vendor's own, nothing done; =4081 picks the code", _CODE),
    "code-after": OwnFault("done, but the answer is an error of the vendor's own; =5001 picks the code", _CODE),
    "zero-devices": OwnFault("done, with a testset of no device"),
    "number-message": OwnFault("done; result_msg is the number 0"),
    "lower-case": OwnFault("the word of the status in lower case"),
    "running-count": OwnFault("the last device is counted as running still, whatever the word"),
    "result-late": OwnFault("6002, as if the testset were not complete; =3 for three calls in a row", _CODE),
    "incomplete": OwnFault("the result says complete: false and nothing else"),
    "no-xml": OwnFault("result_xml and result_bare_xml are empty, result_json is not"),
    "no-results": OwnFault("all forms of the result are empty"),
    "green-results": OwnFault("all forms of the result show every device as passed"),
    "lost-device": OwnFault("the last device is in no form of the result"),
    "broken-xml": OwnFault("result_xml has an unescaped & in each link"),
    "control-xml": OwnFault("result_xml has a control character"),
    "cut-xml": OwnFault("result_xml is cut in half"),
    "early-line": OwnFault("result_xml has a line end before its declaration"),
    "euc-kr": OwnFault("result_xml declares another encoding than it came in"),
    "two-suites": OwnFault("result_xml is two suites without a declaration or a root"),
    "dtd": OwnFault("result_xml has a DOCTYPE"),
    "entity-bomb": OwnFault("result_xml has entities that grow to 10 GB"),
    "external-entity": OwnFault("result_xml has an entity that is a file"),
    "new-attributes": OwnFault("device and total_time in the place of name and time, as in version 3"),
    "single-object": OwnFault("result_json has an object where a list of one is expected"),
    "broken-json": OwnFault("result_json is no JSON"),
    "huge-html": OwnFault("result_html has more than 10 MB"),
}
