/// A pair that was not measured.
public struct Gap: Hashable, Sendable, Codable {
    /// Index into the matrix's rows.
    public let row: Int
    /// Index into the matrix's columns.
    public let column: Int
    /// For people.
    public let reason: String
    /// Whose matrix: `latency` counts `cpuNodes` and `memoryNodes`, `cacheToCache` counts `cpus` in both ways.
    public var part: MeasuredPart

    public init(row: Int, column: Int, reason: String, part: MeasuredPart = .latency) {
        self.row = row
        self.column = column
        self.reason = reason
        self.part = part
    }
}
