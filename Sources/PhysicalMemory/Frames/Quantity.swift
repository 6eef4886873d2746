/// A count with a unit, so that pages cannot be added to bytes by mistake.
///
/// Signed, as the kernel's `long` counts of pages are: the difference of two counts is a count.
public protocol Quantity: RawRepresentable, Hashable, Comparable, Sendable, Codable, AdditiveArithmetic,
    ExpressibleByIntegerLiteral, CustomStringConvertible
where RawValue == Int, IntegerLiteralType == Int {
    /// Takes the number as it is.
    init(_ value: Int)
}

extension Quantity {
    /// Takes the number as it is.
    @inlinable public init(rawValue: Int) { self.init(rawValue) }
    /// Takes the number as it is.
    @inlinable public init(integerLiteral value: Int) { self.init(value) }
    @inlinable public static var zero: Self { Self(0) }
    @inlinable public static func + (a: Self, b: Self) -> Self { Self(a.rawValue + b.rawValue) }
    @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.rawValue - b.rawValue) }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    public var description: String { String(rawValue) }
    /// Takes the number as it is.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(Int.self))
    }
    /// Writes the form that ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// A number of page frames.
public struct PageCount: Quantity {
    /// Pages.
    public var rawValue: Int
    /// Takes the number as it is.
    @inlinable public init(_ value: Int) { rawValue = value }
}

/// A number of bytes, or a physical address.
public struct ByteCount: Quantity {
    /// Bytes.
    public var rawValue: Int
    /// Takes the number as it is.
    @inlinable public init(_ value: Int) { rawValue = value }

    /// 1024 bytes times `n`; `n` must keep the result within `Int`.
    public static func kibibytes(_ n: Int) -> ByteCount { ByteCount(n << 10) }
    /// 2²⁰ bytes times `n`; `n` must keep the result within `Int`.
    public static func mebibytes(_ n: Int) -> ByteCount { ByteCount(n << 20) }
    /// 2³⁰ bytes times `n`; `n` must keep the result within `Int`.
    public static func gibibytes(_ n: Int) -> ByteCount { ByteCount(n << 30) }
}
