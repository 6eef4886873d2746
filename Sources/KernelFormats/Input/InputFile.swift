import Glibc

/// Reads whole files into memory, never more than a limit.
enum InputFile {
    /// The bytes of `path`, unpacked if its name ends in `.gz`.
    ///
    /// Throws `FormatError` where the file is missing, unreadable, longer than `limit` bytes (unpacked), or packed
    /// and damaged.
    static func bytes(of path: String, limit: Int) throws(FormatError) -> [UInt8] {
        let (bytes, isWhole) = try prefix(of: path, limit: limit)
        guard isWhole else { throw FormatError(file: path, reason: .tooLong(limit: limit)) }
        return bytes
    }

    /// As ``bytes(of:limit:)``, but a longer file gives its first `limit` bytes and `isWhole` is `false`.
    static func prefix(of path: String, limit: Int) throws(FormatError) -> (bytes: [UInt8], isWhole: Bool) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FormatError(file: path, reason: errno == ENOENT || errno == ENOTDIR ? .notFound : lastError())
        }
        defer { close(descriptor) }
        guard path.hasSuffix(".gz") else {
            do throws(FormatError.Reason) {
                return try read(descriptor, limit: limit)
            } catch {
                throw FormatError(file: path, reason: error)
            }
        }
        return try unpack(descriptor, path: path, limit: limit)
    }

    private static func lastError() -> FormatError.Reason { .unreadable(String(cString: strerror(errno))) }

    private static func read(
        _ descriptor: Int32, limit: Int
    ) throws(FormatError.Reason) -> (bytes: [UInt8], isWhole: Bool) {
        var bytes: [UInt8] = []
        var isWhole = true
        try forEachPiece(of: descriptor) { piece in
            isWhole = bytes.count + piece.count <= limit
            bytes.append(contentsOf: piece.prefix(limit - bytes.count))
            return isWhole
        }
        return (bytes, isWhole)
    }

    private static func unpack(
        _ packed: Int32, path: String, limit: Int
    ) throws(FormatError) -> (bytes: [UInt8], isWhole: Bool) {
        do throws(FormatError.Reason) {
            var reader = try GzipReader()
            var bytes: [UInt8] = []
            var isWhole = true
            try forEachPiece(of: packed) { piece throws(FormatError.Reason) in
                isWhole = try reader.unpack(piece) { part in
                    bytes.append(contentsOf: part.prefix(limit - bytes.count))
                    return bytes.count < limit
                }
                return isWhole
            }
            if isWhole { try reader.finish() }
            return (bytes, isWhole)
        } catch {
            throw FormatError(file: path, reason: error)
        }
    }

    /// Reads an open file to its end, or until `body` has enough.
    private static func forEachPiece(
        of descriptor: Int32, _ body: ([UInt8]) throws(FormatError.Reason) -> Bool
    ) throws(FormatError.Reason) {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw lastError()
            }
            guard count > 0, try body(Array(chunk[..<count])) else { return }
        }
    }
}
