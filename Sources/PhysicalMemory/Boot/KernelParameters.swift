/// The options of a kernel command line that decide how memory is laid out.
///
/// As in the kernel, an option that makes no sense is passed over: ``ignored`` names it.
public struct KernelParameters: Hashable, Sendable {
    /// An amount of memory: so many bytes, or a share of all memory.
    public enum Amount: Hashable, Sendable {
        /// So many bytes.
        case bytes(UInt64)
        /// So many per cent of all memory.
        case percent(UInt64)
    }

    /// `numa=fake=`: nodes made up out of real ones.
    public enum FakeNodes: Hashable, Sendable {
        /// So many nodes in all.
        case count(Int)
        /// Each real node divided into so many.
        case perNode(Int)
        /// Nodes of at least so many bytes.
        case size(UInt64)
    }

    /// One change that `memmap=` or `mem=` makes to the firmware's map.
    public enum MapChange: Hashable, Sendable {
        /// `exactmap`: forget the firmware's map.
        case forget
        /// `size@start`: usable.
        case usable(Range<UInt64>)
        /// `size$start`, `size#start` and `size%start…`: not usable.
        case withhold(Range<UInt64>)
        /// `size!start`: persistent memory.
        case persistent(Range<UInt64>)
        /// A size alone: nothing at or above that address.
        case limit(UInt64)
        /// `mem=`: so much memory, by the architecture's way of counting.
        case total(UInt64)
    }

    /// `mem=` and `memmap=`, in order.
    public var mapChanges: [MapChange] = []
    /// `numa=off`.
    public var numaIsOff = false
    /// `numa=fake=`.
    public var fakeNodes: FakeNodes?
    /// `kernelcore=`. *Kernel counterpart:* `required_kernelcore`.
    public var kernelCore: Amount?
    /// `movablecore=`. *Kernel counterpart:* `required_movablecore`.
    public var movableCore: Amount?
    /// `kernelcore=mirror`. *Kernel counterpart:* `mirrored_kernelcore`.
    public var kernelCoreIsMirrored = false
    /// `movable_node`.
    public var hasMovableNodes = false
    /// `highmem=` of i386: so many bytes of HighMem at most, taken from the direct map where it reaches all memory.
    public var highMemBytes: UInt64?
    /// `vmalloc=` of i386: so many bytes of kernel addresses are kept from the direct map.
    public var vmallocBytes: UInt64?
    /// `cma=`.
    public var cma: ContiguousArea?
    /// `hugetlb_cma=`.
    public var hugePageAreas: HugePageAreas?
    /// `hugepages=` for each `hugepagesz=` (0: the default size), in order.
    public var hugePages: [HugePages] = []
    /// `transparent_hugepage=never`: `false`, `always` or `madvise`: `true`; otherwise `nil`.
    public var transparentHugePages: Bool?
    /// `sysctl.vm.NAME=VALUE`, by name.
    public var sysctls: [String: String] = [:]
    /// Page extensions that are switched by name: `page_owner=on`.
    public var switches: [String: String] = [:]
    /// Options of the above names whose values make no sense.
    public var ignored: [String] = []

    /// Huge pages of one size, taken at boot.
    public struct HugePages: Hashable, Sendable {
        /// 0: the default size.
        public var size: UInt64
        /// How many of them.
        public var count: Int
    }

    /// Reads `line`; quotes protect blanks, `--` ends the kernel's part, `-` and `_` are the same in names.
    public init(_ line: String) {
        var hugePageSize: UInt64 = 0
        for word in Self.words(of: line) {
            if word == "--" { break }
            let equals = word.firstIndex(of: "=")
            let name = String(word[..<(equals ?? word.endIndex)].map { $0 == "-" ? "_" : $0 })
            let value = equals.map { word[word.index(after: $0)...] } ?? ""
            if name == "hugepagesz" {
                hugePageSize = MemorySize.parse(value)?.bytes ?? 0
            } else if !take(name: name, value: value, hugePageSize: hugePageSize) {
                ignored.append(word)
            }
        }
    }

