// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "pgdat", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Without its allocation counters: they interpose malloc, and read 0 where that does not work.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .target(name: "CMallocs", cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "CTwin", dependencies: ["CMallocs"], cSettings: [.unsafeFlags(["-O2"])]),
        .executableTarget(
            name: "Ratios",
            dependencies: ["CMallocs", "CTwin", .product(name: "PhysicalMemory", package: "pgdat")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(name: "CAccess", cSettings: [.unsafeFlags(["-O2"])]),
        .executableTarget(
            name: "AccessRatios",
            dependencies: [
                "CAccess", .product(name: "AccessCosts", package: "pgdat"),
                .product(name: "HostNUMA", package: "pgdat"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "LockRatios",
            dependencies: ["CTwin", .product(name: "PhysicalMemory", package: "pgdat")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "Beside",
            dependencies: [
                "CMallocs", "CTwin", .product(name: "PhysicalMemory", package: "pgdat"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "Allocator",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "HostNUMA", package: "pgdat"),
                .product(name: "PhysicalMemory", package: "pgdat"),
            ],
            path: "Benchmarks/Allocator",
            swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
