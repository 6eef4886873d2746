/// A page frame number: the physical address of a frame, in pages.
///
/// *Kernel counterpart:* `pfn`, an `unsigned long`.
public struct PFN: RawRepresentable, Hashable, Comparable, Sendable, Codable, Strideable, CustomStringConvertible {
    /// The frame number: the address over the page size.
    public var rawValue: UInt64

    /// Takes the number as it is.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Takes the number as it is.
    @inlinable public init(_ value: UInt64) { rawValue = value }

    /// The frame number that no frame has.
    @inlinable public static var none: PFN { PFN(.max) }

    /// Whether `a` comes before `b`.
    @inlinable public static func < (a: PFN, b: PFN) -> Bool { a.rawValue < b.rawValue }
    @inlinable public func distance(to other: PFN) -> Int { Int(bitPattern: UInt(other.rawValue &- rawValue)) }
    @inlinable public func advanced(by n: Int) -> PFN { PFN(rawValue &+ UInt64(bitPattern: Int64(n))) }

    /// The last frame boundary at or below `n`'s multiple: rounds down to a multiple of `n` frames, a power of two.
    @inlinable public func roundedDown(toMultipleOf n: PageCount) -> PFN {
        PFN(rawValue & ~(UInt64(n.rawValue) &- 1))
    }

    /// Rounds up to a multiple of `n` frames, a power of two.
    @inlinable public func roundedUp(toMultipleOf n: PageCount) -> PFN {
        PFN((rawValue &+ UInt64(n.rawValue) &- 1) & ~(UInt64(n.rawValue) &- 1))
    }

    /// Hexadecimal with `0x` in front, as the command line reads it: without it, `639274` could be either.
    public var description: String { "0x" + String(rawValue, radix: 16) }

    /// Reads what ``encode(to:)`` writes. Throws `DecodingError`, with the path to the key, where it is something
    /// else.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(UInt64.self)
    }
    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension Range where Bound == PFN {
    /// The number of frames in the range.
    @inlinable public var pageCount: PageCount { PageCount(lowerBound.distance(to: upperBound)) }
}
