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
            let schema = try header(data, decoder, text, name).schema ?? expected
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

    private static func header(
        _ data: Data, _ decoder: JSONDecoder, _ text: [UInt8], _ name: String
    ) throws -> Header {
        do {
            return try decoder.decode(Header.self, from: data)
        } catch DecodingError.dataCorrupted {
            // The header itself is never that: the text is no JSON.
            throw syntaxError(in: text, name: name)
        }
    }

    /// What is wrong with a text that is no JSON, and where, as far as brackets and quotes tell: the decoder names no
    /// place.
    private static func syntaxError(in text: [UInt8], name: String) -> FormatError {
        var line = 1
        var isInString = false
        var isEscaped = false
        var closers: [UInt8] = []
        for byte in text {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isInString {
                if byte == UInt8(ascii: "\""), !isEscaped { isInString = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"): closers.append(UInt8(ascii: "}"))
            case UInt8(ascii: "["): closers.append(UInt8(ascii: "]"))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard closers.popLast() == byte else { return FormatError(file: name, line: line, reason: .notJSON) }
            default: break
            }
        }
        let isCut = isInString || !closers.isEmpty
        return FormatError(file: name, line: isCut ? line : nil, reason: isCut ? .cutShort : .notJSON)
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
}
