import Foundation
import KernelFormats
import PhysicalMemory
import TestSupport

/// The boots that a clone carries.
enum Boots {
    static let folder = Oracle.carriedBoots
    static let paths = Oracle.entries(of: folder, suffix: ".txt").map(\.path)

    static func capture(_ name: String) throws -> Capture {
        try Capture(path: folder.appendingPathComponent("\(name).txt").path)
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("\(name).txt"), encoding: .utf8)
    }

    /// The lines of a section.
    static func section(_ section: String, of name: String) throws -> String {
        let lines = try text(name).split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "@@\(section)") else { return "" }
        return lines[(start + 1)...].prefix { !$0.hasPrefix("@@") }.joined(separator: "\n") + "\n"
    }
}
