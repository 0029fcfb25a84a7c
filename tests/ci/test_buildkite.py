"""Buildkite: what its agent's program is told, and that nothing it does takes a verdict away."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from core.ci import buildkite, buildkite_agent
from core.model import Conclusion
from tests.ci.environments import ENVIRONMENTS
from tests.ci.hostile import SECRET, Screen, a_ci, a_report, a_result, redact


def _agent(folder: Path, body: str) -> dict[str, str]:
    """The environment of a job whose agent does this."""
    program = folder / "buildkite-agent"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return ENVIRONMENTS["buildkite"] | {"PATH": path, "BUILDKITE_STEP_ID": "0190-s", "BUILDKITE_PARALLEL_JOB": "3"}


def _summarized(env: dict[str, str], text: str = "# Shop\n", *, status: int = 1, results_dir: str = "") -> str:
    out = Screen()
    ci = a_ci("buildkite", out, env, debug=False, results_dir=results_dir)
    ci.publish(a_report(), a_result(status=status), annotations=8)
    before = len(out.getvalue())
    ci.summarize(iter([text]))
    return out.getvalue()[before:]


@pytest.mark.parametrize(("status", "style"), [(1, "error"), (0, "success")])
def test_the_summary_is_an_annotation_that_the_same_job_replaces_when_it_is_retried(
    status: int, style: str, tmp_path: Path
) -> None:
    env = _agent(tmp_path, f'echo "$*" > {tmp_path}/words; cat > {tmp_path}/given')
    assert _summarized(env, f"# Shop {SECRET}\n", status=status) == ""
    words = f"annotate --style {style} --context test-runner-autify-0190-s-3\n"
    assert (tmp_path / "words").read_text() == words
    assert (tmp_path / "given").read_text() == "# Shop ***\n"


def test_two_steps_of_one_vendor_in_a_job_have_each_an_annotation_of_their_own(tmp_path: Path) -> None:
    env = _agent(tmp_path, f'echo "$5" >> {tmp_path}/contexts')
    for folder in ("out/web", "out/mobile", "out/web/"):
        _summarized(env, results_dir=folder)
    web, mobile, again = (tmp_path / "contexts").read_text().split()
    assert web == again != mobile
    assert web.startswith("test-runner-autify-")


def test_what_did_not_pass_and_does_not_gate_is_a_warning_and_a_mere_start_a_note() -> None:
    for conclusion, style in ((Conclusion.TIMED_OUT, "warning"), (Conclusion.STARTED, "info")):
        assert buildkite._style(replace(a_result(status=0), conclusion=conclusion)) == style


def test_an_annotation_is_cut_at_a_mebibyte(tmp_path: Path) -> None:
    env = _agent(tmp_path, f"cat > {tmp_path}/given")
    _summarized(env, "한국어 line\n" * 200_000)
    given = (tmp_path / "given").read_bytes()
    assert len(given) <= 1 << 20
    assert given.decode().endswith("line\n\n\n_Cut here: an annotation holds one MiB._\n")


def test_what_the_agent_refuses_is_a_warning_and_hostile_text_of_its_is_none_of_ours(tmp_path: Path) -> None:
    said = _summarized(_agent(tmp_path, "echo '##[error]no' >&2; exit 3"))
    assert said == (
        "Warning: The build is not annotated: buildkite-agent annotate ended with 3: ##_[error]no. "
        "The summary is in the file summary.md.\n"
    )


def test_an_agent_that_reads_nothing_or_hangs_or_is_no_program_holds_nobody_up(tmp_path: Path) -> None:
    env = _agent(tmp_path, "exec sleep 30")
    assert buildkite_agent.tell(["annotate"], "x" * 500_000, env, redact, seconds=0.2) == (
        "buildkite-agent annotate: TimeoutExpired"
    )
    (tmp_path / "buildkite-agent").write_text("#!/no/such/program\n")
    assert "FileNotFoundError" in buildkite_agent.tell(["annotate"], "x", env, redact, seconds=5)
    assert _summarized(_agent(tmp_path, "exit 0"), "x" * 500_000) == ""


def test_without_the_program_there_is_no_annotation_and_no_word_of_it(tmp_path: Path) -> None:
    env = ENVIRONMENTS["buildkite"] | {"PATH": str(tmp_path), "BUILDKITE_AGENT_JOB_API_SOCKET": "/x"}
    assert _summarized(env) == ""
    out = Screen()
    a_ci("buildkite", out, env).mask([SECRET])
    assert out.getvalue() == "debug: No buildkite-agent in PATH: `redactor` is left out.\n"


def test_every_line_of_a_secret_is_told_and_an_agent_too_old_to_be_told_is_not_asked(tmp_path: Path) -> None:
    env = _agent(tmp_path, f"cat > {tmp_path}/given")
    ci = a_ci("buildkite", Screen(), env)
    ci.mask(["one\ntwo\nab"])
    assert not (tmp_path / "given").exists()
    a_ci("buildkite", Screen(), env | {"BUILDKITE_AGENT_JOB_API_SOCKET": "/x"}).mask(["one\ntwo\nab"])
    assert (tmp_path / "given").read_text() == '{"secret-0": "one\\ntwo\\nab", "secret-1": "one", "secret-2": "two"}'


def test_the_agent_sees_no_variable_that_holds_a_secret_nor_an_input(tmp_path: Path) -> None:
    env = _agent(tmp_path, f"env > {tmp_path}/seen") | {
        "AUTIFY_TOKEN": f"x{SECRET}",
        "TEST_RUNNER_NAME": "n",
        "OTHER": "o",
    }
    _summarized(env)
    seen = (tmp_path / "seen").read_text()
    assert "OTHER=o\n" in seen
    assert SECRET not in seen
    assert "TEST_RUNNER_NAME" not in seen


def test_a_group_ends_in_an_open_one_or_the_rest_would_be_folded_away() -> None:
    out = Screen()
    ci = a_ci("buildkite", out)
    with pytest.raises(RuntimeError), ci.group("--- Start"):
        raise RuntimeError
    ci.info("on")
    assert out.getvalue() == "--- - -- Start\n+++ autify\non\n"
