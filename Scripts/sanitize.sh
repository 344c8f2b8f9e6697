#!/usr/bin/env bash
# The Swift tests under the address sanitizer, and those that have threads under the thread sanitizer.
# Each has a build of its own under .build, made within minutes and kept.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0
run() {
    local sanitizer=$1 filter=$2
    local folder=.build/sanitize/$sanitizer log=.build/sanitize/$sanitizer.log
    mkdir -p "$folder"
    if ! swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder" >"$log" 2>&1; then
        grep -E "error:" "$log" | head
        failures=$((failures + 1))
        return
    fi
    # One test after the other, but for one that fills the kernel's buffers: side by side they are too
    # slow for what they time.
    swift test --skip-build --no-parallel --sanitize="$sanitizer" --scratch-path "$folder" \
        --filter "$filter" --skip "does.not.read.is.dropped" >"$log" 2>&1 || failures=$((failures + 1))
    grep -aE "SUMMARY: |✘|Test run with" "$log" | sort | uniq -c
}

# Exit tests end their process on purpose, with all that it holds.
export ASAN_OPTIONS=detect_leaks=0
export TSAN_OPTIONS="suppressions=$PWD/Tests/thread-sanitizer.txt"
[ "${1:-address}" != address ] || run address "."
[ "${1:-thread}" != thread ] ||
    run thread "PlimsollNodeTests|PlimsollGatewayTests|PlimsollJournalTests|PlimsollSimulationTests"
exit "$((failures > 0))"
