#!/usr/bin/env bash
# The Swift tests under the address sanitizer, and those that have threads under the thread sanitizer:
# one target after the other, or only those that are named.
#
#     Scripts/sanitize.sh thread PlimsollJournalTests
#
# Each sanitizer has a build of its own under .build, which takes two cores some six minutes and is kept;
# what a target printed is beside it. The tests take about a quarter of an hour.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0

build() {
    local began=$SECONDS
    mkdir -p "$folder"
    if ! swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder" \
        >"$folder/build.log" 2>&1; then
        printf '%-7s the build failed\n' "$sanitizer"
        grep -E "error:" "$folder/build.log" | head
        return 1
    fi
    if [ "$sanitizer" = thread ]; then
        heard=$PWD/$folder/mutexes.so
        clang -O1 -shared -fPIC Tests/thread-sanitizer.c -o "$heard" || return 1
    fi
    printf '%-7s built in %d s\n' "$sanitizer" "$((SECONDS - began))"
}

run() {
    local target=$1 began=$SECONDS log=$folder/$1.log verdict=failed
    env ${heard:+LD_PRELOAD="$heard"} swift test --skip-build --sanitize="$sanitizer" \
        --scratch-path "$folder" --filter "^$target\\." >"$log" 2>&1 && verdict=passed
    local count
    count=$(sed -n 's/.*Test run with \([0-9]*\) test.*/\1/p' "$log")
    # A target that has another name would pass with no test at all.
    [ "${count:-0}" -gt 0 ] || verdict=failed
    printf '%-7s %-24s %s, %d tests in %d s\n' \
        "$sanitizer" "$target" "$verdict" "${count:-0}" "$((SECONDS - began))"
    [ "$verdict" = passed ] && return
    failures=$((failures + 1))
    grep -aE "SUMMARY: |✘|error:" "$log" | sort | uniq -c | head -n 40
}

part() {
    local sanitizer=$1 folder=.build/sanitize/$1 heard='' target
    shift
    build || { failures=$((failures + 1)); return; }
    for target in "$@"; do run "$target"; done
}

# Exit tests end their process on purpose, with all that it holds.
export ASAN_OPTIONS=detect_leaks=0

if [ "$#" -gt 1 ]; then
    part "$@"
else
    # shellcheck disable=SC2046
    [ "${1:-address}" != address ] ||
        part address $(sed -n 's/^ *name: "\(Plimsoll[A-Za-z]*Tests\)",$/\1/p' Package.swift)
    [ "${1:-thread}" != thread ] ||
        part thread PlimsollJournalTests PlimsollSimulationTests PlimsollNodeTests PlimsollGatewayTests
fi
exit "$((failures > 0))"
