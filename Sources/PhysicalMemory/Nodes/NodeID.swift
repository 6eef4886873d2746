/// The number of a NUMA node.
///
/// *Kernel counterpart:* `nid`; `NUMA_NO_NODE` is `nil` here.
public struct NodeID: RawRepresentable, Hashable, Comparable, Sendable, Codable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// The number, from 0.
    public var rawValue: Int

    /// Takes the number as it is.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
    /// Takes the number as it is.
    @inlinable public init(_ value: Int) { rawValue = value }
    @inlinable public init(integerLiteral value: Int) { rawValue = value }
    @inlinable public static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }
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

    /// One more than the highest node number that a machine may use (`MAX_NUMNODES` of the largest configurations).
    public static let limit = 1024
}

/// The number of a CPU.
public struct CPUID: RawRepresentable, Hashable, Comparable, Sendable, Codable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// The number, from 0.
    public var rawValue: Int

    /// Takes the number as it is.
    @inlinable public init(rawValue: Int) { self.rawValue = rawValue }
    /// Takes the number as it is.
    @inlinable public init(_ value: Int) { rawValue = value }
    @inlinable public init(integerLiteral value: Int) { rawValue = value }
    @inlinable public static func < (a: CPUID, b: CPUID) -> Bool { a.rawValue < b.rawValue }
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

    /// One more than the highest CPU number that a machine may use (`NR_CPUS` of the largest configurations).
    public static let limit = 8192
}
