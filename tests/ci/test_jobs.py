"""What names a job: the variables of the system that runs it, and of no other."""

import pytest

from core.ci import CIS
from core.ci.jobs import job

HERE = {"GITLAB_CI": "true", "CI_JOB_ID": "5"}
EXPORTED = {name: "mine" for spec in CIS.values() for name in spec.job if name not in HERE}


def test_every_system_is_asked_for_its_own_variables() -> None:
    assert [name for name, spec in CIS.items() if not spec.job] == ["generic", "terminal"]


def test_what_a_job_exports_changes_nothing() -> None:
    assert job(HERE, "gitlab") == job(HERE | EXPORTED, "gitlab") == {"CI_JOB_ID": "5"}


@pytest.mark.parametrize("ci", ["generic", "terminal"])
def test_a_job_that_asks_for_plain_lines_is_known_all_the_same(ci: str) -> None:
    assert job(HERE, ci) == {"CI_JOB_ID": "5"}


def test_where_nothing_says_it_no_job_is_known() -> None:
    assert (
        job({}, "terminal")
        == job({"CI": "true"}, "generic")
        == job({"GITLAB_CI": "true", "CI_JOB_ID": ""}, "gitlab")
        == {}
    )


def test_a_value_of_any_size_fits_into_the_journal() -> None:
    assert len(job({"CI_JOB_ID": "x" * 100_000}, "gitlab")["CI_JOB_ID"]) < 1000
