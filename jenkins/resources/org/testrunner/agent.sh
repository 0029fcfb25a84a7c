#!/bin/sh
# Runs the program by a Python of the agent: TESTRUN_SCRIPT_PATH, or else fetched and installed beside the workspace,
# where no glob of yours finds it. What can't be had is exit code 3: nothing was started. `exec`: an abort must reach the
# program.
set -eu
steps=${WORKSPACE_TMP:-$PWD@tmp}/test-runner
home=$steps/$TESTRUN_SCRIPT_ID # of this step alone: branches in other folders of the workspace have the same WORKSPACE_TMP
place=$PWD/$TEST_RUNNER_RESULTS_DIR

# Whether a report lies there that is none of ours. It stays: where `results` means it the program refuses the folder.
theirs() {
  [ -f "$1/junit.xml" ] || return 1
  for file in "$1/junit.xml" "$1/report.json"; do
    [ ! -f "$file" ] || ! head -c 4096 -- "$file" | grep -qF -e '<!-- Written by test-runner-action.' \
      -e '"tool": {"name": "test-runner-action"' || return 1
  done
}

# The program that was installed for this step; then it goes.
last() {
  status=0
  "$home/.venv/bin/python" -E -s "$home/entrypoint.py" "$@" || status=$?
  rm -rf -- "$home"
  exit "$status"
}

if [ -n "${TESTRUN_SCRIPT_COMMAND:-}" ]; then
  unset TEST_RUNNER_RUN_ID # named the run that was waited for; what is left of it is in the journal
  [ -z "${TESTRUN_SCRIPT_PATH:-}" ] || exec "$TESTRUN_SCRIPT_PYTHON" -E -s "$TESTRUN_SCRIPT_PATH" "$TESTRUN_SCRIPT_COMMAND"
  if [ -x "$home/.venv/bin/python" ]; then last "$TESTRUN_SCRIPT_COMMAND"; fi
  rm -rf -- "$home"
  exit 0
fi
# What an earlier build left in this workspace must not be published, even if the program can't be started.
if [ "${TEST_RUNNER_MODE:-}" != cleanup ]; then
  theirs "$TEST_RUNNER_RESULTS_DIR" || rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" || exit 6 # not to be written
  rm -f -- "$TEST_RUNNER_RESULTS_DIR/outputs.env" || exit 6
fi
[ -z "${TESTRUN_SCRIPT_PATH:-}" ] || exec "$TESTRUN_SCRIPT_PYTHON" -E -s "$TESTRUN_SCRIPT_PATH"
for each in "$steps"/*/; do # what steps of this place left that were killed with their agent
  [ "$(cat "${each}place" 2>/dev/null)" = "$place" ] || continue
  kill -0 "$(cat "${each}process" 2>/dev/null)" 2>/dev/null || rm -rf -- "$each"
done
# What is for the program alone, and not for pip: its inputs and the tokens.
private="$(env | sed -n -e 's/^\(INPUT_[A-Z0-9_]*\)=.*/\1/p' -e 's/^\(TEST_RUNNER_[A-Z0-9_]*\)=.*/\1/p')
  $TESTRUN_SCRIPT_VARIABLES"
{
  mkdir -p -- "$home" &&
    echo "$$" >"$home/process" &&
    printf '%s\n' "$place" >"$home/place" &&
    git init -q "$home" &&
    git -C "$home" fetch -q --depth 1 -- "$TESTRUN_SCRIPT_SOURCE" "$TESTRUN_SCRIPT_REF" &&
    git -C "$home" -c advice.detachedHead=false checkout -q FETCH_HEAD &&
    "$TESTRUN_SCRIPT_PYTHON" -I -m venv "$home/.venv" &&
    (
      # shellcheck disable=SC2086 # words of their own
      unset $private
      # Of pip's settings the index alone is meant for this: others would have it install elsewhere, or not at all.
      env -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 \
        "$home/.venv/bin/python" -I -m pip install -q --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: -r "$home/requirements.txt"
    )
} || {
  echo "The program can't be installed: see above." >&2
  exit 3
}
[ "${TEST_RUNNER_MODE:-}" != cleanup ] || last
exec "$home/.venv/bin/python" -E -s "$home/entrypoint.py"
