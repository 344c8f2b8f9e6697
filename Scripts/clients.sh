#!/usr/bin/env bash
# The tests with stock clients, each pinned and from PyPI, in environments of their own.
# Says what it installs; a second run installs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'clients: %s\n' "$*" >&2; }

# environment FOLDER PYTHON REQUIREMENTS…: a virtual environment with exactly these requirements.
environment() {
    local folder=$1 python=$2
    shift 2
    if cat "$@" | cmp -s - "$folder/installed-requirements.txt"; then
        return 0
    fi
    say "making $folder"
    rm -rf "$folder"
    "$python" -m venv "$folder" || return 1
    local file arguments=()
    for file in "$@"; do arguments+=(-r "$file"); done
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${arguments[@]}" >&2 ||
        return 1
    cat "$@" >"$folder/installed-requirements.txt"
}

# A Python 3.12 or newer, on the path or among those that pyenv keeps; nothing where there is none.
newer_python() {
    local candidate
    for candidate in python3.12 python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12*/bin/python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
}

folder=Tests/Clients
environment .venv-clients python3 "$folder/requirements.txt"

# It and python-binance both install a package named binance, so it lives in a folder of its own.
connector=.venv-clients/connector
if ! cmp -s "$folder/requirements-connector.txt" "$connector/installed-requirements.txt"; then
    rm -rf "$connector"
    .venv-clients/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$connector" -r "$folder/requirements-connector.txt" >&2
    cp "$folder/requirements-connector.txt" "$connector/installed-requirements.txt"
fi

python=$(newer_python)
if [ -n "$python" ]; then
    environment .venv-nautilus "$python" "$folder/requirements-nautilus.txt" ||
        say "nautilus_trader does not install here; its tests are skipped"
else
    say "no Python 3.12 here; the tests of nautilus_trader are skipped"
fi

results=.build/test-results
mkdir -p "$results"
exec .venv-clients/bin/python -m pytest "$folder" --junitxml "$results/clients.xml" "$@"
