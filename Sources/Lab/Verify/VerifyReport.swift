/// What comparing computed layouts with running kernels gave.
public struct VerifyReport: Encodable, Sendable {
    /// A field whose values differ.
    public struct Mismatch: Encodable, Hashable, Sendable {
        public var machine: String
        /// Like `node 0 zone DMA32 low`; of later pictures with `picture N` in front.
        public var field: String
        /// What the kernel reported.
        public var expected: FieldValue
        /// What the model computed.
        public var predicted: FieldValue
    }

    /// A picture or a machine that was not compared.
    public struct Skipped: Encodable, Hashable, Sendable {
        public var machine: String
        public var picture: Int
        public var reason: String
    }

    public let schema = 1
    /// Machines of which at least one field was compared.
    public var machines = 0
    /// `equal` + `stale` + the number of mismatches.
    public var fields = 0
    public var equal = 0
    /// Fields that follow from earlier `managed` values, before boot gave its last memory back.
    public var stale = 0
    public var mismatches: [Mismatch] = []
    public var skipped: [Skipped] = []
    /// What was assumed, machine by machine, in sentences.
    public var notes: [String] = []
    /// Captures are missing: it was ended before them.
    public var interrupted = false

    public init() {}

    /// Adds another machine's results.
    public mutating func merge(_ other: VerifyReport) {
        machines += other.machines
        fields += other.fields
        equal += other.equal
        stale += other.stale
        mismatches += other.mismatches
        skipped += other.skipped
        notes += other.notes
    }
}

/// A field's value: a number, numbers, words, or nothing where one side does not have the field.
public enum FieldValue: Hashable, Sendable, CustomStringConvertible {
    case number(Int)
    case numbers([Int])
    case text(String)
    case texts([String])
    case none

    public var description: String {
        switch self {
        case .number(let number): String(number)
        case .numbers(let numbers): "(" + numbers.map(String.init).joined(separator: ", ") + ")"
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: " ")
        case .none: "none"
        }
    }
}

extension FieldValue: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .numbers(let numbers): try container.encode(numbers)
        case .text(let text): try container.encode(text)
        case .texts(let texts): try container.encode(texts)
        case .none: try container.encodeNil()
        }
    }
}
