#!/usr/bin/env bash
# What takes longer than a test run may: the stages that are named, or all of them one after the other.
#
#   Scripts/soak.sh [twin] [simulation] [crashes] [kills] [numbers] [mutants] [market] [browser]
set -euo pipefail
cd "$(dirname "$0")/.."

# The engine against its slow twin, in release: SOAK streams of 500 commands, and a million of the
# smallest trades.
twin() {
    local folder=.build/soak
    swift package resolve >/dev/null
    mkdir -p "$folder/Sources" "$folder/Tests"
    for module in Sources/PlimsollModel Sources/PlimsollEngine Tests/Support \
        Tests/PlimsollEngineTests Tests/PlimsollTwinTests; do
        ln -sfn "$PWD/$module" "$folder/$module"
    done
    cp Scripts/engine/Package.swift "$folder"
    PLIMSOLL_TWIN_STREAMS=${SOAK:-10000} PLIMSOLL_TWIN_SMALL_TRADES=1000000 \
        swift test --package-path "$folder" -c release -Xswiftc -enable-testing \
        --filter PlimsollTwinTests
}

# The whole server against bad networks and disks, SIMULATION minutes; a seed that fails is named.
simulation() {
    PLIMSOLL_SIMULATION_MINUTES=${SIMULATION:-10} swift test --filter PlimsollSimulationTests
}

# Every crash at every boundary of the journal's writes, where a test run tries one at each.
crashes() {
    PLIMSOLL_CRASHES=all swift test --filter "PlimsollJournalTests.*crash"
}

# A venue under load that is killed KILLS times and loses nothing that it acknowledged.
kills() {
    Scripts/prepare.sh tests
    swift build -c release --product plimsoll
    PLIMSOLL_KILL_ROUNDS=${KILLS:-200} .venv/bin/python -m pytest Tests/EndToEnd/test_crash.py \
        -k killed_under_load
}

# EXTREMES scenarios with numbers in them that nobody would write: refused or played.
numbers() {
    Scripts/prepare.sh tests
    swift build -c release --product plimsoll
    PLIMSOLL_EXTREMES=${EXTREMES:-2000} .venv/bin/python -m pytest \
        Tests/EndToEnd/test_extreme_numbers.py
}

# Breaks the engine's formulas one by one, and names the breaks that its tests do not notice.
mutants() {
    swift package resolve >/dev/null
    Scripts/mutate.py
}

# The simulated market for HOURS of venue time: it neither breaks nor stands nor grows.
market() {
    swift build -c release --product plimsoll
    Scripts/soak-market.py --hours "${HOURS:-720}"
}

# The trading page open for an hour of venue time: its heap stays what it was.
browser() {
    Scripts/prepare.sh tests
    Scripts/web-assets.sh
    swift build -c release --product plimsoll
    PLIMSOLL_HEAP_MINUTES=60 .venv/bin/python -m pytest Tests/Web/test_speed.py -s
}

if [ $# -eq 0 ]; then set -- twin simulation crashes kills numbers mutants market browser; fi
for stage in "$@"; do
    printf '=== %s\n' "$stage"
    "$stage"
done
