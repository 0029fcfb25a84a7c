#!/usr/bin/env bash
# Install what `make verify` compares with, once, into .tools/. What can't be had is left out: the tests that want it are
# then skipped, each with its reason.
set -uo pipefail
cd "$(dirname "$0")/../.."
tools=$PWD/.tools
here=$PWD/tests/verify
missing=$tools/missing.txt
mkdir -p "$tools/node"
: >"$missing"

lacks() {
  echo "The tools of tests/verify/$1 can't be had: $2." >&2
  echo "$1" >>"$missing"
}

packages=(docker.io mmdebstrap rsync groovy docker-registry)
absent=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || absent+=("$package")
done
if ((${#absent[@]})); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${absent[*]}."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${absent[@]}"; } >"$tools/apt.log" 2>&1 ||
      echo "apt-get failed, see .tools/apt.log" >&2
  else
    echo "Not installed, and only root on Debian can do so here: ${absent[*]}" >&2
  fi
fi

if ! cmp -s "$here/packages.txt" "$tools/python/packages.txt"; then
  rm -rf "$tools/python"
  python3 -m venv "$tools/python" &&
    "$tools/python/bin/pip" install -qq --disable-pip-version-check --no-deps --only-binary :all: -r "$here/packages.txt" &&
    cp "$here/packages.txt" "$tools/python/packages.txt" || lacks packages.txt "pip failed"
fi

if ! cmp -s "$here/package-lock.json" "$tools/node/done.json"; then
  cp "$here/package.json" "$here/package-lock.json" "$tools/node/"
  if command -v npm >/dev/null; then
    npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$tools/node" &&
      cp "$here/package-lock.json" "$tools/node/done.json" || lacks package-lock.json "npm failed"
  else
    lacks package-lock.json "npm is not at hand"
  fi
fi
exit 0
