import Lab

/// A verification for people.
struct VerifyText {
    let report: VerifyReport

    init(_ report: VerifyReport) { self.report = report }

    var text: String {
        var lines = report.mismatches.map {
            "\($0.machine): \($0.field): the kernel says \($0.expected), the model \($0.predicted)"
        }
        if !lines.isEmpty { lines.append("") }
        for skipped in report.skipped {
            lines.append("\(skipped.machine): picture \(skipped.picture) not compared: \(skipped.reason)")
        }
        lines += report.notes
        if !report.skipped.isEmpty || !report.notes.isEmpty { lines.append("") }
        if report.interrupted { lines.append("interrupted: these are the captures compared until then") }
        lines.append(
            "\(report.machines) \(report.machines == 1 ? "machine" : "machines"), \(report.fields) fields: "
                + "\(report.equal) equal, \(report.stale) stale, \(report.mismatches.count) different")
        return lines.joined(separator: "\n") + "\n"
    }
}
