"""Where inputs come from and in which order; what is refused, and how it is said."""

from pathlib import Path

import pytest

from core.commands.asked import MissingSecret, known_inputs, understand
from core.errors import BadInputError
from core.inputs.sources import USUAL_SECRETS, Raw, fill_secrets, gather, secrets_of, usual_secrets
from tools.rendering.inputs import inputs

GOOD = {"vendor": "autify", "token": "t0ken-x", "project-id": "77", "scenarios": "501"}


def asked(environment: dict[str, str], *arguments: str) -> object:
    raw = gather(arguments, environment)
    return understand(raw, known_inputs(raw.values.get("vendor", "")))


def problems(environment: dict[str, str], *arguments: str) -> dict[str, str]:
    with pytest.raises(BadInputError) as caught:
        asked(environment, *arguments)
    return dict(caught.value.problems)


def as_input(values: dict[str, str]) -> dict[str, str]:
    return {f"INPUT_{name.upper()}": text for name, text in values.items()}


def test_flags_beat_input_variables_which_beat_test_runner_variables() -> None:
    environment = {"TEST_RUNNER_TIMEOUT": "1m", "TEST_RUNNER_RUN_ID": "1", "INPUT_TIMEOUT": "2m", "INPUT_RUN-ID": "2"}
    raw = gather(["--timeout", "3m"], environment)
    assert raw.values == {"timeout": "3m", "run-id": "2"}


def test_an_empty_input_is_unset_and_lets_the_weaker_source_through() -> None:
    raw = gather([], {"INPUT_TIMEOUT": " ", "TEST_RUNNER_TIMEOUT": "1m", "INPUT_NAME": ""})
    assert raw.values == {"timeout": "1m"}


def test_flags_take_both_forms_and_a_bare_one_is_true() -> None:
    raw = gather(["--name=a=b", "--adopt", "--scenarios", "501\n502", "--allow-empty"], {})
    assert raw.values == {"name": "a=b", "adopt": "true", "scenarios": "501\n502", "allow-empty": "true"}


def test_the_runners_own_inputs_of_every_docker_action_are_not_ours() -> None:
    assert gather([], {"INPUT_ARGS": "x", "INPUT_ENTRYPOINT": "y"}).values == {}


def test_every_problem_is_told_at_once_and_names_its_input() -> None:
    found = problems(
        as_input(
            {"vendor": "autify", "timeout": "30", "adopt": "yes", "fail-on": "red", "scenarios": "x", "timout": "1m"}
        )
    )
    assert set(found) == {"timeout", "adopt", "fail-on", "scenarios", "project-id", "timout", "token"}
    assert "AUTIFY_WEB_ACCESS_TOKEN" in found["token"]
    assert "Did you mean `timeout`?" in found["timout"]


def test_an_unknown_vendor_is_told_the_known_ones() -> None:
    assert "autify" in problems(as_input(GOOD | {"vendor": "selenium"}))["vendor"]
    assert "autify" in problems({})["vendor"]


@pytest.mark.parametrize("name", ["plan", "quarantine", "min-pass-rate"])
def test_inputs_that_come_later_are_unknown(name: str) -> None:
    assert "is unknown" in problems(as_input(GOOD | {name: "1"}))[name]


def test_a_secret_on_the_command_line_is_refused_without_showing_it() -> None:
    environment = as_input({name: text for name, text in GOOD.items() if name != "token"})
    found = problems(environment, "--token", "s3cret-value")
    assert "TEST_RUNNER_TOKEN or AUTIFY_WEB_ACCESS_TOKEN" in found["token"]
    assert "s3cret-value" not in str(found)


def filled(environment: dict[str, str], vendor: str) -> Raw:
    raw = gather([], environment)
    fill_secrets(raw, known_inputs(vendor), environment)
    return raw


def test_a_path_in_place_of_the_secret_is_refused_without_showing_it(tmp_path: Path) -> None:
    """GitLab's variables of the type File, and its `secrets:` without `file: false`."""
    path = tmp_path / "AUTIFY_WEB_ACCESS_TOKEN"
    path.write_text("the token")
    given = as_input(GOOD | {"token": str(path)})
    found = problems(given)
    assert "`file: false`" in found["token"]
    assert path.name not in str(found)
    path.unlink()
    asked(given)  # a token may begin with a slash


