#!/usr/bin/env bash
# Every test of the project, with the totals last. A stage that fails does not hide the next one,
# except that nothing can be tested that does not build.
set -uo pipefail
cd "$(dirname "$0")/.."
# As in the Makefile: what make adds to the environment would have the build planned anew.
unset ARGS MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

results=.build/test-results
rm -rf "$results"
mkdir -p "$results"
began=$SECONDS
failures=0

stage() {
    local name=$1
    shift
    printf '\n=== %s (at %d s)\n' "$name" "$((SECONDS - began))"
    if "$@"; then
        return 0
    fi
    printf '=== %s FAILED\n' "$name"
    failures=$((failures + 1))
    echo "$name" >>"$results/failed-stages"
    return 1
}

# The started lines of thousands of cases are left out; what failed is printed.
swift_tests() {
    swift test --skip-build --xunit-output "$results/swift.xml" 2>&1 | LC_ALL=C grep -av "^◇ "
}

finish() {
    printf '\n=== after %d s\n' "$((SECONDS - began))"
    python3 Scripts/totals.py "$results"
    [ "$failures" -eq 0 ]
    exit
}

stage "prepare" Scripts/prepare.sh tests || finish
stage "lint" swift format lint --strict --recursive Sources Tests Package.swift
stage "build the tests" swift build --build-tests || finish
stage "swift tests" swift_tests
stage "build the product" swift build -c release --product plimsoll || finish
stage "end-to-end tests" .venv/bin/python -m pytest Tests/EndToEnd \
    --junitxml "$results/end-to-end.xml"
stage "build the web app" Scripts/web-assets.sh
stage "browser tests" .venv/bin/python -m pytest Tests/Web --junitxml "$results/web.xml"
finish
