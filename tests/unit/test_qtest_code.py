"""qTest: into which words of a command a text of qTest's users may be filled, and which ones are code to somebody."""

import subprocess
from pathlib import Path

import pytest

from core.vendors.qtest.reading import reader_of_a_text
from core.vendors.qtest.shell_code import hands_on
from core.vendors.qtest.template import check_template

PROGRAMS_OF_EVERY_BUILD = (
    "yash -ce {x}",
    "ipython '-cprint({x})'",
    "python3.13t '-cprint({x})'",
    "python3-dbg '-cprint({x})'",
    "python3.12-dbg -c {x}",
    "/opt/node-20/bin/node20 -e {x}",
    "ts-node -e {x}",
    "tsx --eval={x}",
    "bash-5.2 -lc {x}",
)
LANGUAGES_OF_THEIR_OWN = (
    "sed -n {x} gen.sh",
    "gsed -i {x} file",
    "sqlite3 db {x}",
    "mongosh --eval={x}",
    "mongosh pytest --eval {x}",
    "psql robot -c {x}",
    "gdb -ex {x}",
    "gdb pytest -ex {x}",
    "deno eval {x}",
    "deno eval --ext ts {x}",
    "matlab -batch \"runtests('{x}')\"",
    "octave --eval {x}",
    "nix-shell --run 'pytest {x}'",
)
MODULES_THAT_RUN_NO_TESTS = (
    "python -m timeit -n1 -r1 {x}",
    "python -m timeit -n1 pytest {x}",
    "python3 -Im pdb -c {x}",
    "python -mtimeit {x}",
    "python -m coverage run {x}",
    "python -m coverage run -m timeit {x}",
)
UNKNOWN_PROGRAMS = (
    "tool --eval {x}",
    "tool --eval={x}",
    "tool --exec={x}",
    "tool --run {x}",
    "tool --pre-command={x}",
    "tool -batch {x}",
    "tool -ex {x}",
    "tool -e {x}",
    "tool '-e{x}'",
    "tool '-cprint({x})'",
    "tool eval {x}",
    "find . -exec {x}",
    "git -c {x} status",
    "docker run --entrypoint=bash image -c {x}",
    "docker run image tool -e {x}",
    "env {x}",
    "sudo -n {x}",
    "timeout 60 {x}",
    "npx --yes {x}",
)
SHELLS_THAT_RUN_THEIR_ARGUMENT = (
    "bash -c '$1' x {x}",
    "bash -c '\"$1\"' x {x}",
    "bash -c 'pytest $1' x {x}",
    "bash -c 'true; \"$1\"' x {x}",
    "bash -c 'eval \"$1\"' x {x}",
    "bash -c 'exec \"$@\"' x {x}",
    "bash -c 'for t in \"$@\"; do $t; done' x {x}",
    "bash -c 'sh -c \"$1\"' x {x}",
    'bash -c \'sh -c "x "$1" y"\' x {x}',
    "bash -c 'python -c \"$1\"' x {x}",
    "bash -c 'true && sed -n \"$1\" file' x {x}",
    "bash -c 'timeout 5 \"$1\"' x {x}",
    "bash -c 'x=`echo \"$1\"`; $x' x {x}",
    "fish -c 'eval $argv' {x}",
)
OPTIONS_OF_RUNNERS_THAT_LOAD_CODE = (
    "pytest -p {x}",
    "pytest -p{x}",
    "pytest --override-ini={x}",
    "python -m robot --listener {x} tests",
    "npx jest --globalSetup={x}",
    "mocha --require {x}",
    "rspec -r {x}",
    "cucumber --require={x}",
    "ctest -S {x}",
    "ctest --test-command {x}",
    "go test -exec {x} ./...",
    "go test -toolexec={x} ./...",
    "mvn {x}",
    "mvn test -DargLine={x}",
    "mvn test -D{x}",
    "gradle {x}",
    "gradle test --tests {xs}",
    "gradle test -I {x}",
    "phpunit --bootstrap={x}",
    "npm exec -- {x}",
    "cargo test --config={x}",
    "bash -c 'pytest -p \"$1\"' x {x}",
)
LAUNCHERS_THAT_GIVE_A_WORD_TO_A_SHELL = (
    "concurrently 'echo run {x}'",
    "npx concurrently pytest {x}",
    "start-server-and-test 'sleep 30' http-get://127.0.0.1:1 'npx cypress run --spec {x}'",
    "tmux new-session -d 'echo {x}'",
    "any-launcher 'pytest {x}'",
    "any-launcher --command-line='pytest {x}'",
    "firebase emulators:exec 'pytest {x}'",
    "heroku run 'pytest {x}'",
    "sbt 'testOnly {x}'",
    "sbt testOnly {x}",
    "just test {xs}",
    "env PYTEST_ADDOPTS={x} pytest",
    "docker run -e NODE_OPTIONS={x} image",
    "env LD_PRELOAD={x} pytest",
)
SHELLS_WHOSE_CODE_IS_NO_SIMPLE_COMMAND = (
    """bash -c 'printf "%s\\n" "$@" | xargs -I{} sh -c "pytest --spec {}"' x {xs}""",
    """bash -c 'echo "$@" | sh' x {xs}""",
    """bash -c 'RUN="bash -c"; $RUN "$1"' x {x}""",
    """bash -c 'RUN="bash -c"; timeout 5 $RUN "$1"' x {x}""",
    """bash -c 'RUN=bash; "$RUN" "$1"' x {x}""",
    """bash -c 'RUN=bash; env "$RUN" "$1"' x {x}""",
    """bash -c 'tool $RUN "$1"' x {x}""",
    """sh -c 'sh <<EOF\npytest "$1"\nEOF' x {x}""",
    """sh -c 'python3 - <<EOF\nx = "$1"\nEOF' x {x}""",
    """bash -c 'python3 <<< "$1"' x {x}""",
    """bash -c '[[ 1 -eq "$1" ]]' x {x}""",
    """bash -c 'let "$1"' x {x}""",
    """bash -c 'true && let "$1"' x {x}""",
    """bash -c '(( "$1" ))' x {x}""",
    """bash -c 'true\n"$1"' x {x}""",
    """bash -c 'if "$1" ; then pytest; fi' x {x}""",
    """bash -c 'unset "$1"' x {x}""",
    """zsh -c 'exit "$1"' x {x}""",
    """zsh -c 'printf %d "$1"' x {x}""",
    """bash -c 'export "$1" ; pytest' x {x}""",
    """bash -c 'pytest > "$1"' x {x}""",
    """bash -c 'pytest a; tool --eval "$1"' x {x}""",
    """bash -c 'exec -a x "$1"' x {x}""",
    """bash -c 'A=b "$1"' x {x}""",
    """bash -c 'echo \\ "$1"' x {x}""",
)
REFUSED = (
    *LAUNCHERS_THAT_GIVE_A_WORD_TO_A_SHELL,
    *SHELLS_WHOSE_CODE_IS_NO_SIMPLE_COMMAND,
    *PROGRAMS_OF_EVERY_BUILD,
    *LANGUAGES_OF_THEIR_OWN,
    *MODULES_THAT_RUN_NO_TESTS,
    *UNKNOWN_PROGRAMS,
    *SHELLS_THAT_RUN_THEIR_ARGUMENT,
    *OPTIONS_OF_RUNNERS_THAT_LOAD_CODE,
)
FINE = (
    "ctest -R {x}",
    "rspec -e {x}",
    "bundle exec rspec -e {x}",
    "robot -e {x} tests",
    "pytest -k {x}",
    "python3.12 -m pytest --junitxml={junit} -- {xs}",
    "python -m unittest {xs}",
    "python -m nose2 {xs}",
    "python -m coverage run -m pytest {xs}",
    "timeout 60 env A=b pytest {xs}",
    "docker run --rm -e TESTS={x} image",
    "docker run -e JUNIT={junit} image pytest -k {x}",
    "npx jest -t {x}",
    "npm test -- -e {x}",
    "yarn playwright test -g {x}",
    "cypress run --spec {x}",
    "cypress run --env grep={x}",
    "mvn test -Dtest={x}",
    "./gradlew test --tests {x}",
    "go test -run {x} ./...",
    "cargo test {x}",
    "dotnet test --filter {x}",
    "nunit3-console --where {x} tests.dll",
    "phpunit --filter {x}",
    "newman run --folder {x} collection.json",
    "tool {x}",
    "tool --only={x}",
    "tool --test-name {x}",
    "tool --executor-id={x}",
    "python3 /builds/run-command/tests.py {xs}",
    "bash -c 'pytest -k \"$1\"' x {x}",
    "bash -c 'cd sub && pytest \"$@\"' x {xs}",
    "bash -ec 'set -o pipefail\ncd sub\nexport A=b\nexec pytest \"$@\"\n' x {xs}",
    "bash -c 'A=b timeout 60 pytest -q \"$@\" > log.txt 2>&1 || true' x {xs}",
    "bash -c 'server & npx cypress run --spec \"$1\"' x {x}",
    "bash -c 'python3 -m pytest $OPTS \"$@\"' x {xs}",
    'bash -c \'./run.sh --dir "$PWD/sub" -- "$@"\' x {xs}',
    "pytest -k 'smoke and {x}'",
    "npx playwright test -g 'suite {x}'",
    "npm test -- -t 'suite {x}'",
    "env TESTS={x} pytest",
    "docker run -e TEST_NAME={x} image",
)


