/// Several readings of one quantity: the middle one, and how far apart they were.
public struct Summary: Hashable, Sendable, Codable {
    public let median: Double
    public let minimum: Double
    public let maximum: Double
    /// A quarter of the readings lie below it.
    public let lowerQuartile: Double
    /// A quarter of the readings lie above it.
    public let upperQuartile: Double
    /// How many readings.
    public let count: Int

    /// How far apart the readings were, in the unit of the readings.
    public var spread: Double { maximum - minimum }

    /// How far apart the middle half of the readings was, as a part of the median: one disturbed reading of many
    /// does not count. 0 for a median of 0.
    public var relativeSpread: Double { median == 0 ? 0 : (upperQuartile - lowerQuartile) / median }

    /// Nil without a finite reading. An even number of readings has the mean of the middle two as its median.
    public init?(_ readings: [Double]) {
        let sorted = readings.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = first
        maximum = last
        lowerQuartile = sorted[(sorted.count - 1) / 4]
        upperQuartile = sorted[sorted.count - 1 - (sorted.count - 1) / 4]
        count = sorted.count
    }
}
