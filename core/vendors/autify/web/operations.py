"""Autify web's API, declared once: the adapter calls these, and `api` offers them.

Names: the vendor's command line. Wire: https://autifyhq.github.io/autify-api/swagger.yml, corrected by recordings.
"""

from core.ports import Operation

_RESULT_LIMIT = 32 << 20  # a result lists every case on every capability: room for 50,000 of them
_P = "/projects/{project_id}"
_T = "/test_plans/{test_plan_id}"
_AP = f"{_P}/autify_connect/access_points"

OPERATIONS: dict[str, Operation] = {
    "execute-schedule": Operation(
        method="POST", path="/schedules/{test_plan_id}", summary="Start a test plan.", body=True, effect=True
    ),
    "execute-scenarios": Operation(
        method="POST", path=f"{_P}/execute_scenarios", summary="Start scenarios by id.", body=True, effect=True
    ),
    "describe-result": Operation(
        method="GET",
        path=f"{_P}/results/{{result_id}}",
        summary="Read one result with its cases.",
        query=("get_details",),
        limit=_RESULT_LIMIT,
    ),
    "list-results": Operation(
        method="GET",
        path=f"{_P}/results",
        summary="List results, without their cases.",
        query=("page", "per_page", "test_plan_id"),
    ),
    "list-scenarios": Operation(method="GET", path=f"{_P}/scenarios", summary="List scenarios.", query=("page",)),
    "describe-scenario": Operation(
        method="GET", path=f"{_P}/scenarios/{{scenario_id}}", summary="Read one scenario: its name and labels."
    ),
    "list-capabilities": Operation(
        method="GET",
        path=f"{_P}/capabilities",
        summary="List the systems and browsers that tests can run on.",
        query=("os", "os_type", "browser", "browser_type", "device_type"),
    ),
    "list-access-points": Operation(
        method="GET", path=_AP, summary="List Autify Connect access points.", query=("page",)
    ),
    "create-access-point": Operation(
        method="POST", path=_AP, summary="Create an access point; the answer holds its key.", body=True, effect=True
    ),
    "delete-access-point": Operation(
        method="DELETE", path=_AP, summary="Delete the access point named in the body.", body=True, effect=True
    ),
    "create-url-replacement": Operation(
        method="POST",
        path=f"{_T}/url_replacements",
        summary="Add a URL replacement to a test plan.",
        body=True,
        effect=True,
    ),
    "list-url-replacements": Operation(
        method="GET", path=f"{_T}/url_replacements", summary="List a test plan's URL replacements."
    ),
    "update-url-replacement": Operation(
        method="PUT",
        path=f"{_T}/url_replacements/{{url_replacement_id}}",
        summary="Change a URL replacement.",
        body=True,
        effect=True,
    ),
    "delete-url-replacement": Operation(
        method="DELETE",
        path=f"{_T}/url_replacements/{{url_replacement_id}}",
        summary="Delete a URL replacement.",
        effect=True,
    ),
    "create-test-plan-variable": Operation(
        method="POST",
        path=f"{_T}/test_plan_variables",
        summary="Add a variable to a test plan.",
        body=True,
        effect=True,
    ),
    "list-test-plan-variable": Operation(
        method="GET", path=f"{_T}/test_plan_variables", summary="List a test plan's variables."
    ),
    "update-test-plan-variable": Operation(
        method="PUT",
        path=f"{_T}/test_plan_variables/{{test_plan_variable_id}}",
        summary="Change a variable.",
        body=True,
        effect=True,
    ),
    "delete-test-plan-variable": Operation(
        method="DELETE",
        path=f"{_T}/test_plan_variables/{{test_plan_variable_id}}",
        summary="Delete a variable.",
        effect=True,
    ),
    "get-credit-usage": Operation(
        method="GET",
        path=f"{_P}/credits",
        summary="Credits used, by default in the last week.",
        query=("date_from", "date_to", "scenario_id", "test_plan_id", "user_id"),
    ),
    "get-project-info": Operation(method="GET", path=f"{_P}/project_info", summary="Name and counts of a project."),
}
