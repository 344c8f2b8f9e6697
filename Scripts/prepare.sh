#!/usr/bin/env bash
# Installs what is missing to build Plimsoll and, with the word "tests", to test it.
# Says what it does, and does nothing where nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'prepare: %s\n' "$*" >&2; }

if ! command -v swift >/dev/null 2>&1; then
    say "no Swift toolchain found. Plimsoll needs Swift 6.2 or newer, see https://www.swift.org/install;"
    say "put its 'swift' on the PATH and start again. Nothing was changed."
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n6.2\n' "${version:-0}" | sort -V | head -n 1)" != "6.2" ]; then
    say "this is Swift ${version:-of unknown version}; Plimsoll needs 6.2 or newer. Nothing was changed."
    exit 1
fi

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        say "installing needs root or sudo. As root, run: $*"
        exit 1
    fi
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Python puts the charts and fonts of the web app together.
wanted=(libsqlite3-dev zlib1g-dev pkg-config python3 python3-venv)
[ "${1:-}" = tests ] && wanted+=(chromium)

if command -v apt-get >/dev/null 2>&1; then
    missing=()
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ "${#missing[@]}" -gt 0 ]; then
        say "installing ${missing[*]}"
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
    fi
else
    say "no apt-get here; relying on the system's own SQLite, zlib and pkg-config."
fi

if [ "${1:-}" = tests ]; then
    requirements=Tests/EndToEnd/requirements.txt
    if ! cmp -s "$requirements" .venv/installed-requirements.txt; then
        say "making the Python environment of the end-to-end tests in .venv"
        python3 -m venv .venv
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2
        cp "$requirements" .venv/installed-requirements.txt
    fi
fi
