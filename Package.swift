// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "plimsoll",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "plimsoll", targets: ["plimsoll"]),
        .library(name: "PlimsollEngine", targets: ["PlimsollModel", "PlimsollEngine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", "1.8.2"..<"1.9.0"),
        .package(url: "https://github.com/apple/swift-collections", "1.6.0"..<"1.7.0"),
        .package(url: "https://github.com/apple/swift-log", "1.16.2"..<"1.17.0"),
        .package(url: "https://github.com/apple/swift-nio", "2.101.2"..<"2.102.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", "1.35.2"..<"1.36.0"),
        .package(url: "https://github.com/apple/swift-http-types", "1.8.0"..<"1.9.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", "2.37.6"..<"2.38.0"),
        .package(url: "https://github.com/apple/swift-crypto", "4.5.2"..<"4.6.0"),
        .package(url: "https://github.com/apple/swift-certificates", "1.21.1"..<"1.22.0"),
        .package(url: "https://github.com/apple/swift-asn1", "1.7.4"..<"1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", "7.10.0"..<"7.11.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", "2.28.1"..<"2.29.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle",
            "2.13.0"..<"2.14.0"
        ),
        // Scenarios are written in TOML.
        .package(url: "https://github.com/LebJe/TOMLKit", "0.6.0"..<"0.7.0"),
        // For tests: the slow, obviously right twins of the arithmetic and of the engine.
        .package(url: "https://github.com/attaswift/BigInt", "6.0.1"..<"6.1.0"),
    ],
    targets: [
        // Layer 0: the vocabulary.
        .target(name: "PlimsollModel", swiftSettings: strict),

        // Layer 1: everything that a venue is made of, each part knowing only the vocabulary.
        .target(name: "PlimsollEngine", dependencies: ["PlimsollModel"], swiftSettings: strict),
        .target(
            name: "PlimsollJournal",
            dependencies: [
                "PlimsollModel",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "PlimsollProjections",
            dependencies: ["PlimsollModel"],
            swiftSettings: strict
        ),
        .target(name: "PlimsollAgents", dependencies: ["PlimsollModel"], swiftSettings: strict),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .target(
            name: "PlimsollTapes",
            dependencies: [
                "PlimsollModel", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),

        // Layer 2: one running venue.
        .target(
            name: "PlimsollNode",
            dependencies: [
                "PlimsollModel", "PlimsollEngine", "PlimsollJournal", "PlimsollProjections",
                "PlimsollAgents", "PlimsollTapes",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: strict
        ),

        // Layer 4: the doors.
        .target(
            name: "PlimsollGateway",
            dependencies: [
                "PlimsollModel", "PlimsollEngine", "PlimsollProjections", "PlimsollNode",
                "PlimsollTapes",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            swiftSettings: strict
        ),

        // Layer 5: the command line.
        .executableTarget(
            name: "plimsoll",
            dependencies: [
                "PlimsollModel", "PlimsollEngine", "PlimsollJournal", "PlimsollProjections",
                "PlimsollAgents", "PlimsollTapes", "PlimsollNode", "PlimsollGateway",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "PlimsollTestSupport",
            path: "Tests/Support",
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollModelTests",
            dependencies: [
                "PlimsollTestSupport", "PlimsollModel", .product(name: "BigInt", package: "BigInt"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollEngineTests",
            dependencies: ["PlimsollTestSupport", "PlimsollEngine", "PlimsollModel"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollTwinTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollEngine", "PlimsollModel", .product(name: "BigInt", package: "BigInt"),
            ],
            exclude: ["Regressions"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollJournalTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollJournal", "PlimsollModel", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollProjectionsTests",
            dependencies: ["PlimsollTestSupport", "PlimsollProjections", "PlimsollModel"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollTapesTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollTapes", "PlimsollAgents", "PlimsollEngine", "PlimsollModel",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollNodeTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollNode", "PlimsollEngine", "PlimsollJournal", "PlimsollProjections",
                "PlimsollModel", "PlimsollAgents", "PlimsollTapes",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Journals"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollGatewayTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollGateway", "PlimsollEngine", "PlimsollModel", "PlimsollNode",
                "PlimsollProjections", "PlimsollTapes",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlimsollSimulationTests",
            dependencies: [
                "PlimsollTestSupport",
                "PlimsollGateway", "PlimsollNode", "PlimsollJournal", "PlimsollProjections",
                "PlimsollAgents", "PlimsollModel",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
    ]
)

// The readers of foreign bytes, fuzzed: the same targets over the kept corpus as a test, and under
// libFuzzer, which only Scripts/fuzz.sh asks for, since it has to be there to link.
let fuzzedDependencies: [Target.Dependency] = [
    "PlimsollModel", "PlimsollEngine", "PlimsollJournal", "PlimsollTapes", "PlimsollNode",
    "PlimsollGateway",
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOEmbedded", package: "swift-nio"),
    .product(name: "NIOWebSocket", package: "swift-nio"),
]
if Context.environment["PLIMSOLL_FUZZ_BUILD"] == nil {
    package.targets.append(
        .testTarget(
            name: "PlimsollFuzzTests",
            dependencies: fuzzedDependencies + ["PlimsollTestSupport"],
            path: "Tests/Fuzz",
            exclude: ["CLibFuzzer", "Corpus", "Run"],
            sources: ["Targets", "CorpusTests"],
            swiftSettings: strict
        )
    )
} else {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "PlimsollFuzz",
            dependencies: fuzzedDependencies + ["CLibFuzzer"],
            path: "Tests/Fuzz",
            exclude: ["CLibFuzzer", "Corpus", "CorpusTests"],
            sources: ["Targets", "Run"],
            swiftSettings: strict
        ),
    ]
}
