#!/bin/sh
# Runs TESTRUN_SCRIPT_IMAGE in the workspace, at its own path and as the agent's user. Variables are passed by their
# names: values, secrets above all, stand on no command line. `exec`: an abort must reach the container.
set -euf
steps=${WORKSPACE_TMP:-$PWD@tmp}/test-runner
home=$steps/$TESTRUN_SCRIPT_ID # of this step alone: branches in other folders of the workspace have the same WORKSPACE_TMP
place=$PWD/$TEST_RUNNER_RESULTS_DIR

# A container whose client was killed lives on. Told to stop it ends the run itself, where that can be done.
stop() {
  [ ! -s "$1/container.id" ] || docker stop -t 8 "$(cat "$1/container.id")" >/dev/null 2>&1 || :
  rm -rf -- "$1"
}

if [ -n "${TESTRUN_SCRIPT_COMMAND:-}" ]; then
  unset TEST_RUNNER_RUN_ID # named the run that was waited for; what is left of it is in the journal
  stop "$home"
  set --
elif [ "${TEST_RUNNER_MODE:-}" = cleanup ]; then
  set +f
  for each in "$steps"/*/; do # of lost steps: beside one that lives and has this place the library gives us another
    [ "$(cat "${each}place" 2>/dev/null)" != "$place" ] || stop "${each%/}"
  done
  set -f --
else
  # What an earlier build left in this workspace must not be published, even if no container can be started.
  rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" "$TEST_RUNNER_RESULTS_DIR/outputs.env"
  { mkdir -p -- "$home" && printf '%s\n' "$place" >"$home/place"; } || exit 3 # nothing was started
  set -- --cidfile "$home/container.id"
fi
for name in $(env | sed -n 's/^\(TEST_RUNNER_[A-Z0-9_]*\)=.*/\1/p') $TESTRUN_SCRIPT_VARIABLES \
  JENKINS_URL BUILD_ID BUILD_NUMBER BUILD_URL BUILD_TAG JOB_NAME NODE_NAME STAGE_NAME BRANCH_NAME CHANGE_ID \
  CHANGE_BRANCH CHANGE_TARGET GIT_COMMIT GIT_BRANCH HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  set -- "$@" -e "$name"
done
# shellcheck disable=SC2086 # words of their own: split, and by -f nothing more
exec docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:$PWD" -w "$PWD" "$@" \
  ${TESTRUN_SCRIPT_DOCKER_ARGS:-} "$TESTRUN_SCRIPT_IMAGE" ${TESTRUN_SCRIPT_COMMAND:+"$TESTRUN_SCRIPT_COMMAND"}
