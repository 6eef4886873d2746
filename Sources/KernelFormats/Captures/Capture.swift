import PhysicalMemory

/// What one machine said of itself: its firmware, its kernel and what that made of the machine's memory.
///
/// A capture loads whatever it lacks: each missing part is `nil` or empty, each damaged line is named in ``problems``.
public struct Capture: Sendable {
    /// The machine at one moment.
    public struct Picture: Sendable {
        /// What was done before it; `nil` for the first.
        public var action: Action?
        public var zoneInfo: ZoneInfo?
        public var buddyInfo: BuddyInfo?
        public var pageTypeInfo: PageTypeInfo?
        public var nodes: NodeDirectory?
        /// Values in `/proc/sys/vm`, by name; those that the kernel does not have are missing.
        public var sysctls: [String: String] = [:]
        /// `/proc/meminfo` in KiB (counts of huge pages in pages), by the kernel's name.
        public var memInfo: [String: Int] = [:]
        public var ioMemory: IOMemory?
        public var memoryBlocks: MemoryBlocks?

        public init() {}
    }

    /// What was done to the machine between two pictures.
    public enum Action: Hashable, Sendable {
        /// Sysctls of these names were written with the values that they had, so that the kernel computed again what
        /// depends on them.
        case rewritten([String])
        /// A file was written.
        case write(path: String, value: String)
        /// Something else, in the capture's words.
        case other(String)
    }

    /// What an error calls the capture.
    public var name: String
    /// At least one.
    public var pictures: [Picture]
    /// `@@machine`: what the emulator was asked for, lines `key value`.
    public var machine: [String: String]
    public var commandLine: String?
    public var bootLog: BootLog
    public var configuration: KernelConfiguration?
    /// Memory as the kernel still knows it after boot, with flags. *Kernel counterpart:* `memblock.memory`.
    public var memblockMemory: [MemblockRegion]
    /// What `/proc/cpuinfo` and `/sys/devices/system/cpu` say of CPUs.
    public var processors: Processors?
    /// `/proc/version` or its like.
    public var version: String?
    /// Lines that make no sense.
    public var problems: SkippedRecords
    /// What had to be left unread, in sentences.
    public var notes: [String]

    /// ``problems`` in a sentence; none if there are none.
    public var problemNotes: [String] {
        guard let first = problems.first.first else { return [] }
        return ["\(problems.count) \(problems.count == 1 ? "line makes" : "lines make") no sense, the first: \(first)"]
    }

    /// The longest text of one file that is read, in bytes: 64 MiB.
    public static let sizeLimit = 1 << 26

    /// A line of debugfs' `memblock/memory`. *Kernel counterpart:* `struct memblock_region`.
    public struct MemblockRegion: Hashable, Sendable {
        public var addresses: Range<ByteCount>
        public var node: NodeID?
        public var isHotPluggable: Bool
        public var isMirrored: Bool
    }
}

extension Capture {
    /// Reads a capture's text; `name` is what errors call it. Never fails: what is no capture gives an empty one.
    public init(parsing text: [UInt8], name: String) {
        self.init(CaptureText(TextLine.lines(of: text, file: name)), name: name)
    }

