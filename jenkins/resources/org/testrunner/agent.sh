#!/bin/sh
# Runs the program by a Python of the agent: PROGRAM_PATH, or else fetched and installed beside the workspace, where no
# glob of yours finds it. What can't be had is exit code 3: nothing was started. `exec`: an abort must reach the program.
set -eu
home=${WORKSPACE_TMP:-$PWD@tmp}/test-runner/$TEST_RUNNER_RESULTS_DIR
if [ -n "${PROGRAM_COMMAND:-}" ]; then
  unset TEST_RUNNER_RUN_ID # named the run that was waited for; what is left of it is in the journal
  [ -z "${PROGRAM_PATH:-}" ] || exec "$PROGRAM_PYTHON" "$PROGRAM_PATH" "$PROGRAM_COMMAND"
  [ -x "$home/.venv/bin/python" ] || exit 0
  status=0
  "$home/.venv/bin/python" "$home/entrypoint.py" "$PROGRAM_COMMAND" || status=$?
  rm -rf -- "$home"
  exit "$status"
fi
# What an earlier build left in this workspace must not be published, even if the program can't be started.
rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" "$TEST_RUNNER_RESULTS_DIR/outputs.env"
[ -z "${PROGRAM_PATH:-}" ] || exec "$PROGRAM_PYTHON" "$PROGRAM_PATH"
rm -rf -- "$home"
{
  mkdir -p -- "$home" &&
    git init -q "$home" &&
    git -C "$home" fetch -q --depth 1 -- "$PROGRAM_SOURCE" "$PROGRAM_REF" &&
    git -C "$home" -c advice.detachedHead=false checkout -q FETCH_HEAD &&
    "$PROGRAM_PYTHON" -m venv "$home/.venv" &&
    "$home/.venv/bin/python" -m pip install -q --disable-pip-version-check \
      --require-hashes --only-binary :all: -r "$home/requirements.txt"
} || {
  echo "The program can't be installed: see above." >&2
  exit 3
}
exec "$home/.venv/bin/python" "$home/entrypoint.py"
