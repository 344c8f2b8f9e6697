#!/usr/bin/env bash
# The engine against its slow twin, for long and in release: SOAK streams of 500 commands, and a million
# of the smallest trades; then the whole server, SIMULATION minutes. The engine's modules are built as a
# small package of their own, since a release build of every test of the project takes longer than the
# soak.
set -euo pipefail
cd "$(dirname "$0")/.."

streams=${SOAK:-10000}
swift package resolve >/dev/null
folder=.build/soak
mkdir -p "$folder/Sources" "$folder/Tests"
for module in Sources/PlimsollModel Sources/PlimsollEngine Tests/PlimsollTwinTests; do
    ln -sfn "$PWD/$module" "$folder/$module"
done
cat >"$folder/Package.swift" <<'PACKAGE'
// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
    name: "soak",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../checkouts/BigInt")],
    targets: [
        .target(name: "PlimsollModel", swiftSettings: settings),
        .target(name: "PlimsollEngine", dependencies: ["PlimsollModel"], swiftSettings: settings),
        .testTarget(
            name: "PlimsollTwinTests",
            dependencies: ["PlimsollEngine", "PlimsollModel", "BigInt"],
            exclude: ["Regressions"],
            swiftSettings: settings
        ),
    ]
)
PACKAGE
PLIMSOLL_TWIN_STREAMS=$streams PLIMSOLL_TWIN_SMALL_TRADES=1000000 \
    swift test --package-path "$folder" -c release -Xswiftc -enable-testing

# The whole server against bad networks and disks, SIMULATION minutes; a seed that fails is named.
PLIMSOLL_SIMULATION_MINUTES=${SIMULATION:-10} swift test --filter PlimsollSimulationTests
