import FoundationEssentials
import Glibc
import PhysicalMemory

extension MachineSource {
    /// The largest description that is read, in bytes.
    static let greatestJSON = 64 << 20

    static func jsonSpec(_ path: String) throws(MachineSourceError) -> MachineSpec {
        let data = try read(path)
        do {
            return try JSONDecoder().decode(MachineSpec.self, from: data)
        } catch let error as DecodingError {
            throw .json(path: path, error.place)
        } catch {
            throw .json(path: path, "\(error)")
        }
    }

    private static func read(_ path: String) throws(MachineSourceError) -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var data = Data()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while data.count <= greatestJSON {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return data }
            guard count > 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
            data.append(contentsOf: chunk[..<count])
        }
        throw .unreadable(path, "longer than \(greatestJSON) bytes")
    }
}

extension DecodingError {
    /// Where the description is wrong, as a path of keys, and what is wrong.
    fileprivate var place: String {
        switch self {
        case .keyNotFound(let key, let context): Self.text(context, "“\(key.stringValue)” is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            Self.text(context, context.underlyingError.map { "\($0)" } ?? context.debugDescription)
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
