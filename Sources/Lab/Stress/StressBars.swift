/// A figure of each point as a bar of its own, for points that no line joins: lengths from 0, or dots by powers of ten
/// where the figures are far apart.
struct StressBars {
    private(set) var svg = ""

    private static let width = 520.0
    private static let left = 110.0
    private static let right = 78.0
    private static let top = 34.0
    private static let row = 20.0
    private static let bottom = 26.0

    init(
        _ title: String, _ points: [StressReport.Point], mayBeLogarithmic: Bool,
        _ value: (StressReport.Point) -> Double?
    ) {
        let axis = ChartAxis(points.compactMap(value), mayBeLogarithmic: mayBeLogarithmic)
        let title = title + (axis.isLogarithmic ? ", powers of ten" : "")
        let foot = Self.top + Self.row * Double(points.count)
        let height = Int(foot + Self.bottom)
        func x(_ number: Double) -> Double { Self.left + axis.place(number) * (Self.width - Self.left - Self.right) }
        svg = "<svg viewBox=\"0 0 \(Int(Self.width)) \(height)\" width=\"\(Int(Self.width))\" role=\"img\" "
        svg += "aria-label=\"\(HTML.escaped(title))\">"
        svg += "<text x=\"8\" y=\"18\" font-weight=\"600\">\(HTML.escaped(title))</text>"
        for mark in axis.marks {
            let place = StressChart.place(x(mark))
            svg += "<line x1=\"\(place)\" x2=\"\(place)\" y1=\"\(Int(Self.top))\" y2=\"\(Int(foot))\" "
            svg += "stroke=\"var(--line)\"/><text x=\"\(place)\" y=\"\(Int(foot + 16))\" text-anchor=\"middle\">"
            svg += "\(Text.count(Int(mark)))</text>"
        }
        let colors = StressChart.colors(of: points)
        for (number, point) in points.enumerated() {
            let middle = Self.top + Self.row * (Double(number) + 0.5)
            let color = colors[point.lock] ?? "var(--dim)"
            svg += "<text x=\"\(Int(Self.left - 8))\" y=\"\(StressChart.place(middle))\" text-anchor=\"end\" "
            svg += "dominant-baseline=\"middle\">\(point.lock) × \(point.cpus)\(point.oversubscribed ? "*" : "")</text>"
            let figure = value(point)
            let end = x(figure ?? 0)
            if figure != nil && axis.isLogarithmic {
                svg += "<circle cx=\"\(StressChart.place(end))\" cy=\"\(StressChart.place(middle))\" r=\"5\" "
                svg += "fill=\"\(color)\"/>"
            } else if figure != nil {
                svg += "<rect x=\"\(Int(Self.left))\" y=\"\(StressChart.place(middle - 6))\" height=\"12\" "
                svg += "width=\"\(StressChart.place(max(1, end - Self.left)))\" fill=\"\(color)\"/>"
            }
            svg += "<text x=\"\(StressChart.place(end + 9))\" y=\"\(StressChart.place(middle))\" "
            svg += "dominant-baseline=\"middle\">\(figure.map { Text.count(Int($0)) } ?? "–")</text>"
        }
        svg += "</svg>"
    }
}
