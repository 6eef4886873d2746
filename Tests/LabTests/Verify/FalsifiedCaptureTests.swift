import Foundation
import KernelFormats
import Lab
import TestSupport
import Testing

/// A verifier that cannot fail proves nothing: changed captures must be noticed.
struct FalsifiedCaptureTests {
    /// Boots that every clone has.
    private static let folder = Oracle.carriedBoots

    private func text(_ name: String) throws -> String {
        let path = Self.folder.appendingPathComponent("\(name).txt").path
        return String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    }

    private func verify(_ text: String) throws -> VerifyReport {
        try Verifier.verify(Capture(parsing: Array(text.utf8), name: "changed"))
    }

    @Test(arguments: try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted())
    func theBootsOfTheCloneAreEqualOrStale(_ file: String) throws {
        let report = try verify(text(String(file.dropLast(4))))
        #expect(report.mismatches.isEmpty)
        #expect(report.fields > 0 && report.fields == report.equal + report.stale)
    }

    /// Each change, and the field that it must spoil.
    @Test(arguments: [
        ("        present  262111", "        present  262110", "node 1 zone DMA32 present"),
        ("  start_pfn:           4096", "  start_pfn:           4097", "start_pfn"),
        ("        spanned  524288", "        spanned  524289", "node 1 zone DMA32 spanned"),
        ("Fallback order for Node 1: 1 0", "Fallback order for Node 1: 0 1", "node 1 fallback order"),
        ("Policy zone: DMA32", "Policy zone: Normal", "policy zone"),
        ("  DMA32    [mem 0x0000000001000000", "  DMA32    [mem 0x0000000002000000", "zone range DMA32"),
        ("has_normal_memory 0-1", "has_normal_memory 0", "node states normalMemory"),
        ("general 1:DMA32 = 1:DMA32 0:DMA32", "general 1:DMA32 = 0:DMA32 1:DMA32", "general zonelist DMA32"),
    ])
    func aChangedLayoutIsNoticed(_ old: String, _ new: String, _ field: String) throws {
        let original = try text("x86_64-6.12-n2-2g-6g-movablecore-5g")
        try #require(original.contains(old))
        let report = try verify(original.replacingOccurrences(of: old, with: new))
        #expect(report.mismatches.contains { $0.field.contains(field) }, "\(old)")
    }

    /// One watermark, protection, threshold or list size off by a little: no earlier `managed` explains that.
    @Test(arguments: ["min", "low", "high", "promo", "protection", "batch", "threshold", "min_free_kbytes"])
    func oneValueThatNothingExplainsIsNoticed(_ key: String) throws {
        var lines = try text("x86_64-6.12-n2-2g-6g-movablecore-5g").split(
            separator: "\n", omittingEmptySubsequences: false
        )
        .map(String.init)
        let index = try #require(lines.firstIndex { Self.isField(key, $0) })
        lines[index] = Self.changed(lines[index])
        let report = try verify(lines.joined(separator: "\n"))
        #expect(report.mismatches.contains { $0.field.contains(key) }, "\(lines[index]): \(report.mismatches)")
    }

    /// A line of a zone with frames whose value is no zero.
    private static func isField(_ key: String, _ line: String) -> Bool {
        let words = line.split(whereSeparator: { " :(,)".contains($0) })
        let value = words.dropFirst(key == "threshold" ? 3 : key == "protection" ? 2 : 1).first.flatMap { Int($0) }
        let isKey = key == "threshold" ? line.contains("vm stats threshold") : words.first.map(String.init) == key
        return isKey && (value ?? 0) > 40
    }

    /// The line with its first number that is no zero made a tenth greater.
    private static func changed(_ line: String) -> String {
        let words = line.split(whereSeparator: { " :(,)".contains($0) })
        guard let word = words.first(where: { (Int($0) ?? 0) > 40 }), let number = Int(word) else { return line }
        return line.replacingOccurrences(of: word, with: String(number + number / 10 + 3))
    }

    @Test func whatNoLogSaysWasFreedIsNotStale() throws {
        let original = try text("x86_64-6.12-n2-2g-6g-movablecore-5g")
        #expect(try verify(original).stale > 0)
        let lines = original.split(separator: "\n", omittingEmptySubsequences: false)
        let withoutFreed = lines.filter { !$0.contains("Freeing unused") && !$0.contains("Freeing initrd") }
        let report = try verify(withoutFreed.joined(separator: "\n"))
        #expect(!report.mismatches.isEmpty)
    }
}
