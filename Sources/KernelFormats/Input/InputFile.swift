import Glibc

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
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
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
        do throws(FormatError.Reason) {
            return try output(of: ["gzip", "-dc"], input: packed, limit: limit)
        } catch {
            throw FormatError(file: path, reason: error)
        }
    }

    /// What a program prints, at most `limit` bytes; it is given no input and no environment.
    static func output(of command: [String], limit: Int) throws(FormatError.Reason) -> [UInt8] {
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nothing >= 0 else { throw lastError() }
        defer { close(nothing) }
        return try output(of: command, input: nothing, limit: limit).bytes
    }

    private static func output(
        of command: [String], input: Int32, limit: Int
    ) throws(FormatError.Reason) -> (bytes: [UInt8], isWhole: Bool) {
        let (process, output) = try start(command, input: input)
        var status: Int32 = 0
        let result: (bytes: [UInt8], isWhole: Bool)
        do {
            defer {
                // With its reader gone, a program that has more to say ends too.
                close(output)
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
            }
            result = try read(output, limit: limit)
        }
        guard !result.isWhole || status == 0 else {
            // gzip writes what it could unpack before it finds the end missing or the check sum wrong.
            throw result.bytes.isEmpty ? .unreadable("\(command[0]) cannot make sense of it") : .cutShort
        }
        return result
    }

    /// Starts a program on an open file and returns its process and the socket that its output comes from.
    ///
    /// Not Foundation's `Process`: it alone would bring all of Foundation into the static program, 45 MB.
    private static func start(_ command: [String], input: Int32) throws(FormatError.Reason) -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        // Not a pipe: Swift doesn't see `pipe2`, and without it another thread's child could inherit the ends.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw lastError() }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)

        let words = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        // An empty environment: gzip would take options from GZIP.
        let failure = posix_spawnp(&process, command[0], &actions, nil, words, [nil])
        guard failure == 0 else {
            close(ends[0])
            throw .unreadable("\(command[0]): \(String(cString: strerror(failure)))")
        }
        return (process, ends[0])
    }
}
