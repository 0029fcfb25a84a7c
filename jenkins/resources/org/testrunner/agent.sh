#!/bin/sh
# Runs the program by a Python of the agent: TESTRUN_SCRIPT_PATH, or else fetched and installed beside the workspace,
# where no glob of yours finds it. What can't be had is exit code 3: nothing was started. `exec`: an abort must reach the
# program.
set -eu
home=${WORKSPACE_TMP:-$PWD@tmp}/test-runner/$TEST_RUNNER_RESULTS_DIR
if [ -n "${TESTRUN_SCRIPT_COMMAND:-}" ]; then
  unset TEST_RUNNER_RUN_ID # named the run that was waited for; what is left of it is in the journal
  [ -z "${TESTRUN_SCRIPT_PATH:-}" ] || exec "$TESTRUN_SCRIPT_PYTHON" -E -s "$TESTRUN_SCRIPT_PATH" "$TESTRUN_SCRIPT_COMMAND"
  [ -x "$home/.venv/bin/python" ] || exit 0
  status=0
  "$home/.venv/bin/python" -E -s "$home/entrypoint.py" "$TESTRUN_SCRIPT_COMMAND" || status=$?
  rm -rf -- "$home"
  exit "$status"
fi
# What an earlier build left in this workspace must not be published, even if the program can't be started.
[ "${TEST_RUNNER_MODE:-}" = cleanup ] ||
  rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" "$TEST_RUNNER_RESULTS_DIR/outputs.env"
[ -z "${TESTRUN_SCRIPT_PATH:-}" ] || exec "$TESTRUN_SCRIPT_PYTHON" -E -s "$TESTRUN_SCRIPT_PATH"
rm -rf -- "$home"
{
  mkdir -p -- "$home" &&
    git init -q "$home" &&
    git -C "$home" fetch -q --depth 1 -- "$TESTRUN_SCRIPT_SOURCE" "$TESTRUN_SCRIPT_REF" &&
    git -C "$home" -c advice.detachedHead=false checkout -q FETCH_HEAD &&
    "$TESTRUN_SCRIPT_PYTHON" -I -m venv "$home/.venv" &&
    "$home/.venv/bin/python" -I -m pip install -q --disable-pip-version-check \
      --require-hashes --only-binary :all: -r "$home/requirements.txt"
} || {
  echo "The program can't be installed: see above." >&2
  exit 3
}
exec "$home/.venv/bin/python" -E -s "$home/entrypoint.py"
