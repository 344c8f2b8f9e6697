#!/usr/bin/env bash
# Fuzzes the readers of foreign bytes with libFuzzer and the address sanitizer, FUZZ seconds each:
# all of them, or those named. What they are is in Tests/Fuzz/Targets/FuzzTarget.swift.
#
# Every run begins with the kept corpus, Tests/Fuzz/Corpus, and with the profiles and scenarios that
# ship; what a run finds stays in .build/fuzz. Bytes that end a run are named, and belong into the corpus
# with the mend.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${FUZZ:-60}
targets=("$@")
[ "${#targets[@]}" -gt 0 ] ||
    targets=(decimal query json frames journal log tape scenario profile)
folder=.build/fuzz
mkdir -p "$folder/found" "$folder/faults"

# -enable-testing comes with the debug configuration: the readers are internal to their modules. The
# linker warns of every symbol that the sanitizer makes local, which says nothing.
PLIMSOLL_FUZZ_BUILD=1 swift build --product PlimsollFuzz --scratch-path "$folder/build" \
    -Xswiftc -use-ld=lld -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address -Xcxx -fsanitize=address \
    2>&1 | grep -E "error:|Compiling|Build" | tail -n 5 ||
    { echo "fuzz: the build failed" >&2; exit 1; }
fuzzer=$folder/build/debug/PlimsollFuzz

PLIMSOLL_FUZZ=seeds "$fuzzer" Profiles/seed-simple.json "$folder/found"

failures=0
for target in "${targets[@]}"; do
    mkdir -p "$folder/found/$target"
    log=$folder/$target.log
    corpus=("$folder/found/$target")
    [ -d "Tests/Fuzz/Corpus/$target" ] && corpus+=("Tests/Fuzz/Corpus/$target")
    case $target in
        scenario) corpus+=(Scenarios) ;;
        profile) corpus+=(Profiles) ;;
    esac
    # The fuzzer tells of a trap itself; Swift's own account of it would read what the sanitizer guards.
    if PLIMSOLL_FUZZ=$target ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no "$fuzzer" \
        -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$folder/faults/$target-" \
        "${corpus[@]}" >"$log" 2>&1; then
        printf 'fuzz: %-9s %9s runs, no fault\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    else
        failures=$((failures + 1))
        printf 'fuzz: %-9s FAULT\n' "$target"
        grep -aE "Fatal error|Assertion|ERROR: |SUMMARY|Test unit written|    #[0-9]+ .* in .*Plimsoll" \
            "$log" | head -n 12 || true
        # Whole, so that what a machine that is gone has found can be made again.
        fault=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
        if [ -f "$fault" ]; then
            echo "fuzz: the bytes, to be read by: base64 -d | gunzip > Tests/Fuzz/Corpus/$target/NAME"
            gzip -9 -c "$fault" | base64
        fi
    fi
done
exit "$((failures > 0))"
