"""In no CI system is a secret in any sink; where a system can mask, it is told of it before the first line."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.ci import CIS
from core.sandbox import Progression, Sandbox
from core.text.secret import encoded_forms
from tests.ci.environments import ENVIRONMENTS
from tests.ci.hostile import Screen, a_ci
from tests.e2e.places import Left, run

CANARY = 'cAnary/+"7<&>-0f-every-ci'
USER, KEY = "dana@example.com", "kEy/+&~0f-every-ci"
LINES = ("lIne-one-0f-a-key", "lIne-tw0-0f-a-key")
MASKS = ("::add-mask::", "##vso[task.setsecret")
AUTIFY = {"vendor": "autify", "project_id": "77", "scenarios": "501", "log_level": "debug"}
APPTEST = {"vendor": "apptest-ai", "project_id": "509", "app_file": "app.apk", "log_level": "debug"}


def _tried(ci: str, folder: Path, box: str, inputs: dict[str, str]) -> Left:
    """A step whose vendor repeats the secret in every answer."""
    (folder / "workspace").mkdir(parents=True)
    (folder / "workspace" / "app.apk").write_bytes(b"PK")
    with Sandbox(vendor=box, progression=Progression.immediate()) as sandbox:
        where = sandbox.url_of("passing+immediate+echo-secret=403%40any*forever")
        return run(ci, folder, inputs | {"base_url": where})


def _everywhere(tmp_path: Path, box: str, inputs: dict[str, str]) -> list[Left]:
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda ci: _tried(ci, tmp_path / ci, box, inputs), CIS))


def _leaks(left: Left, folder: Path, secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    """(file, form) wherever a secret stands that is no mask."""
    forms = [form for secret in secrets for form in encoded_forms(secret)]
    forms += [b64encode(secret.encode()).decode() for secret in secrets]
    log = "\n".join(line for line in left.log.splitlines() if not line.startswith(MASKS))
    texts = {"log": log, "errors": left.errors}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("log", "redactor.stdin"):  # what is to be hidden must be told
            texts[str(path.relative_to(folder))] = path.read_bytes().decode()
    return [(name, form) for name, text in texts.items() for form in forms if form in text]


def test_a_token_is_in_no_sink_and_masked_before_the_first_line(tmp_path: Path) -> None:
    for left in _everywhere(tmp_path, "autify", AUTIFY | {"token": CANARY}):
        assert left.status == 3, left.log
        assert "403" in left.log
        assert _leaks(left, tmp_path / left.ci, (CANARY,)) == [], left.ci
        out = Screen()
        a_ci(left.ci, out, ENVIRONMENTS[left.ci]).mask([CANARY])
        assert left.log.startswith(out.getvalue()), left.ci


def test_buildkites_redactor_is_told_of_a_secret_before_the_first_line_and_over_no_command_line(tmp_path: Path) -> None:
    left = _tried("buildkite", tmp_path, "autify", AUTIFY | {"token": CANARY})
    assert left.told["redactor.words"] == "redactor add --format json\n"
    assert left.told["redactor.stdin"] == '{"secret-0": "cAnary/+\\"7<&>-0f-every-ci"}'
    assert "redactor.late" not in left.told
    assert "annotate.late" in left.told, "the log had lines by then: the sign works"
    assert "TEST_RUNNER_" not in left.told["redactor.env"] + left.told["annotate.env"]
    assert "BUILDKITE_JOB_ID=" in left.told["annotate.env"]


def test_a_user_with_a_key_is_hidden_in_parts_and_as_basic_authentication_has_them(tmp_path: Path) -> None:
    for left in _everywhere(tmp_path, "apptest-ai", APPTEST | {"token": f"{USER}:{KEY}"}):
        assert left.status == 3, left.log
        assert _leaks(left, tmp_path / left.ci, (f"{USER}:{KEY}", KEY)) == [], left.ci


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_secret_of_several_lines_is_refused_and_none_of_its_lines_is_shown(end: str, tmp_path: Path) -> None:
    for left in _everywhere(tmp_path, "autify", AUTIFY | {"token": end.join(LINES)}):
        assert left.status == 2, left.log
        assert "`token`" in left.log
        assert "line break" in left.log
        assert _leaks(left, tmp_path / left.ci, (*LINES, end.join(LINES))) == [], left.ci
