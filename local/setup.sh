#!/usr/bin/env bash
# Installation steps of the Makefile, each safe to repeat:
#   setup.sh venv DIR              a virtual environment of Python 3.13
#   setup.sh pip DIR LOCK          install a hashed lock into it
#   setup.sh editable DIR          the project and its embedded stack, editable
#   setup.sh wheel DIR             the project as others install it, without the clone
#   setup.sh node DIR              a package-lock.json, with Node.js 20 or newer, which must be there
#   setup.sh browser               a Chromium for the tests; says where it is
#   setup.sh layer DIR LOCK        the layer's dependencies, compiled, for the embedded stack
#   setup.sh lock                  compile every lock from pyproject.toml
# Nothing is assumed but a python3 with pip. uv is used for speed; where it cannot be had or does
# not reach the index, pip does the same.
set -euo pipefail
cd "$(dirname "$0")/.."

UV=.venv-uv/bin/uv

say() { printf '%s\n' "$*" >&2; }

is_313() { # a shim may lie on PATH and not run, and a system's Python may lack ensurepip
  [ "$("$1" -c 'import ensurepip, sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = 3.13 ]
}

python_313() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python; do
    if [ -n "$candidate" ] && is_313 "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  say "Python 3.13 が見つからないので uv で用意します。 / fetching Python 3.13 with uv"
  uv
  "$UV" python install 3.13 >&2
  "$UV" python find 3.13
}

uv() { # makes sure of $UV; fails where it cannot be had
  [ -x "$UV" ] && return
  local python
  for python in "${PYTHON:-}" python3 /usr/bin/python3 python; do
    if [ -n "$python" ] && "$python" -m pip --version >/dev/null 2>&1; then break; fi
  done
  # Into a folder, not an environment: some systems have pip but not ensurepip.
  "$python" -m pip install -q --disable-pip-version-check --target .venv-uv --upgrade \
    --require-hashes -r requirements/uv.txt >&2 && [ -x "$UV" ]
}

venv() {
  if [ -x "$1/bin/python" ] && is_313 "$1/bin/python"; then return; fi
  rm -rf "$1"
  local python
  python=$(python_313)
  "$python" -m venv "$1"
}

pip_install() { # python, then pip's arguments
  local python=$1
  shift
  if uv && "$UV" pip install -q --python "$python" "$@"; then return; fi
  say "uv では入れられないので pip を使います。 / using pip instead of uv"
  "$python" -m pip install -q --disable-pip-version-check "$@"
}

node_packages() {
  local is_new='process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)'
  if ! command -v npm >/dev/null || ! node -e "$is_new" 2>/dev/null; then
    say "Node.js 20 以降と npm が必要です(テストだけが使います)。"
    say "Node.js 20 or newer with npm is needed, by the tests and nothing else: https://nodejs.org"
    exit 1
  fi
  npm --prefix "$1" ci --silent
}

find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$candidate" ] && command -v "$candidate"; then return; fi
  done
  return 1
}

browser() { # on a machine of its own, as CI's is, it is installed; elsewhere that is yours to do
  find_chromium && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Chromium を入れます。 / installing Chromium"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 && apt-get install -qq -y chromium fonts-noto-cjk >&2
  fi
  if ! find_chromium; then
    say "Chromium か Chrome が必要です(テストだけが使います)。環境変数 CHROMIUM で場所を指定できます。"
    say "Chromium or Chrome is needed, by the tests and nothing else; CHROMIUM says where it is."
    exit 1
  fi
}

layer() {
  rm -rf "$1"
  pip_install .venv/bin/python --target "$1" --require-hashes -r "$2"
  # Each function's process would otherwise compile what it imports, every time it starts.
  # olefile brings a file for Python 2 along, which nothing imports.
  .venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash -x '/olefile2\.py$' "$1"
}

wheel() {
  rm -rf build/wheel
  .venv/bin/python -m hatchling build -t wheel -d build/wheel >&2
  (cd packages/oneroster && ../../.venv/bin/python -m hatchling build -t wheel -d ../../build/wheel >&2)
  rm -rf "$1"/lib/python3.13/site-packages/kakehashi*
  pip_install "$1/bin/python" --no-deps build/wheel/kakehashi-*.whl
}

lock() {
  uv
  # The layer's lock names no group, so nothing else gets into it; -c makes the versions agree.
  compile pyproject.toml --extra console --group stack -o requirements/stack.txt
  compile pyproject.toml -c requirements/stack.txt -o layers/kakehashi/requirements.txt
  compile pyproject.toml --extra console --group stack --group dev -c requirements/stack.txt -o requirements/dev.txt
  compile pyproject.toml --extra console --group stack --group dev --group mutants -c requirements/dev.txt \
    -o requirements/mutants.txt
  compile pyproject.toml --extra console -c requirements/stack.txt -o requirements/console.txt
  compile --group lambda -c layers/kakehashi/requirements.txt -o requirements/lambda.txt
  compile --group sam -o requirements/sam.txt
  compile --group checkov -o requirements/checkov.txt
  compile --group bench -o requirements/bench.txt
  compile --group contract -o requirements/contract.txt
  compile --group docs -o requirements/docs.txt
  compile --group release -o requirements/release.txt
  compile --group uv -o requirements/uv.txt
}

compile() {
  "$UV" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
    --python-version 3.13 --custom-compile-command "make lock" "$@"
}

# What a person sees who waits for `make run`: each step in a line, before it begins.
case ${1:-} in
venv) say "· $2: Python 3.13 の環境 / an environment of Python 3.13" ;;
pip) say "· $3 を $2 に入れます / installing into $2" ;;
editable) say "· kakehashi を $2 に入れます / installing the project itself" ;;
layer) say "· 関数の層を作ります / building the functions' layer" ;;
node) say "· $2 の npm パッケージ / packages of npm" ;;
esac

case ${1:-} in
venv) venv "$2" ;;
pip) pip_install "$2/bin/python" --require-hashes -r "$3" ;;
editable) pip_install "$2/bin/python" --no-deps --no-build-isolation -e . -e ./local ;;
wheel) wheel "$2" ;;
node) node_packages "$2" ;;
browser) browser ;;
layer) layer "$2" "$3" ;;
lock) lock ;;
*)
  say "setup.sh: venv | pip | editable | wheel | node | browser | layer | lock"
  exit 2
  ;;
esac
