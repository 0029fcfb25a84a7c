"""ATS's inputs together: what no single one shows."""

from dataclasses import replace

import pytest

from core.text.secret import Secret
from core.vendors.mendix_ats.settings import Settings, check

ID = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
GOOD = Settings(token=Secret("t0ken"), app_id=ID, template_id=ID)


@pytest.mark.parametrize("mode", ["run", "wait"])
def test_a_rerun_without_details_is_refused_with_both_inputs(mode: str) -> None:
    found = check(replace(GOOD, details=False), mode, ID, rerun_failed=1)
    assert [name for name, _ in found] == ["rerun-failed"]
    assert "`details: false`" in found[0][1]
    assert check(GOOD, mode, ID, rerun_failed=5) == check(replace(GOOD, details=False), mode, ID) == []


@pytest.mark.parametrize("mode", ["wait", "cleanup"])
@pytest.mark.parametrize("run_id", ["not-a-uuid", "7", f"{ID}0", f"{{{ID}}}"])
def test_a_run_id_that_is_no_id_of_ats_is_refused(mode: str, run_id: str) -> None:
    assert [name for name, _ in check(GOOD, mode, run_id)] == ["run-id"]
    assert check(GOOD, mode, ID) == []


def test_a_cleanup_needs_no_run_id() -> None:
    assert check(GOOD, "cleanup", "") == []
