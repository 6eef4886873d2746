// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
// Every raw access says `unsafe`.
let core = strict + [.strictMemorySafety()]

let package = Package(
    name: "pgdat",
    products: [
        .executable(name: "pgdat", targets: ["pgdat"]),
        .library(name: "PhysicalMemory", targets: ["PhysicalMemory"]),
        .library(name: "KernelFormats", targets: ["KernelFormats"]),
        .library(name: "HostNUMA", targets: ["HostNUMA"]),
        .library(name: "AccessCosts", targets: ["AccessCosts"]),
        .library(name: "Lab", targets: ["Lab"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CPrimitives"),
        .target(
            name: "PhysicalMemory",
            dependencies: ["CPrimitives"],
            exclude: ["Documentation.docc"],
            swiftSettings: core),
        .target(
            name: "KernelFormats",
            dependencies: ["PhysicalMemory", "CHostShims", "CZlib"],
            swiftSettings: strict),
        .systemLibrary(name: "CNUMA", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CHostShims"),
        .target(
            name: "HostNUMA",
            dependencies: ["CNUMA", "CHostShims"],
            swiftSettings: strict),
        .target(
            name: "AccessCosts",
            dependencies: ["HostNUMA", "CHostShims"],
            swiftSettings: strict),
        .target(
            name: "Lab",
            dependencies: [
                "PhysicalMemory", "KernelFormats", "HostNUMA", "AccessCosts",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "pgdat",
            dependencies: [
                "PhysicalMemory", "KernelFormats", "HostNUMA", "AccessCosts", "Lab",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PhysicalMemoryTests", dependencies: ["PhysicalMemory", "TestSupport"], swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["KernelFormats"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "KernelFormatsTests", dependencies: ["KernelFormats", "TestSupport"],
            resources: [.copy("Boots")], swiftSettings: strict),
        .testTarget(name: "HostNUMATests", dependencies: ["HostNUMA", "CHostShims"], swiftSettings: strict),
        .testTarget(name: "AccessCostsTests", dependencies: ["AccessCosts", "CHostShims"], swiftSettings: strict),
        .testTarget(
            name: "LabTests", dependencies: ["Lab", "CHostShims", "TestSupport"],
            resources: [.copy("Traces"), .copy("Costs/Results")], swiftSettings: strict),
        .testTarget(name: "pgdatTests", dependencies: ["pgdat"], swiftSettings: strict),
    ]
)
