import Foundation

/// Where the material of the tests lies.
public enum Oracle {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    /// `PGDAT_ORACLE`, else beside the repository.
    private static let whole =
        ProcessInfo.processInfo.environment["PGDAT_ORACLE"].map { URL(fileURLWithPath: $0) }
        ?? tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/oracle")

    /// The boots that a clone carries.
    public static let carriedBoots = tests.appendingPathComponent("KernelFormatsTests/Boots")
    /// The trace that a clone carries.
    public static let tightTrace = tests.appendingPathComponent("LabTests/Traces/c1n1-tight").path

    /// A folder of the whole oracle; `nil`, with a printed reason, where there is none.
    public static func folder(_ name: String) -> URL? {
        let folder = whole.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("skipped: no \(folder.path)")
            return nil
        }
        return folder
    }

    /// The names in `folder` that end in `suffix`, sorted.
    public static func entries(of folder: URL, suffix: String = "") -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map(folder.appendingPathComponent)
    }
}
