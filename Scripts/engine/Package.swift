// swift-tools-version: 6.2
// Model and engine with their tests alone, for stages that build them in release: every test of the
// project would take longer than the stage. Copied to a folder below .build, beside the sources.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
    name: "engine",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../checkouts/BigInt")],
    targets: [
        .target(name: "PlimsollModel", swiftSettings: settings),
        .target(name: "PlimsollEngine", dependencies: ["PlimsollModel"], swiftSettings: settings),
        .target(name: "PlimsollTestSupport", path: "Tests/Support", swiftSettings: settings),
        .testTarget(
            name: "PlimsollEngineTests",
            dependencies: ["PlimsollEngine", "PlimsollModel", "PlimsollTestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PlimsollTwinTests",
            dependencies: ["PlimsollEngine", "PlimsollModel", "PlimsollTestSupport", "BigInt"],
            exclude: ["Regressions"],
            swiftSettings: settings
        ),
    ]
)
