import Foundation
import KernelFormats
import Lab
import Testing

/// Every boot of the shared folder: all fields equal, but for those that boot left stale.
struct OracleBootsTests {
    static let folder = ProcessInfo.processInfo.environment["PGDAT_BOOTS"] ?? "/work/shared/oracle/boots"

    static var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let wanted = ProcessInfo.processInfo.environment["PGDAT_BOOT"] ?? ""
        return all.filter { $0.hasSuffix(".txt") && (wanted.isEmpty || $0.contains(wanted)) }.sorted()
    }

    @Test func everyFieldIsEqualOrStale() throws {
        let names = Self.names
        guard !names.isEmpty else {
            print("skipped: no boots in \(Self.folder)")
            return
        }
        var total = VerifyReport()
        for name in names {
            let data = try #require(FileManager.default.contents(atPath: "\(Self.folder)/\(name)"))
            let report = try Verifier.verify(Capture(parsing: Array(data), name: name))
            for mismatch in report.mismatches {
                Issue.record("\(name): \(mismatch.field): \(mismatch.expected), predicted \(mismatch.predicted)")
            }
            total.merge(report)
        }
        print(
            "\(total.machines) machines, \(total.fields) fields: \(total.equal) equal, \(total.stale) stale,",
            "\(total.mismatches.count) mismatches; \(total.skipped.count) pictures skipped")
        #expect(total.fields > 0)
    }
}
