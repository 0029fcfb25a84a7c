#!/bin/sh
# Runs TESTRUN_SCRIPT_IMAGE in the workspace, at its own path and as the agent's user. Variables are passed by their
# names: values, secrets above all, stand on no command line. `exec`: an abort must reach the container.
set -euf
home=${WORKSPACE_TMP:-$PWD@tmp}/test-runner/$TEST_RUNNER_RESULTS_DIR
container=$home/container.id
if [ -n "${TESTRUN_SCRIPT_COMMAND:-}" ] || [ "${TEST_RUNNER_MODE:-}" = cleanup ]; then
  # A container whose client was killed lives on. Told to stop it ends the run itself, where that can be done.
  [ ! -s "$container" ] || docker stop -t 8 "$(cat "$container")" >/dev/null 2>&1 || :
else
  # What an earlier build left in this workspace must not be published, even if no container can be started.
  rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" "$TEST_RUNNER_RESULTS_DIR/outputs.env"
fi
if [ -n "${TESTRUN_SCRIPT_COMMAND:-}" ]; then
  unset TEST_RUNNER_RUN_ID # named the run that was waited for; what is left of it is in the journal
fi
{ rm -f -- "$container" && mkdir -p -- "$home"; } || exit 3 # nothing was started
set --
for name in $(env | sed -n 's/^\(TEST_RUNNER_[A-Z0-9_]*\)=.*/\1/p') $TESTRUN_SCRIPT_VARIABLES \
  JENKINS_URL BUILD_ID BUILD_NUMBER BUILD_URL BUILD_TAG JOB_NAME NODE_NAME STAGE_NAME BRANCH_NAME CHANGE_ID \
  CHANGE_BRANCH CHANGE_TARGET GIT_COMMIT GIT_BRANCH HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  set -- "$@" -e "$name"
done
# shellcheck disable=SC2086 # words of their own: split, and by -f nothing more
exec docker run --rm --cidfile "$container" -u "$(id -u):$(id -g)" -v "$PWD:$PWD" -w "$PWD" "$@" \
  ${TESTRUN_SCRIPT_DOCKER_ARGS:-} "$TESTRUN_SCRIPT_IMAGE" ${TESTRUN_SCRIPT_COMMAND:+"$TESTRUN_SCRIPT_COMMAND"}
