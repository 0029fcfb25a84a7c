"""Patterns for report files: what they match, what they never match, and what is said where they match nothing."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.errors import BadInputError, StoppedError
from core.model import Build, RemoteRun, Result, TestReport
from core.verdict import ended_by
from core.workspace.globs import Found, Lack, find
from core.workspace.marked import MARK
from core.writers import WRITERS

FILES = (
    "a.xml",
    "b.txt",
    "reports/a.xml",
    "reports/b.xml",
    "reports/deep/er/c.xml",
    "reports/.hidden/d.xml",
    "reports/.e.xml",
    "build/test-results/test/TEST-shop.Cart.xml",
    "test-results/junit.xml",
    "test-results/test-runner/autify/junit.xml",
    "test-results/test-runner-of-mine/f.xml",
    ".test-runner/g.xml",
    "sub/.test-runner/h.xml",
    "odd/[x].xml",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work space"
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<testsuite/>")
    (tmp_path / "outside.xml").write_text("<testsuite/>")
    return root


def files(workspace: Path, *patterns: str, ours: Iterable[str] = ()) -> list[str]:
    found = find(patterns, str(workspace), ours=ours)
    assert found.problems == ()
    return list(found.files)


def problems(workspace: Path, *patterns: str) -> list[tuple[Lack, str]]:
    return [(each.lack, each.text) for each in find(patterns, str(workspace)).problems]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a.xml"], ["a.xml"]),
        (["*.xml"], ["a.xml"]),
        (["./reports//a.xml"], ["reports/a.xml"]),
        (["reports/*.xml"], ["reports/a.xml", "reports/b.xml"]),
        (["reports/**/*.xml"], ["reports/a.xml", "reports/b.xml", "reports/deep/er/c.xml"]),
        (["reports\\**\\*.xml"], ["reports/a.xml", "reports/b.xml", "reports/deep/er/c.xml"]),
        (["**/c.xml"], ["reports/deep/er/c.xml"]),
        (["**/**/er/**/**/c.xml"], ["reports/deep/er/c.xml"]),
        (["reports/deep/**"], ["reports/deep/er/c.xml"]),
        (["reports/?.xml"], ["reports/a.xml", "reports/b.xml"]),
        (["reports/[b-z].xml"], ["reports/b.xml"]),
        (["reports/[!b].xml"], ["reports/a.xml"]),
        (["reports/[^b].xml"], ["reports/a.xml"]),
        (["odd/[[]x].xml"], ["odd/[x].xml"]),
        (["odd/[x].xml"], ["odd/[x].xml"]),
        (["odd/[[^]x].xml"], ["odd/[x].xml"]),
        (["reports/.*.xml"], ["reports/.e.xml"]),
        (["reports/.hidden/*.xml"], ["reports/.hidden/d.xml"]),
        (["reports/.h*/d.xml"], ["reports/.hidden/d.xml"]),
        (["reports/b.xml", "a.xml", "reports/*.xml", "a.xml"], ["a.xml", "reports/a.xml", "reports/b.xml"]),
        (["reports/**/*.xml", "!reports/deep/**"], ["reports/a.xml", "reports/b.xml"]),
        (["!reports/b.xml", "reports/*.xml"], ["reports/a.xml"]),
        (["reports/**/*.xml", "!reports/deep"], ["reports/a.xml", "reports/b.xml"]),
        (["reports/**/*.xml", "!**/er/"], ["reports/a.xml", "reports/b.xml"]),
        (["reports/**/*.xml", "!r*/d*/"], ["reports/a.xml", "reports/b.xml"]),
        (["reports/**/*.xml", "!reports/*"], ["reports/deep/er/c.xml"]),
        (["reports/deep/**/*.xml", "reports/*.xml", "!**/[ab].xml"], ["reports/deep/er/c.xml"]),
        (["test-results/**/*.xml"], ["test-results/junit.xml", "test-results/test-runner-of-mine/f.xml"]),
        (["sub/.test-runner/*.xml"], ["sub/.test-runner/h.xml"]),
        (["build/test-results/**/TEST-*.xml"], ["build/test-results/test/TEST-shop.Cart.xml"]),
    ],
    ids=" ".join,
)
def test_a_pattern_matches_these_files_sorted_and_each_once(
    workspace: Path, patterns: list[str], expected: list[str]
) -> None:
    assert files(workspace, *patterns) == expected


def test_every_xml_leaves_out_what_is_hidden_and_what_is_ours(workspace: Path) -> None:
    assert files(workspace, "**/*.xml") == [
        "a.xml",
        "build/test-results/test/TEST-shop.Cart.xml",
        "odd/[x].xml",
        "reports/a.xml",
        "reports/b.xml",
        "reports/deep/er/c.xml",
        "test-results/junit.xml",
        "test-results/test-runner-of-mine/f.xml",
    ]


def test_further_outputs_of_ours_are_left_out(workspace: Path) -> None:
    assert files(workspace, "reports/**/*.xml", ours=["reports/deep/"]) == ["reports/a.xml", "reports/b.xml"]
    found = find(["reports/*.xml"], str(workspace), ours=["./reports//a.xml"])
    assert found.files == ("reports/b.xml",)
    assert [(each.lack, each.text) for each in found.problems] == [
        (Lack.UNSEEN, "'reports/a.xml' was left out: this program writes it (`results-dir`).")
    ]


@pytest.mark.parametrize("pattern", ["test-results/test-runner/**/*.xml", ".test-runner/g.xml", ".test-runner/*"])
def test_our_own_output_is_no_match_even_when_it_is_named(workspace: Path, pattern: str) -> None:
    ((lack, _),) = problems(workspace, pattern)
    assert lack is Lack.NOTHING


def test_an_absolute_pattern_inside_the_workspace_is_taken(workspace: Path) -> None:
    assert files(workspace, f"{workspace}/reports/*.xml") == ["reports/a.xml", "reports/b.xml"]
    link = workspace.parent / "link"
    link.symlink_to(workspace / "reports")
    assert files(workspace, f"{link}/*.xml") == ["reports/a.xml", "reports/b.xml"]
    assert list(find([f"{workspace}/a.xml"], f"{link}/..").files) == ["a.xml"]


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../outside.xml", "reports/../../outside.xml", "C:\\x.xml", "a\0b"])
def test_a_pattern_that_leads_out_of_the_workspace_is_refused(workspace: Path, pattern: str) -> None:
    with pytest.raises(BadInputError, match="relative to the workspace"):
        find([pattern], str(workspace))


@pytest.mark.parametrize("pattern", ["!", ".", "./", "! "])
def test_a_pattern_that_names_nothing_is_refused(workspace: Path, pattern: str) -> None:
    with pytest.raises(BadInputError, match="names no file"):
        find([pattern], str(workspace))


def test_each_pattern_that_matches_nothing_is_a_problem_of_its_own(workspace: Path) -> None:
    found = find(["reports/*.xml", "none/*.xml", "reports", "no?.xml"], str(workspace))
    assert found.files == ("reports/a.xml", "reports/b.xml")
    assert [each.lack for each in found.problems] == [Lack.NOTHING] * 3
    assert "'reports' matches no file. It is a folder: write reports/**/*.xml" in found.problems[1].text


def test_what_an_exclusion_leaves_nothing_of_has_still_matched(workspace: Path) -> None:
    assert find(["a.xml", "b.txt", "!a.xml"], str(workspace)) == Found(files=("b.txt",), problems=())


def test_exclusions_that_leave_nothing_at_all_are_named(workspace: Path) -> None:
    (problem,) = find(["a.xml", "!*.xml"], str(workspace)).problems
    assert (problem.lack, "`!`" in problem.text, "'a.xml'" in problem.text) == (Lack.NOTHING, True, True)


@pytest.mark.parametrize("line", ["!quarantin/**", "!reports/deep/*.xml", "!nothing", "!reports/d*"])
def test_an_exclusion_that_takes_nothing_out_is_told(workspace: Path, line: str) -> None:
    found = find(["reports/**/*.xml", line], str(workspace))
    assert found.files == ("reports/a.xml", "reports/b.xml", "reports/deep/er/c.xml")
    ((lack, text),) = [(each.lack, each.text) for each in found.problems]
    assert (lack, text.startswith(f"{line!r} takes nothing out")) == (Lack.UNSEEN, True)


def test_a_pattern_that_matches_nothing_is_named_though_a_folder_was_taken_out(workspace: Path) -> None:
    assert [lack for lack, _ in problems(workspace, "a.xml", "reports/none.xml", "!reports/")] == [Lack.NOTHING]


def test_a_folder_that_is_taken_out_is_not_even_read(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    scan = os.scandir

    def watched(path: str) -> object:
        read.append(path)
        return scan(path)

    monkeypatch.setattr("os.scandir", watched)
    assert files(workspace, "**/a.xml", "!reports/**") == ["a.xml"]
    assert not [path for path in read if "reports" in path]


def test_a_folder_outside_that_a_link_leads_to_is_no_silence(workspace: Path) -> None:
    outside = workspace.parent / "b"
    (outside / "reports").mkdir(parents=True)
    (outside / "reports/b.xml").write_text("<testsuite/>")
    (workspace / "svc-a/reports").mkdir(parents=True)
    (workspace / "svc-a/reports/a.xml").write_text("<testsuite/>")
    (workspace / "svc-b").symlink_to(outside)
    for pattern in ("svc-*/reports/*.xml", "svc-b/**/*.xml", "svc-b/reports/b.xml"):
        ((lack, text),) = problems(workspace, pattern)
        assert (lack, "'svc-b' is a link that leads out of the workspace" in text) == (Lack.UNREADABLE, True)
    assert files(workspace, "svc-*/reports/*.xml", "!svc-b/") == ["svc-a/reports/a.xml"]
    assert not problems(workspace, "*/deep/er/*.xml"), "nothing of this name is there"


def test_links_to_folders_that_double_stars_do_not_enter_are_told(workspace: Path) -> None:
    (workspace / "reports/out").symlink_to("../..")
    (workspace / "reports/other").symlink_to("../odd")
    (workspace / "reports/same").symlink_to("deep")
    (workspace / "reports/.dot").symlink_to("../odd")
    ((lack, text),) = problems(workspace, "reports/**/*.xml")
    assert (lack, "such as reports/other, reports/out." in text) == (Lack.UNSEEN, True)
    assert len(files(workspace, "reports/**/*.xml", "!reports/o*/")) == 3
    ((_, text),) = problems(workspace, "**/*.xml")
    assert "such as reports/out." in text, "where the other one leads to has been searched as well"


def test_an_empty_file_is_a_problem(workspace: Path) -> None:
    (workspace / "reports/b.xml").write_text("")
    found = find(["reports/*.xml"], str(workspace))
    assert found.files == ("reports/a.xml",)
    assert [(each.lack, each.text) for each in found.problems] == [(Lack.EMPTY, "'reports/b.xml' is empty.")]


def test_what_can_t_be_read_is_a_problem(workspace: Path) -> None:
    os.mkfifo(workspace / "reports/pipe.xml")
    (workspace / "reports/gone.xml").symlink_to("nowhere.xml")
    found = problems(workspace, "reports/*.xml")
    assert [lack for lack, _ in found] == [Lack.UNREADABLE] * 2
    assert "'reports/gone.xml' can't be read: No such file" in found[0][1]
    assert "'reports/pipe.xml' can't be read: it is no plain file" in found[1][1]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_or_folder_without_the_right_to_read_is_a_problem(workspace: Path) -> None:
    (workspace / "a.xml").chmod(0)
    (workspace / "reports").chmod(0)
    found = problems(workspace, "**/a.xml")
    (workspace / "reports").chmod(0o755)
    assert sorted(text for _, text in found) == [
        "'a.xml' can't be read: Permission denied.",
        "the folder 'reports' can't be read: Permission denied. If there is no report in it, take it out: '!reports/'.",
    ]


def test_links_are_followed_inside_the_workspace_and_never_out_of_it(workspace: Path) -> None:
    (workspace / "linked.xml").symlink_to("reports/a.xml")
    (workspace / "linked").symlink_to("reports")
    (workspace / "out.xml").symlink_to("../outside.xml")
    (workspace / "out").symlink_to("..")
    (workspace / "ours.xml").symlink_to(".test-runner/g.xml")
    (workspace / "loop").symlink_to(".")
    assert files(workspace, "linked.xml") == ["linked.xml"]
    assert files(workspace, "linked/*.xml") == ["linked/a.xml", "linked/b.xml"]
    assert files(workspace, "linked.xml", "reports/a.xml") == ["linked.xml"]  # one file, by its first name
    found = find(["*.xml", "**/a.xml", "out/*.xml"], str(workspace))
    assert found.files == ("a.xml", "linked.xml")
    assert found.problems[0].text == "'out.xml' is a link that leads out of the workspace."
    assert [each.lack for each in found.problems] == [Lack.UNREADABLE, Lack.UNSEEN, Lack.UNREADABLE]


def test_many_double_stars_take_no_exponential_time(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(20):
        folder = folder / "a"
    folder.mkdir(parents=True)
    looks: list[int] = []
    found = find(["**/a/" * 12 + "none.xml"], str(tmp_path), check=lambda: looks.append(1))
    assert [each.lack for each in found.problems] == [Lack.NOTHING]
    assert len(looks) < 21 * 25


def test_a_signal_ends_the_walk(workspace: Path) -> None:
    def stop() -> None:
        raise StoppedError(15)

    with pytest.raises(StoppedError):
        find(["**/*.xml"], str(workspace), check=stop)


def leave_results(folder: Path, *, marked: bool = True) -> None:
    """As a step with such a `results-dir` leaves it; without the mark as one of an earlier version did."""
    report = TestReport(title="Test run at Autify", run=RemoteRun(vendor="autify", id="7", url="https://a.example/7"))
    result: Result = ended_by(StoppedError(15))
    folder.mkdir(parents=True)
    for name, write in WRITERS.items():
        text = "".join(write(report, result, Build(ci="generic", step="autify")))
        assert (MARK in text) == (name == "junit.xml")
        text = text if marked or MARK not in text else text.replace(f"{MARK}\n", "").rpartition("<!--")[0]
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("pattern", ["tr/**/*.xml", "tr/chrome/junit.xml", "tr/*/junit.xml"])
def test_reports_that_another_step_of_ours_left_anywhere_are_no_reports(
    workspace: Path, pattern: str, *, marked: bool
) -> None:
    leave_results(workspace / "tr/chrome", marked=marked)
    ((lack, text),) = problems(workspace, pattern)
    assert lack is Lack.NOTHING
    assert f"{pattern!r} matches only what this program wrote itself, in this step or another: tr/chrome/ju" in text


def test_beside_reports_of_the_user_s_ours_are_left_out_and_told_in_one_sentence(workspace: Path) -> None:
    for name in ("chrome", "edge", "safari"):
        leave_results(workspace / "reports" / name, marked=name != "edge")
    found = find(["reports/**/*.xml", "**/*.xml"], str(workspace))
    assert not [path for path in found.files if path.endswith("junit.xml") and path.startswith("reports")]
    assert "reports/a.xml" in found.files
    assert [(each.lack, each.text, each.path) for each in found.problems] == [
        (
            Lack.UNSEEN,
            "reports/chrome/junit.xml and 2 more left out: this program wrote them, in this step or another.",
            "",
        )
    ]
    assert find(["reports/**/*.xml", "!reports/*/junit.xml"], str(workspace)).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        f"<testsuites><!-- {MARK[5:-4]} --></testsuites>",
        f'<testsuite name="{MARK[5:-4]}"/>',
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="t" tests="1"><testsuite name="s"/></testsuites>',
    ],
)
def test_a_report_of_the_user_s_that_speaks_of_us_or_takes_the_place_of_ours_is_his(workspace: Path, text: str) -> None:
    leave_results(workspace / "tr")
    (workspace / "tr/junit.xml").write_text(text)
    assert files(workspace, "tr/*.xml") == ["tr/junit.xml"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</testsuites>\n", '<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite></testsuites>\n'),
        ("</testsuites>\n", "</testsuites>"),
        ("</testsuites>\n<!--", "</testsuites>\n<!-- merged --><!--"),
        (" bytes. -->\n", " bytes. -->"),
        (" bytes. -->\n", "0 bytes. -->\n"),
        ("conclusion", "the conclusion"),
    ],
)
def test_a_report_of_ours_that_somebody_has_edited_is_his(workspace: Path, old: str, new: str) -> None:
    leave_results(workspace / "tr")
    report = workspace / "tr/junit.xml"
    text = report.read_text(encoding="utf-8")
    assert find(["tr/*.xml"], str(workspace)).files == ()
    assert old in text
    report.write_text(text.replace(old, new), encoding="utf-8")
    assert files(workspace, "tr/*.xml") == ["tr/junit.xml"]