def test_the_vendors_usual_variable_is_the_last_source_of_a_secret() -> None:
    from core.commands.asked import hidden_texts  # noqa: PLC0415 -- shows which function does it

    environment = as_input(GOOD | {"token": ""}) | {"AUTIFY_WEB_ACCESS_TOKEN": "from-variable"}
    raw = gather([], environment)
    known = known_inputs("autify")
    assert hidden_texts(raw, known, environment) == ["from-variable"]
    assert understand(raw, known).settings.token.reveal() == "from-variable"
    assert secrets_of(raw, known) == ["from-variable"]


@pytest.mark.parametrize(
    ("vendor", "general", "usual", "sent"),
    [
        ("testmo", "of-autify", "of-testmo", None),
        ("testmo", "the-same", "the-same", "the-same"),
        ("testmo", "", "of-testmo", "of-testmo"),
        ("autify", "of-autify", "of-testmo", "of-autify"),
    ],
)
def test_a_token_of_another_vendor_s_is_never_sent_on_a_guess(
    vendor: str, general: str, usual: str, sent: str | None
) -> None:
    given = {"vendor": vendor, "base-url": "https://vendor.example"}
    given |= (
        {"project-id": "1", "source": "s", "results": "a.xml"} if vendor == "testmo" else {"test-plan": "3001"} | GOOD
    )
    given |= {"token": ""}
    environment = as_input(given) | {"TEST_RUNNER_TOKEN": general, "TESTMO_TOKEN": usual}
    raw = filled(environment, vendor)
    if sent is None:
        assert [name for name, _ in raw.problems] == ["token"]
        assert "TEST_RUNNER_TOKEN and TESTMO_TOKEN are both set and differ" in raw.problems[0][1]
        with pytest.raises(BadInputError, match="neither is sent"):
            understand(raw, known_inputs(vendor))
    else:
        assert (raw.problems, raw.values["token"]) == ([], sent)
    own = filled(environment | {"INPUT_TOKEN": "this-step-s"}, vendor)
    assert (own.problems, own.values["token"], own.origins) == ([], "this-step-s", {})


@pytest.mark.parametrize(
    ("environment", "origin"),
    [
        ({"TEST_RUNNER_TOKEN": "a"}, {"token": "TEST_RUNNER_TOKEN"}),
        ({"TESTMO_TOKEN": "a"}, {"token": "TESTMO_TOKEN"}),
        ({"INPUT_TOKEN": "a", "TESTMO_TOKEN": "b"}, {}),
    ],
)
def test_the_variable_that_a_secret_was_read_from_is_known(environment: dict[str, str], origin: dict[str, str]) -> None:
    assert filled(environment, "testmo").origins == origin


APPTEST = {"vendor": "apptest-ai", "project-id": "1", "scenario-id": "5"}


@pytest.mark.parametrize("token", [":", "me:", ":key", " : ", "me: "])
@pytest.mark.parametrize("skip", [True, False])
def test_a_composed_secret_that_lacks_a_part_is_not_there(token: str, *, skip: bool) -> None:
    environment = as_input(APPTEST | {"token": token} | ({"on-missing-secret": "skip"} if skip else {}))
    raw = filled(environment, "apptest-ai")
    with pytest.raises(MissingSecret if skip else BadInputError) as raised:
        understand(raw, known_inputs("apptest-ai"))
    assert skip or "are the variables that it is made of set for this event?" in str(raised.value)
    assert filled(environment | {"APPTEST_AI_ACCESS_KEY": "me:key"}, "apptest-ai").values["token"] == "me:key"


@pytest.mark.parametrize("token", ["$(APPTEST_USER):$(APPTEST_KEY)", "me:$(APPTEST_KEY)", "$(my.key-1)"])
def test_on_azure_a_secret_in_which_a_variable_remains_is_not_there(token: str) -> None:
    environment = as_input(APPTEST | {"token": token, "on-missing-secret": "skip", "name": "a $(B) c"})
    raw = filled(environment | {"TF_BUILD": "True"}, "apptest-ai")
    assert ("token" in raw.values, raw.values["name"]) == (False, "a $(B) c")
    with pytest.raises(MissingSecret):
        understand(raw, known_inputs("apptest-ai"))
    assert filled(environment, "apptest-ai").values["token"] == token, "elsewhere these are letters"


