import PhysicalMemory

/// What is wrong with something read from outside, and where.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Error, Hashable, Sendable {
        /// There is no such file or folder.
        case notFound
        /// The file exists but cannot be read; the text says why.
        case unreadable(String)
        /// Longer than the reader's limit, in bytes.
        case tooLong(limit: Int)
        /// The text ends in the middle of a record.
        case cutShort
        /// A record of no known kind.
        case unknownRecord(String)
        /// A record ends before this field.
        case missingField(String)
        /// A record goes on after its last field.
        case surplusField(String)
        /// Not a number, or one that does not fit.
        case badNumber(field: String, text: String)
        /// A word that the field cannot have.
        case badValue(field: String, text: String)
        /// A number outside what exists or what the format allows.
        case outOfRange(field: String, value: String)
        /// A frame, or part of its block, lies in no zone (`zone` `nil`) or outside the zone that it is said to be in.
        case frameOutsideZone(PFN, zone: Int?)
        /// A block that does not begin at a multiple of its size.
        case misalignedBlock(PFN, Order)
        /// A frame that is on two lists, or twice on one.
        case frameInTwoPlaces(PFN)
        /// Two statements that cannot both be true.
        case contradiction(what: String, stated: String, found: String)
        /// Said twice.
        case duplicate(String)
        /// Not JSON at all.
        case notJSON
        /// Nothing in a capture says where memory is.
        case noMemory
        /// A record without which the rest has no meaning.
        case missingRecord(String)
    }

    /// The file's path, or what the text was called by the caller.
    public var file: String
    /// From 1; `nil` where the whole file is meant.
    public var line: Int?
    public var reason: Reason

    public init(file: String, line: Int? = nil, reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String {
        line.map { "\(file):\($0): \(reason)" } ?? "\(file): \(reason)"
    }
}

extension FormatError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound: "no such file"
        case .unreadable(let why): "cannot be read: \(why)"
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .cutShort: "cut short"
        case .unknownRecord(let text): "unknown record '\(text)'"
        case .missingField(let field): "no \(field)"
        case .surplusField(let text): "surplus field '\(text)'"
        case .badNumber(let field, let text): "\(field): '\(text)' is not a number that fits"
        case .badValue(let field, let text): "\(field): unknown value '\(text)'"
        case .outOfRange(let field, let value): "\(field): \(value) is out of range"
        case .frameOutsideZone(let pfn, let zone?): "frame \(pfn) is outside zone \(zone)"
        case .frameOutsideZone(let pfn, nil): "frame \(pfn) is in no zone"
        case .misalignedBlock(let pfn, let order): "frame \(pfn) cannot begin a block of order \(order)"
        case .frameInTwoPlaces(let pfn): "frame \(pfn) is in two places"
        case .contradiction(let what, let stated, let found): "\(what): stated \(stated), found \(found)"
        case .duplicate(let what): "\(what) is said twice"
        case .notJSON: "no valid JSON"
        case .noMemory: "it says nothing of memory: no map, node range, zone or node size"
        case .missingRecord(let what): "no \(what)"
        }
    }
}

/// What a lenient reader passed over: all of it counted, the first ones kept.
public struct SkippedRecords: Sendable, Hashable {
    /// How many errors are kept.
    public static let keptLimit = 100
    /// The number of records passed over and of contradictions ignored.
    public private(set) var count = 0
    /// The first of them, at most ``keptLimit``.
    public private(set) var first: [FormatError] = []

    public init() {}

    mutating func add(_ error: FormatError) {
        count += 1
        if first.count < Self.keptLimit { first.append(error) }
    }

    mutating func add(_ other: SkippedRecords) {
        count += other.count
        first.append(contentsOf: other.first.prefix(Self.keptLimit - first.count))
    }
}
