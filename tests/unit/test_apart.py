"""Where our results and the user's reports would be in each other's way."""

import pytest

from core.workspace.apart import clash

WORKSPACE = "/builds/shop"


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [
        ("reports/*.xml", "reports"),
        ("reports/*.xml", "./reports/"),
        ("reports/junit.xml", "reports"),
        ("reports\\*.xml", "reports"),
        ("/builds/shop/reports/*.xml", "reports"),
        ("Reports/JUnit.xml", "reports"),
        ("reports/**/*.xml", "reports"),
        ("reports/**", "reports/ours"),
        ("**/*.xml", "out"),
        ("*/junit.xml", "out"),
        ("reports/TEST-*.xml", "reports"),  # what lies in a folder of ours is never read
        ("reports/deep/a.xml", "reports"),
    ],
)
def test_a_pattern_that_means_our_file_or_only_what_lies_in_our_folder_clashes(pattern: str, folder: str) -> None:
    assert clash([pattern], folder, WORKSPACE) != ""


@pytest.mark.parametrize(
    ("patterns", "folder"),
    [
        (["reports/*.xml"], "out"),
        (["reports/*.xml"], "reports/ours"),
        (["reports/TEST-*.xml"], "out"),
        (["**/TEST-*.xml"], "out"),
        (["**/*.xml"], ""),
        (["**/*.xml"], "test-results/test-runner/autify"),
        (["**/*.xml"], ".out"),  # which `**` does not enter
        (["**/*.xml", "!out/**"], "out"),
        (["**/*.xml", "!out"], "out/ours"),
        (["../*.xml"], "out"),  # wrong in itself, and told elsewhere
    ],
)
def test_what_keeps_them_apart_is_fine(patterns: list[str], folder: str) -> None:
    assert clash(patterns, folder, WORKSPACE) == ""
