import Foundation
import KernelFormats
import Lab
import TestSupport
import Testing

/// Every boot of the shared folder: all fields equal, but for those that boot left stale.
struct OracleBootsTests {
    @Test func everyFieldIsEqualOrStale() throws {
        guard let folder = Oracle.folder("boots") else { return }
        var total = VerifyReport()
        for boot in Oracle.entries(of: folder, suffix: ".txt") {
            let name = boot.lastPathComponent
            let report = try Verifier.verify(Capture(parsing: Array(Data(contentsOf: boot)), name: name))
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