    private static func words(of line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == " " || character == "\t" || character.isNewline {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// The names of options that boot heeds, long enough to tell a slip from another option.
    static let names = [
        "memmap", "kernelcore", "movablecore", "movable_node", "highmem", "vmalloc", "hugetlb_cma", "hugepages",
        "hugepagesz", "transparent_hugepage", "page_owner", "page_table_check", "early_page_ext",
    ]

    /// Whether the option made sense, or is none of ours.
    private mutating func take(name: String, value: Substring, hugePageSize: UInt64) -> Bool {
        switch name {
        case "mem": return takeMemoryLimit(value)
        case "memmap": return value.split(separator: ",").allSatisfy { takeMapChange($0) }
        case "numa": return takeNUMA(value)
        case "kernelcore":
            if value == "mirror" {
                kernelCoreIsMirrored = true
                return true
            }
            return Self.take(value, into: &kernelCore)
        case "movablecore": return Self.take(value, into: &movableCore)
        case "movable_node": hasMovableNodes = true
        case "highmem":
            guard let size = MemorySize.parse(value) else { return false }
            highMemBytes = size.bytes
        case "vmalloc":
            guard let size = MemorySize.parse(value) else { return false }
            vmallocBytes = size.bytes
        case "cma":
            guard let area = ContiguousArea(value) else { return false }
            cma = area
        case "hugetlb_cma":
            guard let areas = HugePageAreas(value) else { return false }
            hugePageAreas = areas
        case "hugepages":
            guard let count = Int(value), count >= 0 else { return false }
            hugePages.append(HugePages(size: hugePageSize, count: count))
        case "transparent_hugepage":
            guard ["always", "madvise", "never"].contains(value) else { return false }
            transparentHugePages = value != "never"
        case "page_owner", "page_table_check", "early_page_ext": switches[name] = value.isEmpty ? "on" : String(value)
        default:
            if name.hasPrefix("sysctl.vm.") || name.hasPrefix("sysctl.vm/") {
                sysctls[String(name.dropFirst("sysctl.vm.".count))] = String(value)
            } else {
                // A kernel passes over what it does not know, and most of it is other drivers'; a slip is not.
                return Self.names.allSatisfy { !$0.isOneSlipAway(from: name) }
            }
        }
        return true
    }

    private mutating func takeMemoryLimit(_ value: Substring) -> Bool {
        guard let size = MemorySize.parse(value), size.bytes > 0 else { return false }
        mapChanges.append(.total(size.bytes))
        return true
    }

    private mutating func takeNUMA(_ value: Substring) -> Bool {
        if value.hasPrefix("off") {
            numaIsOff = true
            return true
        }
        guard value.hasPrefix("fake=") else { return ["on", "noacpi", "nohmat"].contains(value) }
        let text = value.dropFirst("fake=".count)
        if let mark = text.firstIndex(where: { $0 == "U" || $0 == "u" }) {
            guard let count = Int(text[..<mark]), count > 0 else { return false }
            fakeNodes = .perNode(count)
        } else if text.contains(where: { "mMgG".contains($0) }) {
            guard let size = MemorySize.parse(text), size.bytes > 0 else { return false }
            fakeNodes = .size(size.bytes)
        } else {
            guard let count = Int(text.prefix { $0.isNumber }), count > 0 else { return false }
            fakeNodes = .count(count)
        }
        return true
    }

    private mutating func takeMapChange(_ value: Substring) -> Bool {
        if value == "exactmap" {
            mapChanges.append(.forget)
            return true
        }
        guard let size = MemorySize.parse(value), size.bytes > 0 else { return false }
        guard let mark = size.rest.first else {
            mapChanges.append(.limit(size.bytes))
            return true
        }
        guard let start = MemorySize.parse(size.rest.dropFirst()) else { return false }
        let (end, overflow) = start.bytes.addingReportingOverflow(size.bytes)
        guard !overflow else { return false }
        switch mark {
        case "@": mapChanges.append(.usable(start.bytes..<end))
        case "#", "$", "%": mapChanges.append(.withhold(start.bytes..<end))
        case "!": mapChanges.append(.persistent(start.bytes..<end))
        default: return false
        }
        return true
    }

    private static func take(_ value: Substring, into amount: inout Amount?) -> Bool {
        if value.last == "%", let percent = UInt64(value.dropLast()) {
            amount = .percent(percent)
            return true
        }
        guard let size = MemorySize.parse(value) else { return false }
        amount = .bytes(size.bytes)
        return true
    }
}

extension String {
    /// One letter is missing, too many or another, or two neighbours are swapped. Complexity: O(length).
    fileprivate func isOneSlipAway(from other: String) -> Bool {
        let (mine, theirs) = (Array(utf8), Array(other.utf8))
        guard self != other, abs(mine.count - theirs.count) <= 1 else { return false }
        let start = zip(mine, theirs).prefix { $0 == $1 }.count
        let end = zip(mine.reversed(), theirs.reversed()).prefix { $0 == $1 }.count
        let rest = max(mine.count, theirs.count) - start - end
        if rest <= 1 { return true }
        guard rest == 2, mine.count == theirs.count else { return false }
        return mine[start] == theirs[start + 1] && mine[start + 1] == theirs[start]
    }
}
