import FoundationEssentials
import PhysicalMemory

/// A description as a `.json` file: the spec's own keys, and `schema`, the version of the form.
extension MachineSpec {
    /// The version of the file's form.
    public static let schema = 1
    /// The longest file that is read, in bytes.
    private static let fileLimit = 1 << 26

    /// Reads the description in the file at `path`.
    ///
    /// Throws `FormatError` where the file is missing, unreadable, no JSON, of a newer schema, or says something that
    /// no key allows; the field names the key's path.
    public init(jsonFile path: String) throws(FormatError) {
        try self.init(json: InputFile.bytes(of: path, limit: Self.fileLimit), name: path)
    }

    /// Reads the description in `text`; `name` is what errors call it.
    public init(json text: [UInt8], name: String) throws(FormatError) {
        struct Header: Decodable { var schema: Int? }
        do {
            let data = Data(text)
            let decoder = JSONDecoder()
            let schema = try decoder.decode(Header.self, from: data).schema ?? Self.schema
            guard schema == Self.schema else {
                throw FormatError(file: name, reason: .badValue(field: "schema", text: String(schema)))
            }
            self = try decoder.decode(MachineSpec.self, from: data)
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(file: name, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> FormatError.Reason {
        guard let error = error as? DecodingError else { return .unreadable("\(error)") }
        func field(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "the whole" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return .missingField(field(context.codingPath + [key]))
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return .badValue(field: field(context.codingPath), text: context.debugDescription)
        @unknown default: return .unreadable("\(error)")
        }
    }

    /// The description as JSON, keys sorted.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(Versioned(spec: self))) + [10]
    }

    private struct Versioned: Encodable {
        let spec: MachineSpec

        enum CodingKeys: CodingKey { case schema }

        func encode(to encoder: any Encoder) throws {
            try spec.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(MachineSpec.schema, forKey: .schema)
        }
    }
}
