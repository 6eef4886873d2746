import AccessCosts
import Foundation

@testable import Lab

/// Results of machines that nobody here has.
enum Results {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Results")
    static let names = [
        "n1", "n2", "n2-emulated", "n3-cpu-only", "n3-memory-only", "n4-ring", "n8-asymmetrical",
    ]

    static func path(_ name: String) -> String { folder.appendingPathComponent("\(name).json").path }

    static func report(_ name: String) throws -> AccessCostReport { try AccessCostReport(file: path(name)) }
}
