import Glibc

/// Where the pages of a process lie: its `/proc/PID/numa_maps`.
public struct ProcessMemory: Hashable, Sendable {
    /// What backs a mapping, as the kernel's file names it.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        case anonymous, heap, stack, file
        /// hugetlbfs; transparent huge pages count with their mapping's own kind.
        case huge
    }

    public struct Mapping: Hashable, Sendable {
        public let start: UInt
        /// `default`, `bind:0-1`, `interleave:0,2` ….
        public let policy: String
        public let kind: Kind
        /// The path of the file, if there is one.
        public let file: String?
        /// The bytes of a page: what ``pages`` counts in.
        public let pageBytes: Int
        public let pages: [HostNodeID: Int]
        /// Pages that belong to no file; in a private mapping of a file, the process's own copies.
        public let anonymousPages: Int

        /// In bytes, held at 2⁶¹.
        public var bytes: Int { clamped(pages.values.reduce(0, +), pageBytes) }
        public func bytes(on node: HostNodeID) -> Int { clamped(pages[node] ?? 0, pageBytes) }
        public var anonymousBytes: Int { clamped(anonymousPages, pageBytes) }
    }

    public let pid: Int
    /// `comm`: at most 15 characters; "" if it cannot be read.
    public let name: String
    /// In the order of their addresses; those without pages are left out.
    public let mappings: [Mapping]

    /// Reads the process's file. `root` is "" or a folder that mirrors a machine.
    ///
    /// Throws ``ProcessMemoryError``. Complexity: the kernel walks the process's page tables meanwhile.
    public init(of pid: Int, root: String = "") throws(ProcessMemoryError) {
        let folder = "\(root)/proc/\(pid)"
        guard access(folder, F_OK) == 0 else { throw .noSuchProcess(pid: pid) }
        do throws(HostError) {
            guard let file = try HostFile(folder + "/numa_maps", repairingText: true) else {
                if access(folder, F_OK) != 0 { throw HostError.unreadable(file: folder, code: ESRCH) }
                throw .missing(file: folder + "/numa_maps")
            }
            var mappings: [Mapping] = []
            for (number, line) in file.lines where !line.isEmpty {
                let mapping = try Mapping(line, file: file.path, number: number)
                if mapping.bytes > 0 { mappings.append(mapping) }
            }
            self.pid = pid
            self.mappings = mappings
            let name = try? HostFile(folder + "/comm", repairingText: true)
            self.name = name.map { String($0.firstLine) } ?? ""
        } catch {
            switch error {
            case .unreadable(_, ESRCH): throw .noSuchProcess(pid: pid)
            case .unreadable(let file, let code) where code == EACCES || code == EPERM:
                throw .noRight(pid: pid, file: file)
            case .missing(let file): throw .notKept(file: file)
            default: throw .host(error)
            }
        }
    }

    /// The nodes that have pages of it, ascending.
    public var nodes: [HostNodeID] { Set(mappings.flatMap(\.pages.keys)).sorted() }

    /// The bytes of the mappings of a kind on a node.
    public func bytes(_ kind: Kind, on node: HostNodeID) -> Int {
        mappings.reduce(0) { sum($0, $1.kind == kind ? $1.bytes(on: node) : 0) }
    }

    /// The bytes on a node.
    public func bytes(on node: HostNodeID) -> Int { mappings.reduce(0) { sum($0, $1.bytes(on: node)) } }

    /// The bytes that belong to no file, wherever they lie: the kernel doesn't say it by node.
    public var anonymousBytes: Int { mappings.reduce(0) { sum($0, $1.anonymousBytes) } }
}

/// Why a process's pages cannot be shown.
public enum ProcessMemoryError: Error, Hashable, Sendable, CustomStringConvertible {
    case noSuchProcess(pid: Int)
    case noRight(pid: Int, file: String)
    /// The kernel has no such file: it was built without NUMA.
    case notKept(file: String)
    case host(HostError)

    public var description: String {
        switch self {
        case .noSuchProcess(let pid): "no process \(pid)"
        case .noRight(let pid, let file):
            "\(file): no right to read it; process \(pid) belongs to someone else, or may not be traced"
        case .notKept(let file): "\(file) is missing: this kernel keeps no pages by node (built without NUMA)"
        case .host(let error): error.description
        }
    }
}

/// No process has more bytes; two such numbers can be added.
private let byteLimit = 1 << 61

private func clamped(_ pages: Int, _ pageBytes: Int) -> Int {
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: pageBytes)
    return overflow ? byteLimit : min(bytes, byteLimit)
}

private func sum(_ a: Int, _ b: Int) -> Int { min(a + b, byteLimit) }

extension ProcessMemory.Mapping {
    /// Reads a line of `numa_maps`. Throws `HostError.malformed`.
    init(_ line: Substring, file: String, number: Int) throws(HostError) {
        let words = line.words
        guard words.count >= 2, let start = UInt(words[0], radix: 16) else {
            throw .malformed(file: file, line: number, reason: "no address and policy")
        }
        var pages: [HostNodeID: Int] = [:]
        var kind = ProcessMemory.Kind.anonymous
        var path: String?
        var (kibibytes, anonymous) = (4, 0)
        func count(_ text: Substring) throws(HostError) -> Int {
            guard let value = HostFile.number(text), value <= 1 << 40 else {
                throw .malformed(file: file, line: number, reason: "'\(text.prefix(40))' is no count")
            }
            return value
        }
        for word in words.dropFirst(2) {
            let sides = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else {
                switch word {
                case "heap": kind = .heap
                case "stack": kind = .stack
                case "huge": kind = .huge
                default: break
                }
                continue
            }
            switch sides[0] {
            case "file":
                path = Self.unescaped(sides[1])
                if kind == .anonymous { kind = .file }
            case "anon": anonymous = try count(sides[1])
            case "kernelpagesize_kB": kibibytes = try count(sides[1])
            default:
                guard sides[0].first == "N", let id = HostFile.number(sides[0].dropFirst()) else { continue }
                guard let node = HostNodeID(rawValue: id) else {
                    throw .malformed(file: file, line: number, reason: "\(id) is no node")
                }
                pages[node] = try count(sides[1])
            }
        }
        guard 1...(16 << 20) ~= kibibytes else {
            throw .malformed(file: file, line: number, reason: "\(kibibytes) is no page size in kB")
        }
        self.init(
            start: start, policy: String(words[1]), kind: kind, file: path, pageBytes: kibibytes << 10, pages: pages,
            anonymousPages: anonymous)
    }

    /// The kernel writes blanks, tabs, line ends, `=` and `\` of a path as a backslash and three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
