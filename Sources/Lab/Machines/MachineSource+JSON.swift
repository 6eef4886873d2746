import Foundation
import PhysicalMemory

extension MachineSource {
    /// The largest description that is read, in bytes.
    static let greatestJSON = 64 << 20

    static func jsonSpec(_ path: String) throws(MachineSourceError) -> MachineSpec {
        let data: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            data = try file.read(upToCount: greatestJSON + 1) ?? Data()
        } catch {
            throw .unreadable(path, "cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= greatestJSON else { throw .unreadable(path, "longer than \(greatestJSON) bytes") }
        do {
            return try JSONDecoder().decode(MachineSpec.self, from: data)
        } catch let error as DecodingError {
            throw .json(path: path, error.place)
        } catch {
            throw .json(path: path, error.localizedDescription)
        }
    }
}

extension DecodingError {
    /// Where the description is wrong, as a path of keys, and what is wrong.
    fileprivate var place: String {
        switch self {
        case .keyNotFound(let key, let context): Self.text(context, "“\(key.stringValue)” is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            Self.text(context, context.underlyingDescription ?? context.debugDescription)
        @unknown default: String(describing: self)
        }
    }

    private static func text(_ context: Context, _ what: String) -> String {
        let path = context.codingPath.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path.isEmpty ? what : "\(path): \(what)"
    }
}

extension DecodingError.Context {
    /// What the JSON reader says of text that is no JSON: it knows the line.
    fileprivate var underlyingDescription: String? {
        (underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
    }
}
