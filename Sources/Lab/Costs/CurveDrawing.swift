import Glibc

/// Lines in a frame with axes, as inline SVG.
struct CurveDrawing {
    struct Series {
        var name: String
        var points: [(x: Double, y: Double)]
    }

    enum Axis {
        /// Powers of two, for sizes.
        case logarithmic
        /// From 0.
        case linear
    }

    var title: String
    var xTitle: String
    var yTitle: String
    var xAxis: Axis
    /// Logarithmic in steps of 1, 2 and 5 where figures of all magnitudes stand side by side.
    var yAxis = Axis.linear
    var series: [Series]
    var xLabel: (Double) -> String

    private static let (width, height) = (720.0, 320.0)
    private static let (left, right, top, bottom) = (64.0, 36.0, 16.0, 48.0)
    /// The page's style sheet has so many colors for lines.
    static let colors = 8

    /// Adds the drawing; nothing if no series has two points.
    func add(to html: inout HTML) {
        let drawn = series.map { line in
            Series(
                name: line.name,
                points: line.points.filter {
                    $0.x.isFinite && $0.y.isFinite && $0.y >= (yAxis == .linear ? 0 : 1e-9)
                        && ($0.x > 0 || xAxis == .linear)
                }
                .sorted { $0.x < $1.x })
        }.filter { $0.points.count > 1 }
        let xs = drawn.flatMap { $0.points.map(\.x) }
        guard let low = xs.min(), let high = xs.max(), high > low,
            let top = drawn.flatMap({ $0.points.map(\.y) }).max(), top > 0
        else { return }
        let xRange = xAxis == .linear ? min(0, low)...high : low...high
        let least = drawn.flatMap { $0.points.map(\.y) }.min() ?? 0
        let steps = yAxis == .linear ? Self.steps(to: top) : Self.powers(from: least, to: top)
        guard let first = steps.first, let last = steps.last, last > first else { return }
        let yRange = first...last
        html.element("figure") { html in
            html.element("figcaption", title)
            html.element(
                "svg",
                ["viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))", "role": "img", "aria-label": title]
            ) { html in
                addFrame(to: &html, xRange, yRange, steps)
                for (index, line) in drawn.enumerated() {
                    let path = line.points.map { "\(x($0.x, xRange)),\(y($0.y, yRange))" }.joined(separator: " ")
                    let color = "line c\(index % Self.colors)"
                    html.element("polyline", ["class": color, "points": path]) { $0.element("title", line.name) }
                    for point in line.points {
                        html.element(
                            "circle",
                            [
                                "class": "dot c\(index % Self.colors)", "cx": x(point.x, xRange),
                                "cy": y(point.y, yRange), "r": "3",
                            ]
                        ) { $0.element("title", "\(line.name): \(xLabel(point.x)), \(Text.decimal(point.y))") }
                    }
                }
            }
            html.element("ul", ["class": "legend"]) { html in
                for (index, line) in drawn.enumerated() {
                    html.element("li", ["class": "c\(index % Self.colors)"], line.name)
                }
            }
        }
    }

    private func addFrame(
        to html: inout HTML, _ xRange: ClosedRange<Double>, _ yRange: ClosedRange<Double>, _ steps: [Double]
    ) {
        let (right, base) = (Self.number(Self.width - Self.right), Self.number(Self.height - Self.bottom))
        for step in steps {
            let place = y(step, yRange)
            html.void("line", ["class": "grid", "x1": Self.number(Self.left), "x2": right, "y1": place, "y2": place])
            html.element(
                "text", ["x": Self.number(Self.left - 6), "y": place, "text-anchor": "end", "dy": "4"],
                Text.decimal(step))
        }
        for tick in ticks(xRange) {
            let place = x(tick, xRange)
            html.void("line", ["class": "grid", "x1": place, "x2": place, "y1": Self.number(Self.top), "y2": base])
            html.element(
                "text", ["x": place, "y": base, "text-anchor": "middle", "dy": "16"], xLabel(tick))
        }
        html.element(
            "text",
            [
                "x": Self.number((Self.width + Self.left) / 2), "y": Self.number(Self.height - 8),
                "text-anchor": "middle",
            ], xTitle)
        html.element(
            "text",
            [
                "x": "14", "y": Self.number(Self.height / 2), "text-anchor": "middle",
                "transform": "rotate(-90 14 \(Int(Self.height / 2)))",
            ], yTitle)
    }

    private func x(_ value: Double, _ range: ClosedRange<Double>) -> String {
        let part =
            xAxis == .linear
            ? (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            : log2(value / range.lowerBound) / log2(range.upperBound / range.lowerBound)
        return Self.number(Self.left + part * (Self.width - Self.left - Self.right))
    }

    private func y(_ value: Double, _ range: ClosedRange<Double>) -> String {
        let part =
            yAxis == .linear
            ? value / range.upperBound
            : log2(value / range.lowerBound) / log2(range.upperBound / range.lowerBound)
        return Self.number(Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom))
    }

    private func ticks(_ range: ClosedRange<Double>) -> [Double] {
        guard xAxis == .logarithmic else {
            return Self.steps(to: range.upperBound).filter { $0 <= range.upperBound }
        }
        let (first, last) = (log2(range.lowerBound).rounded(.up), log2(range.upperBound).rounded(.down))
        guard last >= first else { return [range.lowerBound, range.upperBound] }
        let stride = max(1, ((last - first) / 8).rounded(.up))
        return Swift.stride(from: first, through: last, by: stride).map { exp2($0) }
    }

    /// Round numbers from 0 to at least `top`, four to ten of them.
    static func steps(to top: Double) -> [Double] {
        guard top.isFinite, top > 0 else { return [0] }
        guard 1e-9...1e15 ~= top else { return [0, top] }
        let unit = pow(10, floor(log10(top)))
        let step = [0.1, 0.2, 0.25, 0.5, 1].map { $0 * unit * 2 }.first { top / $0 <= 8 } ?? unit * 2
        return (0...Int((top / step).rounded(.up))).map { Double($0) * step }
    }

    /// 1, 2 and 5 times powers of ten, from at most `least` to at least `top`; none if those are not positive.
    static func powers(from least: Double, to top: Double) -> [Double] {
        guard least.isFinite, top.isFinite, 1e-9...1e15 ~= least, least...1e15 ~= top else { return [] }
        let all = (Int(floor(log10(least)))...Int(floor(log10(top))) + 1).flatMap { power in
            [1.0, 2, 5].map { $0 * pow(10, Double(power)) }
        }
        let begin = all.last { $0 <= least } ?? all[0]
        let end = all.first { $0 >= top && $0 > begin } ?? all[all.count - 1]
        return all.filter { begin...end ~= $0 }
    }

    /// Two digits after the point are enough for a screen.
    private static func number(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}
