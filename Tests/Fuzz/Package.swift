// swift-tools-version: 6.2
import PackageDescription

// libFuzzer is part of the Swift toolchain; `Tests/Fuzz/fuzz` builds this with `--sanitize fuzzer`.
let package = Package(
    name: "Fuzz",
    dependencies: [.package(name: "pgdat", path: "../..")],
    targets: [
        .executableTarget(
            name: "Fuzzer",
            dependencies: [
                .product(name: "PhysicalMemory", package: "pgdat"),
                .product(name: "KernelFormats", package: "pgdat"), .product(name: "Lab", package: "pgdat"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
    ]
)
