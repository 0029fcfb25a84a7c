"""The ports read what we never write as the systems do: or their silence about our files would prove nothing."""

from tests.writers.junit_readers import azure, gitlab, jenkins

FILE = """<testsuites><testsuite name="s" timestamp="2026-01-02T03:04:05">
<testcase classname="c" name="all"><skipped message="skip"/><error message="err"/><failure message="fail"/></testcase>
<testcase classname="c" name="twice"/>
<testcase classname="c" name="twice"><failure message="hidden">text</failure></testcase>
<testcase classname="c" name=" "/>
<testcase name="no class"><failure message="attribute">text</failure></testcase>
</testsuite></testsuites>"""


def test_with_several_outcomes_gitlab_and_azure_take_the_failure_and_jenkins_the_message_of_the_error() -> None:
    assert (gitlab(FILE)[0].outcome, gitlab(FILE)[0].shown) == ("failure", "fail")
    assert (azure(FILE)[0].outcome, azure(FILE)[0].shown) == ("failure", "fail")
    assert jenkins(FILE)[0].shown == "err"


def test_gitlab_counts_only_the_first_of_equal_cases_and_so_misses_a_failure() -> None:
    assert [read.outcome for read in gitlab(FILE) if read.name == "twice"] == ["passed"]
    assert [read.outcome for read in jenkins(FILE) if read.name == "twice"] == ["passed", "failure"]


def test_azure_drops_a_case_without_a_name() -> None:
    assert len(azure(FILE)) == len(jenkins(FILE)) - 1


def test_jenkins_falls_back_to_the_name_of_the_suite_and_gitlab_shows_the_text_alone() -> None:
    assert jenkins(FILE)[-1].suite == "s"
    assert gitlab(FILE)[-1].suite == ""
    assert (gitlab(FILE)[-1].shown, azure(FILE)[-1].shown) == ("text", "attribute")
