import Glibc

/// A small text file of /proc or /sys, read at once.
struct HostFile {
    /// More than any file this library reads: a `cpumap` of 8192 CPUs has 2.3 kB, `numa_maps` a few MB.
    static let byteLimit = 64 << 20

    let path: String
    let text: String

    /// Nil if there is no such file; throws if it is there and can't be read, is too long or is no UTF-8, which
    /// `repairingText` replaces instead: files that hold paths need it.
    init?(_ path: String, repairingText: Bool = false) throws(HostError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw .unreadable(file: path, code: code)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { break }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw .unreadable(file: path, code: code)
            }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= HostFile.byteLimit else { throw .unreadable(file: path, code: EFBIG) }
        }
        guard
            let text = repairingText ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
        else {
            throw .malformed(file: path, line: 1, reason: "not text")
        }
        self.path = path
        self.text = text
    }

    /// Whether there is something at `path`, a file or a folder.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The lines with their numbers, from 1.
    var lines: some Sequence<(number: Int, text: Substring)> {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().lazy
            .map { (number: $0.offset + 1, text: Substring($0.element)) }
    }

    /// The first line without blanks around it; "" if the file is empty.
    var firstLine: Substring { (text.split(separator: "\n").first ?? "").trimmed }
}

extension Substring {
    var trimmed: Substring {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }

    /// The words between blanks.
    var words: [Substring] { split(whereSeparator: \.isWhitespace) }
}

extension HostFile {
    /// The numbers of a list as the kernel prints it, `0-3,8,10-11`, sorted; an empty line is the empty list.
    ///
    /// Throws `HostError.malformed` on anything else, and on numbers from `limit` on.
    static func numbers(
        inList list: Substring, below limit: Int, file: String, line: Int
    ) throws(HostError) -> [Int] {
        var seen = Set<Int>()
        for part in list.trimmed.split(separator: ",", omittingEmptySubsequences: false) {
            if part.isEmpty && list.trimmed.isEmpty { break }
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = number(ends[0]), let last = number(ends[ends.count - 1]), first <= last else {
                throw .malformed(file: file, line: line, reason: "'\(part.prefix(40))' is no number or range")
            }
            guard last < limit else {
                throw .malformed(file: file, line: line, reason: "\(last) is not below \(limit)")
            }
            seen.formUnion(first...last)
        }
        return seen.sorted()
    }

    /// A decimal number of ASCII digits alone: no sign, no blank. Nil if it does not fit.
    static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    func cpuList() throws(HostError) -> [HostCPU] {
        try HostFile.numbers(inList: firstLine, below: HostCPU.limit, file: path, line: 1)
            .compactMap(HostCPU.init(rawValue:))
    }

    func nodeList() throws(HostError) -> [HostNodeID] {
        try HostFile.numbers(inList: firstLine, below: HostNodeID.limit, file: path, line: 1)
            .compactMap(HostNodeID.init(rawValue:))
    }
}
