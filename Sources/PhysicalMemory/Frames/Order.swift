/// The size of a block of frames, as the power of two of its number of frames.
///
/// *Kernel counterpart:* `unsigned int order`, 0 up to `MAX_PAGE_ORDER`.
public struct Order: RawRepresentable, Hashable, Comparable, Sendable, Codable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// log₂ of the frames, from 0.
    public var rawValue: Int

    /// Takes the number as it is.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
    /// Takes the number as it is.
    @inlinable public init(_ value: Int) { rawValue = value }
    @inlinable public init(integerLiteral value: Int) { rawValue = value }

    /// The number of frames in a block of this order. The order must be under 63.
    @inlinable public var pageCount: PageCount { PageCount(1 << rawValue) }

    /// Whether `a` comes before `b`.
    @inlinable public static func < (a: Order, b: Order) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }

    /// Reads what ``encode(to:)`` writes. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(Int.self)
    }
    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// The greatest number of orders that any supported page size has.
    public static let greatestCount = 14
}
