"""What a run on Autify for mobile asks of its inputs, and what the two products refuse of each other's."""

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.commands.asked import hidden_texts, known_inputs, understand
from core.errors import BadInputError
from core.inputs.sources import gather

ZIPPED = Path(__file__).parents[1] / "files" / "app.apk"
GOOD = {
    "vendor": "autify",
    "product": "mobile",
    "token": "t0ken-x",
    "project-id": "4yyABC",
    "test-plan": "tPl001",
    "build-id": "bLd001",
}
WEB = {"vendor": "autify", "token": "t0ken-x", "project-id": "77", "test-plan": "3001"}


def asked(values: dict[str, str], environment: dict[str, str] | None = None) -> Any:
    raw = gather((), {f"INPUT_{name.upper()}": text for name, text in values.items()} | (environment or {}))
    known = known_inputs("autify")
    hidden_texts(raw, known, environment or {})
    return understand(raw, known)


def problems(values: dict[str, str], environment: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(BadInputError) as caught:
        asked(values, environment)
    found = dict(caught.value.problems)
    assert len(found) == len(caught.value.problems), "one problem for each input"
    return found


def app(folder: Path, name: str, *, holds: str = "AndroidManifest.xml") -> str:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(holds, "x")
    return str(path)


def test_a_plan_and_a_build_are_enough() -> None:
    found = asked(GOOD)
    assert (found.settings.test_plan.id, found.settings.build_id) == ("tPl001", "bLd001")
    assert found.base_url == "https://mobile-app.autify.com/api/v1"
    assert asked(WEB).base_url == "https://app.autify.com/api/v1"


def test_the_address_of_a_plan_names_its_project() -> None:
    address = "https://mobile-app.autify.com/projects/4yyABC/test_plans/tPl001?tab=1"
    found = asked(GOOD | {"test-plan": address, "project-id": ""})
    assert (found.settings.test_plan.project, found.settings.test_plan.id) == ("4yyABC", "tPl001")


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"test-plan": ""}, {"test-plan"}),
        ({"build-id": ""}, {"app-file"}),
        ({"app-file": str(ZIPPED)}, {"app-file"}),
        ({"project-id": ""}, {"project-id"}),
        ({"project-id": "4yy ABC"}, {"project-id"}),
        ({"test-plan": "tPl/001"}, {"test-plan"}),
        ({"test-plan": "tPl…1"}, {"test-plan"}),
        ({"build-id": "b" * 101}, {"build-id"}),
        ({"device-ids": "dEv001, dEv 2"}, {"device-ids"}),
        ({"test-plan": "https://mobile-app.autify.com/projects/oThEr1/test_plans/tPl001"}, {"project-id"}),
        ({"mode": "wait"}, {"run-id"}),
        ({"mode": "wait", "run-id": "rEs 1"}, {"run-id"}),
        ({"test-plan": "", "build-id": "", "project-id": ""}, {"test-plan", "app-file", "project-id"}),
        ({"rerun-failed": "1"}, {"rerun-failed"}),
    ],
    ids=lambda value: " ".join(f"{key}={text[:20]}" for key, text in value.items()) if isinstance(value, dict) else "",
)
def test_what_a_run_needs_is_checked_before_any_request(values: dict[str, str], names: set[str]) -> None:
    assert set(problems(GOOD | values)) == names


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("scenarios", "501"),
        ("capabilities", "{os_type: linux}"),
        ("url-replacements", "https://a.test https://b.test"),
        ("execution-type", "parallel"),
        ("autify-connect", "ap-1"),
    ],
)
@pytest.mark.parametrize("mode", ["run", "wait"])
def test_inputs_of_the_web_are_refused(mode: str, name: str, text: str) -> None:
    more = {"run-id": "rEs001"} if mode == "wait" else {}
    found = problems(GOOD | {name: text, "mode": mode} | more)
    assert found == {name: "only goes with `product: web`, and `product` is mobile."}


@pytest.mark.parametrize(("name", "text"), [("app-file", str(ZIPPED)), ("build-id", "bLd001"), ("device-ids", "dEv1")])
def test_inputs_of_mobile_are_refused_on_the_web(name: str, text: str) -> None:
    assert problems(WEB | {name: text}) == {name: "only goes with `product: mobile`, and `product` is web."}


def test_an_address_of_the_other_product_says_which_product_it_is_of() -> None:
    mobile = problems(GOOD | {"test-plan": "https://app.autify.com/projects/77/test_plans/3001"})
    web = problems(WEB | {"test-plan": "https://mobile-app.autify.com/projects/4yyABC/test_plans/tPl001"})
    assert "Set `product: web`" in mobile["test-plan"]
    assert "Set `product: mobile`" in web["test-plan"]


def test_ids_of_the_web_are_numbers_as_ever() -> None:
    assert "'tPl001' is no id: it is a positive number" in problems(WEB | {"test-plan": "tPl001"})["test-plan"]


@pytest.mark.parametrize("product", ["web", "mobile"])
def test_each_product_has_a_token_of_its_own(product: str) -> None:
    both = {"AUTIFY_WEB_ACCESS_TOKEN": "token-of-web", "AUTIFY_MOBILE_ACCESS_TOKEN": "token-of-mobile"}
    values = {**(GOOD if product == "mobile" else WEB), "token": ""}
    assert asked(values, both).settings.token.reveal() == f"token-of-{product}"
    mine = f"AUTIFY_{product.upper()}_ACCESS_TOKEN"
    (problem,) = problems(values, {name: text for name, text in both.items() if name != mine}).items()
    assert problem[0] == "token"
    assert mine in problem[1]


@pytest.mark.parametrize(("name", "holds"), [("a.apk", "x"), ("A.IPA", "Payload/x"), ("a.zip", "Shop.app/Info.plist")])
def test_builds_of_all_three_kinds_are_taken(name: str, holds: str, tmp_path: Path) -> None:
    path = app(tmp_path, name, holds=holds)
    assert asked(GOOD | {"build-id": "", "app-file": path}).settings.app_file == path


def test_a_file_that_can_be_no_build_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    pointer, cut, empty = tmp_path / "lfs.apk", tmp_path / "cut.apk", tmp_path / "empty.apk"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    cut.write_bytes(ZIPPED.read_bytes()[:-10])
    empty.touch()
    folder = tmp_path / "Shop.app"
    folder.mkdir()
    said = {
        str(tmp_path / "none.apk"): "can't be read: No such file",
        str(pointer): "Git LFS",
        str(cut): "no whole .apk",
        str(empty): "is empty",
        str(folder): "Zip the .app folder",
        app(tmp_path, "a.aab"): "build an .apk",
        app(tmp_path, "a.exe"): "none of .apk, .ipa and .zip",
        app(tmp_path, "a.zip", holds="readme.txt"): "holds no .app folder",
    }
    for path, text in said.items():
        assert text in problems(GOOD | {"build-id": "", "app-file": path})["app-file"]


def test_the_file_is_not_looked_at_where_nothing_is_uploaded(tmp_path: Path) -> None:
    gone = os.path.join(tmp_path, "gone.apk")
    values = GOOD | {"build-id": "", "app-file": gone}
    assert asked(values | {"mode": "wait", "run-id": "rEs001"}).settings.app_file == gone
    assert asked(values | {"mode": "cleanup"}).settings.app_file == gone