def test_a_token_without_a_colon_is_malformed_and_not_missing() -> None:
    environment = as_input(APPTEST | {"token": "only-a-key", "on-missing-secret": "skip"})
    with pytest.raises(BadInputError, match="with a colon between them"):
        understand(filled(environment, "apptest-ai"), known_inputs("apptest-ai"))


def test_a_token_with_a_line_break_is_no_token() -> None:
    assert "Copy it again" in problems(as_input(GOOD | {"token": "abc\ndef"}))["token"]


def test_a_missing_secret_may_be_skipped_on_the_users_word() -> None:
    with pytest.raises(MissingSecret):
        asked(as_input(GOOD | {"token": "", "on-missing-secret": "skip"}))


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"scenarios": ""}, {"scenarios"}),
        ({"test-plan": "3001"}, {"scenarios"}),
        ({"project-id": ""}, {"project-id"}),
        ({"scenarios": "https://app.autify.com/projects/78/scenarios/501"}, {"project-id"}),
        ({"scenarios": "", "test-plan": "3001", "capabilities": "{os: Linux}"}, {"capabilities"}),
        ({"scenarios": "", "test-plan": "3001", "execution-type": "parallel"}, {"execution-type"}),
        ({"mode": "wait"}, {"run-id"}),
        ({"mode": "wait", "run-id": "x"}, {"run-id"}),
        ({"product": "desktop"}, {"product"}),
        ({"results-dir": "../out"}, {"results-dir"}),
        ({"results-dir": "/tmp/out"}, {"results-dir"}),
        ({"ca-bundle": "/does/not/exist.pem"}, {"ca-bundle"}),
        ({"base-url": "http://vendor.example.com"}, {"base-url"}),
        ({"url-replacements": "https://a.test"}, {"url-replacements"}),
        ({"capabilities": "linux"}, {"capabilities"}),
    ],
    ids=lambda value: " ".join(f"{key}={text}" for key, text in value.items()) if isinstance(value, dict) else "",
)
def test_what_a_run_needs_is_checked_before_any_request(values: dict[str, str], names: set[str]) -> None:
    assert set(problems(as_input(GOOD | values))) == names


def test_ids_may_be_given_as_the_addresses_of_the_vendors_pages() -> None:
    found = asked(
        as_input(
            {
                "vendor": "autify",
                "token": "t0ken-x",
                "scenarios": "https://app.autify.com/projects/77/scenarios/501?x=1\n"
                "https://app.autify.com/projects/77/scenarios/502/#top",
            }
        )
    )
    assert [(ref.project, ref.id) for ref in found.settings.scenarios] == [("77", "501"), ("77", "502")]  # type: ignore[attr-defined]


def test_a_variable_that_azure_left_unexpanded_is_unset_there_and_a_text_elsewhere() -> None:
    macros = {"TEST_RUNNER_TOKEN": "$(TEST_RUNNER_TOKEN)", "TEST_RUNNER_NAME": " $(Build.Reason) "}
    azure = macros | {"TF_BUILD": "True", "TEST_RUNNER_COMMAND": "echo $(x) $(y)", "TEST_RUNNER_SOURCE": "$(a) $(b)"}
    assert gather([], azure).values == {"command": "echo $(x) $(y)", "source": "$(a) $(b)"}
    assert gather([], macros).values["token"] == "$(TEST_RUNNER_TOKEN)"


def test_the_vendors_own_variable_is_unset_too_where_azure_left_it_unexpanded() -> None:
    given = {f"TEST_RUNNER_{name.upper().replace('-', '_')}": text for name, text in GOOD.items() if name != "token"}
    with_macro = given | {"AUTIFY_WEB_ACCESS_TOKEN": "$(AUTIFY_WEB_ACCESS_TOKEN)", "TF_BUILD": "True"}
    assert set(problems(with_macro)) == {"token"}
    with pytest.raises(MissingSecret):
        asked(with_macro | {"TEST_RUNNER_ON_MISSING_SECRET": "skip"})


DRONE = {"DRONE": "true", "CI": "true"}
WOODPECKER = {"CI": "woodpecker"}


