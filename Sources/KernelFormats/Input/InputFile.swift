import Foundation

/// Reads whole files into memory, never more than a limit.
enum InputFile {
    /// The bytes of `path`, unpacked by the `gzip` program if its name ends in `.gz`.
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
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = chunk.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw lastError()
            }
            if count == 0 { return (bytes, true) }
            if bytes.count + count > limit {
                bytes.append(contentsOf: chunk[..<(limit - bytes.count)])
                return (bytes, false)
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func unpack(
        _ packed: Int32, path: String, limit: Int
    ) throws(FormatError) -> (bytes: [UInt8], isWhole: Bool) {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc"]
        gzip.standardInput = FileHandle(fileDescriptor: packed, closeOnDealloc: false)
        let output = Pipe()
        gzip.standardOutput = output
        gzip.standardError = FileHandle.nullDevice
        do {
            try gzip.run()
        } catch {
            throw FormatError(file: path, reason: .unreadable("gzip: \(error.localizedDescription)"))
        }
        let result: (bytes: [UInt8], isWhole: Bool)
        do throws(FormatError.Reason) {
            result = try read(output.fileHandleForReading.fileDescriptor, limit: limit)
        } catch {
            gzip.terminate()
            throw FormatError(file: path, reason: error)
        }
        guard result.isWhole else {
            gzip.terminate()
            return result
        }
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else {
            // gzip writes what it could unpack before it finds the end missing or the check sum wrong.
            throw FormatError(
                file: path, reason: result.bytes.isEmpty ? .unreadable("not a whole gzip file") : .cutShort)
        }
        return result
    }
}
