import FoundationEssentials
import Glibc

/// The only way to stdout and stderr.
enum Output {
    /// Writes `text` to stdout. Throws if stdout takes no more, for example because its disk is full.
    static func write(_ text: String) throws {
        try write(Data(text.utf8), to: STDOUT_FILENO)
    }

    static func write(_ data: Data) throws { try write(data, to: STDOUT_FILENO) }

    static func write(_ bytes: [UInt8]) throws { try write(Data(bytes), to: STDOUT_FILENO) }

    /// Writes a whole file, in place of what stood there.
    static func save(_ text: String, to path: String) throws { try save(Data(text.utf8), to: path) }

    static func save(_ data: Data, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        try write(data, to: descriptor, name: path)
    }

    /// Throws if a file at `path` could surely not be written, so that no work is done for nothing.
    static func checkPlace(of path: String) throws {
        var isFolder = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        if isFolder { errno = EISDIR }
        guard !isFolder, access(isThere ? path : folder, W_OK) == 0 else {
            throw Failure(.unavailable, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes a line to stderr. Nobody can be told if that fails.
    static func say(_ line: String) {
        try? write(Data((line + "\n").utf8), to: STDERR_FILENO)
    }

    /// Writes to stderr as is, for progress.
    static func sayRaw(_ text: String) {
        try? write(Data(text.utf8), to: STDERR_FILENO)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    private static func write(_ data: Data, to descriptor: Int32, name: String = "the output") throws {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw Failure(.unavailable, "cannot write \(name): \(String(cString: strerror(errno)))")
            }
        }
    }
}

/// How text for people is set off, where the terminal can and the user wants.
struct TextStyle {
    var isColorful: Bool

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func cyan(_ text: String) -> String { wrap(text, "36") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColorful ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
