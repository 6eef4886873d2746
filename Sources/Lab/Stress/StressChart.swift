/// A figure of each lock by number of threads, drawn as SVG: a line a lock, named at its end.
struct StressChart {
    private(set) var svg = ""

    private static let width = 520.0
    private static let height = 300.0
    private static let left = 64.0
    private static let right = 90.0
    private static let top = 34.0
    private static let bottom = 36.0

    init(
        _ title: String, _ points: [StressReport.Point], mayBeLogarithmic: Bool,
        _ value: (StressReport.Point) -> Double?
    ) {
        let colors = Self.colors(of: points)
        let threads = Set(points.map(\.cpus)).sorted()
        let axis = ChartAxis(points.compactMap(value), mayBeLogarithmic: mayBeLogarithmic)
        let title = title + (axis.isLogarithmic ? ", powers of ten" : "")
        func x(_ count: Int) -> Double {
            let place = Double(threads.firstIndex(of: count) ?? 0)
            return Self.left + place * (Self.width - Self.left - Self.right) / Double(max(1, threads.count - 1))
        }
        func y(_ number: Double) -> Double {
            Self.height - Self.bottom - axis.place(number) * (Self.height - Self.top - Self.bottom)
        }
        svg = "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" width=\"\(Int(Self.width))\" role=\"img\" "
        svg += "aria-label=\"\(HTML.escaped(title)) by number of threads\">"
        svg += "<text x=\"8\" y=\"18\" font-weight=\"600\">\(HTML.escaped(title))</text>"
        for mark in axis.marks {
            let height = Self.place(y(mark))
            svg +=
                "<line x1=\"\(Int(Self.left))\" x2=\"\(Int(Self.width - Self.right))\" y1=\"\(height)\" y2=\"\(height)\" "
            svg += "stroke=\"var(--line)\"/><text x=\"\(Int(Self.left - 6))\" y=\"\(height)\" text-anchor=\"end\" "
            svg += "dominant-baseline=\"middle\">\(Text.count(Int(mark)))</text>"
        }
        for count in threads {
            svg += "<text x=\"\(Self.place(x(count)))\" y=\"\(Int(Self.height - 14))\" text-anchor=\"middle\">"
            svg += "\(count)</text>"
        }
        var labels: [(lock: String, color: String, y: Double)] = []
        for (lock, color) in colors.sorted(by: { $0.value < $1.value }) {
            let own = points.filter { $0.lock == lock }.compactMap { point in value(point).map { (point.cpus, $0) } }
            guard let last = own.last else { continue }
            let path = own.map { "\(Self.place(x($0.0))),\(Self.place(y($0.1)))" }.joined(separator: " ")
            svg += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>"
            for (count, number) in own {
                svg +=
                    "<circle cx=\"\(Self.place(x(count)))\" cy=\"\(Self.place(y(number)))\" r=\"3\" fill=\"\(color)\">"
                svg += "<title>\(lock), \(count) threads: \(Text.decimal(number))</title></circle>"
            }
            labels.append((lock, color, y(last.1)))
        }
        // Names that would lie on each other move down.
        var lowest = 0.0
        for label in labels.sorted(by: { $0.y < $1.y }) {
            let height = max(label.y, lowest + 14)
            lowest = height
            svg += "<text x=\"\(Int(Self.width - Self.right + 8))\" y=\"\(Self.place(height))\" "
            svg += "dominant-baseline=\"middle\" style=\"fill:\(label.color)\">\(label.lock)</text>"
        }
        svg += "</svg>"
    }

    /// Each lock's colour, in the order in which they come.
    static func colors(of points: [StressReport.Point]) -> [String: String] {
        var colors: [String: String] = [:]
        for point in points where colors[point.lock] == nil { colors[point.lock] = "var(--c\(colors.count % 8))" }
        return colors
    }

    /// To a tenth of a pixel.
    static func place(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
