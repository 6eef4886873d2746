import Foundation

/// Where the material of the tests lies.
enum Oracle {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The whole oracle, beside the package; `nil`, with a printed reason, where there is none.
    static func folder(_ name: String) -> URL? {
        let folder = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/oracle/\(name)")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("skipped: no \(folder.path)")
            return nil
        }
        return folder
    }

    /// The trace that a clone carries.
    static let tightTrace = tests.appendingPathComponent("LabTests/Traces/c1n1-tight").path

    /// The names in `folder` that end in `suffix`, sorted.
    static func entries(of folder: URL, suffix: String = "") -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map(folder.appendingPathComponent)
    }
}

/// A folder that goes away with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("pgdat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    func write(_ text: String, _ name: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
