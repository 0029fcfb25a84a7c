"""apptest.ai: its own error codes, each with a group, a text and the HTTP status that would fit it.

Wire: https://github.com/apptestai/docs (content/ko/restapi/_index.md, appendix; 2001 and 5005: revision of 2022)
"""

from dataclasses import dataclass
from typing import Final

_MISSING, _ANALYSIS, _INVALID = "Missing Request Parameter", "App File Analysis Failed", "Invalid Request Parameter"
_RUN, _STATUS, _RESULT = "Run New Testset Error", "Get Testset Status Error", "Get Testset Result Data Error"
_NONE: Final = "Data Does Not Exist"
_SIGNED: Final = "The IPA file must be a development version that is signed by your development certificate."
_UNREADABLE: Final = "There was a problem pre-processing your app file."
_UNFOUND: Final = "The required parameter was not found in the request parameters"


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `reason` has a place for a detail, `example` fills it where there is none to tell."""

    group: str
    reason: str
    example: str = ""
    status: int = 400


CODES: Final[dict[int, Code]] = {
    2001: Code(_NONE, "Project data does not exist.", status=404),
    4000: Code(_MISSING, _UNFOUND + " : ({})", "pid"),
    4030: Code(_ANALYSIS, "iOS plistlib Parsing Error : {}", "Invalid file"),
    4031: Code(_ANALYSIS, f"Test creation failed : {_UNREADABLE} \n {_SIGNED}"),
    4032: Code(_ANALYSIS, f"Test creation failed : Invalid app file. \n {_UNREADABLE}"),
    4040: Code(_ANALYSIS, "Android Manifest Parsing Error : {}", "AndroidManifest.xml is not there"),
    4041: Code(_ANALYSIS, "No launchable activity found. (android.intent.category.LAUNCHER)"),
    4050: Code(_INVALID, "File extension not supported. (support : ipa, zip, app, apk, xapk, apks)"),
    4051: Code(_INVALID, _UNFOUND + ": (app_file)"),
    4052: Code(_INVALID, "Invalid request parameter : ({})", "project_id : 509"),
    4053: Code(_INVALID, "Invalid request parameter : (testset_id : {})", "55716", status=404),
    4055: Code(_INVALID, "Device is not compatible with this app : (App os type : {})", "iOS"),
    4080: Code(_INVALID, "Device info does not exist in preset project data."),
    4081: Code(_INVALID, "Available devices does not exist in preset project data."),
    5001: Code(_RUN, "Global Exception Error – {}", "list index out of range", status=500),
    5002: Code(_STATUS, "Global Exception Error – {}", "list index out of range", status=500),
    5003: Code(_RESULT, "Global Exception Error – {}", "list index out of range", status=500),
    5005: Code("Get Scenario List Error", "Global Exception Error – {}", "list index out of range", status=500),
    6001: Code("App File Upload Error", "App file upload fail.", status=500),
    6002: Code(
        "Get Testset Result Data Failed", "Test is running yet. Please request when the test is complete.", status=409
    ),
    6003: Code(_NONE, "Test data does not exist.", status=404),
    8000: Code("System Maintenance", "The service is currently under system maintenance.", status=503),
}
_UNDOCUMENTED: Final = Code("Undocumented Error", "Something else went wrong.", status=500)


def code_of(number: int) -> Code:
    return CODES.get(number, _UNDOCUMENTED)


class RefusedError(Exception):
    """The vendor says no, with one of its codes."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail or code_of(code).example

    @property
    def reason(self) -> str:
        return code_of(self.code).reason.format(self.detail)
