import Foundation

/// The recorded traces.
enum Traces {
    static let all = [
        "c1n1-order0", "c1n1-tight", "c2n1-mixed", "c2n1-normal", "c2n1-tight", "c4n2-mixed", "c4n2-spill",
    ]

    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The trace that every clone carries.
    static let carried = tests.appendingPathComponent("Traces/c1n1-tight").path

    /// A trace's folder: in the clone, else beside it; `nil`, with a printed reason, where it is in neither.
    static func folder(_ name: String) -> String? {
        let beside = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/oracle/traces")
        for folder in [tests.appendingPathComponent("Traces"), beside] {
            let path = folder.appendingPathComponent(name).path
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        print("skipped: no trace \(name) in the clone or in \(beside.path)")
        return nil
    }
}
