import Lab

/// A run's report for people.
struct RunText {
    var report: RunReport
    var style: TextStyle

    init(_ report: RunReport, style: TextStyle) {
        self.report = report
        self.style = style
    }

    var text: String { "\(report.operations)\n" }
}
