import FoundationEssentials

/// JSON files from outside.
public enum JSONInput {
    /// The longest file that is read, in bytes.
    private static let fileLimit = 1 << 26

    /// Reads the value in the file at `path`, whose `schema`, if it has one, must be `schema`.
    ///
    /// Throws `FormatError` where the file is missing, unreadable, longer than 64 MiB, no JSON, of another schema, or
    /// says something that no key allows; the field names the key's path.
    public static func value<Value: Decodable>(
        _ type: Value.Type, file path: String, schema: Int
    ) throws(FormatError) -> Value {
        try value(type, text: InputFile.bytes(of: path, limit: fileLimit), name: path, schema: schema)
    }

    /// Reads the value in `text`; `name` is what errors call it.
    public static func value<Value: Decodable>(
        _ type: Value.Type, text: [UInt8], name: String, schema expected: Int
    ) throws(FormatError) -> Value {
        do {
            let data = Data(text)
            let decoder = JSONDecoder()
            let schema = try decoder.decode(Header.self, from: data).schema ?? expected
            guard schema == expected else {
                throw FormatError(file: name, reason: .badValue(field: "schema", text: String(schema)))
            }
            return try decoder.decode(type, from: data)
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(file: name, reason: reason(error))
        }
    }

    private struct Header: Decodable { var schema: Int? }

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
}
