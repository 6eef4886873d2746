import Glibc

/// Where a chart's values lie: from 0 on, or by powers of ten where they are too far apart for that.
struct ChartAxis {
    let isLogarithmic: Bool
    private let least: Double
    private let greatest: Double
    /// Where lines are drawn.
    let marks: [Double]

    /// Values further apart than this cannot be told from each other on an axis from 0.
    private static var farApart: Double { 30 }

    /// - Parameter mayBeLogarithmic: whether places may stand for powers, as lengths of bars may not.
    init(_ values: [Double], mayBeLogarithmic: Bool) {
        let positive = values.filter { $0 > 0 && $0.isFinite }
        let (low, high) = (positive.min() ?? 1, positive.max() ?? 1)
        isLogarithmic = mayBeLogarithmic && high > Self.farApart * low
        guard isLogarithmic else {
            least = 0
            greatest = high
            marks = [0, high / 2, high]
            return
        }
        var decades = [1.0]
        while let last = decades.last, last < high { decades.append(last * 10) }
        while let first = decades.first, first > low { decades.insert(first / 10, at: 0) }
        // Those that the values do not reach.
        while decades.count > 2 && decades[1] <= low { decades.removeFirst() }
        least = decades[0]
        greatest = decades[decades.count - 1]
        marks = decades
    }

    /// From 0 to 1. What lies outside is drawn at the edge.
    func place(_ value: Double) -> Double {
        guard isLogarithmic else { return min(max(value / greatest, 0), 1) }
        guard value > least else { return 0 }
        return min(log10(value / least) / log10(greatest / least), 1)
    }
}