def problems(command: str) -> list[tuple[str, str]]:
    text = command.replace("{xs}", "{automation_contents}").replace("{x}", "{automation_content}")
    return list(check_template(text, env=False, per_material=True))


@pytest.mark.parametrize("command", REFUSED)
def test_a_text_is_refused_where_somebody_reads_it_as_code(command: str) -> None:
    ((name, why),) = problems(command)
    assert (name, "reads as code" in why, "shell: env" in why) == ("command", True, True)


@pytest.mark.parametrize("command", FINE)
def test_a_text_is_filled_in_where_it_is_a_value(command: str) -> None:
    assert problems(command) == []


@pytest.mark.parametrize("code", ['echo "$1"', 'true; echo "$@"', 'echo a "${1}" b; true'])
@pytest.mark.parametrize("text", ["$(touch bad)", "; touch bad", "`touch bad`", "' touch bad '", "| sh -c 'touch bad'"])
def test_what_a_shell_hands_on_it_does_not_run(code: str, text: str, tmp_path: Path) -> None:
    assert hands_on(code, reader_of_a_text)
    ended = subprocess.run(["sh", "-c", code, "sh", text], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert text in ended.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("automation_content_s", "automation_contents"),
        ("Junit", "junit"),
        ("job-id", "job_id"),
        ("test_run_ids", "test_run_id"),
    ],
)
def test_a_misspelt_placeholder_is_told_before_a_job_is_claimed_for_it(name: str, meant: str) -> None:
    (problem,) = problems(f"runner {{{name}}}")
    assert f"Did you mean {{{meant}}}?" in problem[1]


@pytest.mark.parametrize(
    "command", ["runner '{\"a\": {b}}' {file}", "docker inspect -f {{.State}} {junit}", "x {content}"]
)
def test_other_braces_are_the_users_own(command: str) -> None:
    assert problems(command) == []
