/// A field's value, as JSON and as text.
public enum InspectedValue: Hashable, Sendable, Encodable {
    case null
    case bool(Bool)
    case int(Int)
    case unsigned(UInt64)
    case text(String)
    case list([InspectedValue])
    case object([String: InspectedValue])

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    static func ints(_ values: some Sequence<Int>) -> InspectedValue { .list(values.map { .int($0) }) }

    /// A value that may be missing.
    static func optional<Value>(_ value: Value?, _ wrap: (Value) -> InspectedValue) -> InspectedValue {
        value.map(wrap) ?? .null
    }
}

extension InspectedValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "none"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .text(let value): value
        case .list(let values): Self.describe(values)
        case .object(let values): Self.describe(values)
        }
    }

    private static func describe(_ values: [InspectedValue]) -> String {
        guard let first = values.first else { return "empty" }
        guard case .object = first else { return values.map(\.description).joined(separator: " ") }
        // One for each CPU, as a rule: the first few tell enough.
        let shown = values.prefix(4).map(\.description).joined(separator: "; ")
        return values.count > 4 ? shown + "; and \(values.count - 4) more" : shown
    }

    private static func describe(_ values: [String: InspectedValue]) -> String {
        // Of many counters, those at 0 say nothing to people.
        let telling = values.count > 4 ? values.filter { $0.value != .int(0) } : values
        if telling.isEmpty { return "all 0" }
        return telling.sorted { $0.key < $1.key }.map { key, value in
            switch value {
            case .object, .list: "\(key) (\(value))"
            default: "\(key)=\(value)"
            }
        }.joined(separator: " ")
    }
}