    init(_ text: CaptureText, name: String) {
        var problems = text.problems
        func section(_ name: String, _ picture: Int = 1) -> [TextLine]? { text.sections[.init(name, picture)] }
        self.name = name
        notes = []
        machine = [:]
        for line in section("machine") ?? [] {
            guard let key = line.words.first else { continue }
            machine[String(key)] = String(line.text.after(String(key))?.trimmed ?? "")
        }
        if let given = machine["name"], !given.isEmpty { self.name = given }
        bootLog = BootLog(section("dmesg") ?? text.loose, problems: &problems)
        let given = section("cmdline")?.first { !$0.text.trimmed.isEmpty }.map { String($0.text.trimmed) }
        commandLine = given ?? bootLog.commandLine
        configuration = section("config").flatMap { KernelConfiguration($0) }
        processors = Processors(section("cpuinfo") ?? [], folder: section("cpus") ?? [], problems: &problems)
        version = section("version")?.first.map(\.text)
        memblockMemory = section("memblock_memory").map { Self.memblock($0, problems: &problems) } ?? []
        pictures = (1...max(1, text.pictureCount)).map { number in
            var picture = Picture()
            picture.action = section("action", number).map(Action.init)
            // A text without sections may hold some of these anywhere.
            let loose = number == 1 ? text.loose : []
            let zones = ZoneInfo(section("zoneinfo", number) ?? loose, problems: &problems)
            picture.zoneInfo = zones.zones.isEmpty ? nil : zones
            let buddies = BuddyInfo(section("buddyinfo", number) ?? loose, problems: &problems)
            picture.buddyInfo = buddies.zones.isEmpty ? nil : buddies
            picture.pageTypeInfo = section("pagetypeinfo", number).map { PageTypeInfo($0, problems: &problems) }
            let nodes =
                section("nodes", number).map { NodeDirectory($0, problems: &problems) }
                ?? NodeDirectory(numactl: loose)
            picture.nodes = nodes.isEmpty ? nil : nodes
            picture.sysctls = section("sysctl", number).map(Self.sysctls) ?? [:]
            picture.memInfo = section("meminfo", number).map(Self.memInfo) ?? [:]
            picture.ioMemory = section("iomem", number).map { IOMemory($0, problems: &problems) }
            picture.memoryBlocks = section("memblocks", number).map { MemoryBlocks($0, problems: &problems) }
            return picture
        }
        self.problems = problems
    }

    private static func sysctls(_ lines: [TextLine]) -> [String: String] {
        var values: [String: String] = [:]
        for line in lines {
            guard let key = line.words.first else { continue }
            let value = line.text.after(String(key))?.trimmed ?? ""
            if value != "absent" { values[String(key)] = String(value) }
        }
        return values
    }

    private static func memInfo(_ lines: [TextLine]) -> [String: Int] {
        var values: [String: Int] = [:]
        for line in lines {
            let words = line.words
            guard words.count >= 2, words[0].hasSuffix(":"), let value = Numbers.count(words[1]) else { continue }
            values[String(words[0].dropLast())] = value
        }
        return values
    }

    /// `   0: 0x0000000040000000..0x000000007fffffff    0 NONE`.
    private static func memblock(_ lines: [TextLine], problems: inout SkippedRecords) -> [MemblockRegion] {
        var regions: [MemblockRegion] = []
        for line in lines {
            let words = line.words
            guard words.count >= 2, words[0].hasSuffix(":") else { continue }
            guard let first = words[1].before(".."), let last = words[1].after(".."),
                let range = Numbers.range("\(first)-\(last)")
            else {
                problems.add(line.error(.badNumber(field: "addresses", text: String(words[1].prefix(60)))))
                continue
            }
            let node = words.count > 2 ? Numbers.node(words[2]) : nil
            let flags = words.dropFirst(2).joined(separator: " ")
            regions.append(
                MemblockRegion(
                    addresses: range, node: node, isHotPluggable: flags.after("HOTPLUG") != nil,
                    isMirrored: flags.after("MIRROR") != nil))
        }
        return regions
    }
}

extension Capture.Action {
    init(_ lines: [TextLine]) {
        let text = lines.map(\.text).joined(separator: " ").trimmed
        let words = text.split(separator: " ")
        if let names = text.after("rewritten unchanged:") {
            self = .rewritten(names.split(separator: " ").map(String.init))
        } else if words.count >= 3, words[0] == "write" {
            self = .write(path: String(words[1]), value: words[2...].joined(separator: " "))
        } else {
            self = .other(String(text))
        }
    }

    /// The sysctl of `/proc/sys/vm` that was written, if one was.
    public var sysctl: (name: String, value: String)? {
        guard case .write(let path, let value) = self, path.hasPrefix("/proc/sys/vm/") else { return nil }
        return (String(path.dropFirst("/proc/sys/vm/".count)), value)
    }
}
