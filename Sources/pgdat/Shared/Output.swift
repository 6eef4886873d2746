import FoundationEssentials
import Glibc
import KernelFormats

/// The only way to stdout and stderr. Whatever text goes there is made printable on the way: names and values come from
/// files of others, and only colours of our own reach the terminal.
enum Output {
    /// Writes `text` to stdout. Throws if stdout takes no more, for example because its disk is full.
    static func write(_ text: String) throws {
        try write(Data(printable(text)), to: STDOUT_FILENO)
    }

    /// Writes JSON to stdout.
    static func write(json: [UInt8]) throws {
        try write(Data(PrintableText.escaped(json, .json)), to: STDOUT_FILENO)
    }

    private static func printable(_ text: String) -> [UInt8] {
        TextStyle.rendered(PrintableText.escaped(Array(text.utf8), .visible))
    }

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
        try? write(Data(printable(line + "\n")), to: STDERR_FILENO)
    }

    /// Writes `text` over stderr's last line.
    static func sayInPlace(_ text: String) {
        try? write(Data("\r\u{1B}[K".utf8) + Data(printable(text)), to: STDERR_FILENO)
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

    func wrap(_ text: String, _ code: String) -> String {
        isColorful ? "\(Self.mark)[\(code)m\(text)\(Self.mark)[0m" : text
    }

    /// Stands for an escape character until the text is written: a character for private use, another in each run, so
    /// that no input can know it.
    private static let mark = Character(Unicode.Scalar(UInt32.random(in: 0xf0000...0xffffd))!)

    /// Puts escape characters in place of marks that begin a colour.
    static func rendered(_ bytes: [UInt8]) -> [UInt8] {
        let pattern = Array(String(mark).utf8)
        guard bytes.contains(pattern[0]) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let rest = bytes[place...]
            if rest.starts(with: pattern), isColor(rest.dropFirst(pattern.count)) {
                result.append(0x1b)
                place += pattern.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }

    /// `[31m`, `[48;5;52m`.
    private static func isColor(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "[") else { return false }
        let end = text.dropFirst().prefix(24).first { !($0 == UInt8(ascii: ";") || 0x30...0x39 ~= $0) }
        return end == UInt8(ascii: "m")
    }
}
