import FoundationEssentials
import PhysicalMemory

/// A description as a `.json` file: the spec's own keys, and `schema`, the version of the form.
extension MachineSpec {
    /// The version of the file's form.
    public static let schema = 1
    /// Reads the description in the file at `path`.
    ///
    /// Throws `FormatError` where the file is missing, unreadable, no JSON, of a newer schema, or says something that
    /// no key allows; the field names the key's path.
    public init(jsonFile path: String) throws(FormatError) {
        self = try JSONInput.value(MachineSpec.self, file: path, schema: Self.schema)
    }

    /// Reads the description in `text`; `name` is what errors call it.
    public init(json text: [UInt8], name: String) throws(FormatError) {
        self = try JSONInput.value(MachineSpec.self, text: text, name: name, schema: Self.schema)
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