@pytest.mark.parametrize("system", [DRONE, WOODPECKER], ids=["drone", "woodpecker"])
def test_the_settings_of_a_plugin_are_inputs_between_input_and_test_runner_variables(system: dict[str, str]) -> None:
    weaker = {"TEST_RUNNER_TIMEOUT": "1m", "TEST_RUNNER_NAME": "n"}
    settings = {"PLUGIN_TIMEOUT": "2m", "PLUGIN_RUN_ID": "7", "PLUGIN_PROJECT-ID": "77", "PLUGIN_ADOPT": " "}
    raw = gather(["--run-id", "9"], system | weaker | settings | {"INPUT_PROJECT-ID": "78"})
    assert raw.values == {"timeout": "2m", "name": "n", "run-id": "9", "project-id": "78"}
    assert raw.strict == {"timeout", "run-id", "project-id"}


def test_elsewhere_variables_of_that_form_are_somebody_elses() -> None:
    assert gather([], {"PLUGIN_TIMEOUT": "2m", "CI": "true"}).values == {}


def test_a_list_that_woodpecker_made_json_of_is_a_list_of_lines() -> None:
    texts = {
        '["a/*.xml","b, c.xml"]': "a/*.xml\nb, c.xml",
        '["501"]': "501",
        "[a-z]*.xml": "[a-z]*.xml",
        '[{"os": "Linux"}]': '[{"os": "Linux"}]',
        "[]": "[]",
        "[" * 100_000: "[" * 100_000,
    }
    for text, meant in texts.items():
        assert gather([], WOODPECKER | {"PLUGIN_RESULTS": text}).values == {"results": meant}


def test_a_secret_among_the_settings_is_hidden_and_a_wrong_name_is_told() -> None:
    raw = gather([], DRONE | {"PLUGIN_VENDOR": "autify", "PLUGIN_TOKEN": "s3cret-text"})
    assert secrets_of(raw, known_inputs("autify")) == ["s3cret-text"]
    assert "Did you mean `timeout`?" in problems(DRONE | {"PLUGIN_VENDOR": "autify", "PLUGIN_TIMOUT": "1m"})["timout"]


def test_the_variable_of_an_input_may_have_underscores_as_a_shell_must_write_it() -> None:
    assert gather([], {"INPUT_RUN_ID": "7", "INPUT_OUTAGE-WINDOW": "1m"}).values == {
        "run-id": "7",
        "outage-window": "1m",
    }


def test_every_usual_variable_of_a_secret_is_known_without_its_vendor() -> None:
    variants = [each.option for item in inputs() for each in item.variants]
    assert set(USUAL_SECRETS) == {name for option in variants if option.kind.secret for name in option.environment}


def test_secrets_that_are_not_used_are_hidden_with_the_keys_in_them() -> None:
    given = {"QTEST_TOKEN": "bearer 0123456789", "APPTEST_AI_ACCESS_KEY": "me:the-key-itself", "TESTMO_TOKEN": " "}
    assert set(usual_secrets(given)) == {"bearer 0123456789", "0123456789", "me:the-key-itself", "the-key-itself"}
    assert usual_secrets({"TF_BUILD": "True", "TESTMO_TOKEN": "$(TESTMO_TOKEN)", "QTEST_TOKEN": "bearer $(T)"}) == []


@pytest.mark.parametrize(("name", "around"), [("name", "a {} b"), ("results-dir", "out/{}"), ("scenarios", "{}")])
def test_an_input_that_holds_the_token_is_refused_and_the_token_not_told(name: str, around: str) -> None:
    """As where a CI has expanded a variable that a title named."""
    token = "t0ken-of-some-length"
    values = {**GOOD, "token": f" {token}\n", name: around.format(token)}
    told = problems(as_input(values))
    assert set(told) == {name}
    assert "holds the token" in told[name]
    assert token not in str(told)


def test_a_short_token_and_a_password_may_occur_in_other_inputs() -> None:
    asked(as_input({**GOOD, "token": "shop", "name": "shop nightly"}))
    ats = {"vendor": "mendix-ats", "token": "t0ken-of-some-length", "app-id": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
    ats |= {"template-id": ats["app-id"], "username": "ATSAPIUser", "password": "ATSAPIUser"}
    asked(as_input({**ats, "base-url": "https://ats.example.com"}))
