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

# Whether a report lies there that is none of ours. It stays: where `results` means it the program refuses the folder.
theirs() {
  [ -f "$1/junit.xml" ] || return 1
  for file in "$1/junit.xml" "$1/report.json"; do
    [ ! -f "$file" ] || ! head -c 4096 -- "$file" | grep -qF -e '<!-- Written by test-runner-action.' \
      -e '"tool": {"name": "test-runner-action"' || return 1
  done
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
  theirs "$TEST_RUNNER_RESULTS_DIR" || rm -f -- "$TEST_RUNNER_RESULTS_DIR/junit.xml" || exit 6 # not to be written
  rm -f -- "$TEST_RUNNER_RESULTS_DIR/outputs.env" || exit 6
  { mkdir -p -- "$home" && printf '%s\n' "$place" >"$home/place"; } || exit 3 # nothing was started
  set -- --cidfile "$home/container.id"
fi
# A file that an input names may lie outside of the workspace: it is shown besides, by its real path.
for name in TEST_RUNNER_APP_FILE TEST_RUNNER_CA_BUNDLE; do
  eval "file=\${$name:-}"
  case $file in
    ../* | */../*) ;;
    "$PWD"/* | [!/]*) continue ;; # a link there that leads out is not followed: it may be a pull request's
  esac
  [ -f "$file" ] || continue
  real=$(readlink -f -- "$file") || continue
  case $real in
    "$(pwd -P)"/*) ;;
    *) export "$name=$real" && set -- "$@" -v "$real:$real:ro" ;;
  esac
done
for name in $(env | sed -n 's/^\(TEST_RUNNER_[A-Z0-9_]*\)=.*/\1/p') $TESTRUN_SCRIPT_VARIABLES INPUT_TOKEN \
  JENKINS_URL BUILD_ID BUILD_NUMBER BUILD_URL BUILD_TAG JOB_NAME NODE_NAME STAGE_NAME BRANCH_NAME CHANGE_ID \
  CHANGE_BRANCH CHANGE_TARGET GIT_COMMIT GIT_BRANCH HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy; do
  set -- "$@" -e "$name"
done
# shellcheck disable=SC2086 # words of their own: split, and by -f nothing more
exec docker run --rm -u "$(id -u):$(id -g)" -v "$PWD:$PWD" -w "$PWD" "$@" \
  ${TESTRUN_SCRIPT_DOCKER_ARGS:-} "$TESTRUN_SCRIPT_IMAGE" ${TESTRUN_SCRIPT_COMMAND:+"$TESTRUN_SCRIPT_COMMAND"}
