// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "pgdat", path: ".."),
    ],
    targets: [
        .target(name: "CTwin", cSettings: [.unsafeFlags(["-O2"])]),
        .executableTarget(
            name: "Ratios",
            dependencies: ["CTwin", .product(name: "PhysicalMemory", package: "pgdat")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
