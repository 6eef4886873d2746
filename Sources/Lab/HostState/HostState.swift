import KernelFormats
import PhysicalMemory

/// What a kernel says of its memory at one moment: numastat, watermarks, per-CPU lists, fragmentation.
///
/// What a kernel version doesn't print, or a reader may not see, is `nil` or empty, and ``notes`` says so.
public struct HostState: Encodable, Sendable {
    public var machine: String
    /// As `uname -r` prints it.
    @OrNull public var kernel: String?
    @OrNull public var pageSize: Int?
    public var nodes: [Node]
    /// Sysctls of `vm` by name, as they are printed.
    public var sysctls: [String: String]
    /// The pages of the process that was asked for.
    public var process: ProcessState?
    public var notes: [String]
    /// What changed since an earlier state, where one was looked at.
    public var changes: Changes?

    /// What changed in some seconds.
    public struct Changes: Encodable, Hashable, Sendable {
        public var seconds: Double
        public var nodes: [NodeChanges]
    }

    public struct NodeChanges: Encodable, Hashable, Sendable {
        public var id: Int
        /// Events of numastat a second, by the kernel's names; `null` without an earlier count, or where it was set
        /// back.
        public var numastatPerSecond: [String: Double?]
        /// By how many pages each zone's free ones became more.
        public var freePages: [String: Int?]
    }

    public struct Node: Encodable, Sendable {
        public var id: Int
        public var cpus: [Int]
        @OrNull public var numastat: NUMAStat?
        /// Summed over the node's zones, by order.
        public var freeBlocks: [Int]
        /// By order, of the node's free memory.
        public var unusableFreeIndex: [Double]
        public var zones: [Zone]
    }

    /// Pages, unless it says otherwise.
    public struct Zone: Encodable, Sendable {
        public var name: String
        @OrNull public var free: Int?
        /// What watermark boosting adds at the moment; it is part of `min`, `low` and `high`.
        @OrNull public var boost: Int?
        @OrNull public var min: Int?
        @OrNull public var low: Int?
        @OrNull public var high: Int?
        @OrNull public var promo: Int?
        @OrNull public var present: Int?
        @OrNull public var managed: Int?
        @OrNull public var pressure: ZonePressure?
        public var pagesets: [Pageset]
        /// By order.
        public var freeBlocks: [Int]
        public var unusableFreeIndex: [Double]
        /// `null` where an allocation of the order would succeed.
        public var fragmentationIndex: [Double?]
        /// By migrate type, then order; empty where pagetypeinfo cannot be read.
        public var freeBlocksByType: [String: [Int]]
        /// Pageblocks by migrate type.
        public var pageblocks: [String: Int]
    }

    /// A CPU's lists of one zone, in pages.
    public struct Pageset: Encodable, Sendable {
        public var cpu: Int
        @OrNull public var count: Int?
        @OrNull public var high: Int?
        @OrNull public var highMin: Int?
        @OrNull public var highMax: Int?
        @OrNull public var batch: Int?
    }
}

extension HostState {
    /// The host as it is now.
    public static func current() -> HostState { HostState(.hostState(), picture: 0, isHost: true) }

    /// The machine of a capture, at its picture of this number from 1. Throws `MachineSourceError.noPicture`.
    public init(_ capture: Capture, picture number: Int) throws(MachineSourceError) {
        guard capture.pictures.indices.contains(number - 1) else {
            throw .noPicture(number, of: capture.pictures.count)
        }
        self.init(capture, picture: number - 1, isHost: false)
    }

    private init(_ capture: Capture, picture index: Int, isHost: Bool) {
        let picture = capture.pictures[index]
        machine = capture.name
        kernel = capture.kernelRelease
        pageSize = capture.pageSize?.rawValue
        sysctls = picture.sysctls
        notes = capture.problemNotes
        var ids = Set(picture.zoneInfo?.zones.map(\.node) ?? [])
        ids.formUnion(picture.buddyInfo?.zones.map(\.node) ?? [])
        ids.formUnion(picture.nodes.map { Array($0.nodes.keys) } ?? [])
        nodes = ids.sorted().map { Node($0, picture) }

        func missing(_ what: String, _ why: String) {
            notes.append("no \(what): \(isHost ? why : "the capture does not have it")")
        }
        if picture.zoneInfo == nil { missing("zones", "/proc/zoneinfo cannot be read") }
        if picture.buddyInfo == nil { missing("free blocks", "/proc/buddyinfo cannot be read") }
        if picture.pageTypeInfo == nil { missing("migrate types", "/proc/pagetypeinfo is root's to read") }
        if nodes.allSatisfy({ $0.numastat == nil }) { missing("numastat", "the kernel has no NUMA, or no numastat") }
    }
}

extension HostState.Node {
    fileprivate init(_ id: NodeID, _ picture: Capture.Picture) {
        self.id = id.rawValue
        let directory = picture.nodes?.nodes[id]
        cpus = directory?.cpus?.map(\.rawValue) ?? []
        numastat = directory.flatMap { NUMAStat($0.statistics) }
        let types = Set(picture.zoneInfo?.zones.filter { $0.node == id }.map(\.type) ?? [])
            .union(picture.buddyInfo?.zones.filter { $0.node == id }.map(\.type) ?? [])
        zones = types.sorted().map { HostState.Zone(id, $0, picture) }.filter(\.isPopulated)
        let sum = zones.map { FreeBlocks($0.freeBlocks) }.reduce(FreeBlocks([]), +)
        freeBlocks = sum.blocks
        unusableFreeIndex = sum.blocks.indices.map(sum.unusableFreeIndex)
    }
}

extension HostState.Zone {
    fileprivate init(_ node: NodeID, _ type: ZoneType, _ picture: Capture.Picture) {
        let info = picture.zoneInfo?.zone(node, type)
        name = type.kernelName
        free = info?.free?.rawValue ?? info?.counters["nr_free_pages"]
        boost = info?.boost?.rawValue
        min = info?.min?.rawValue
        low = info?.low?.rawValue
        high = info?.high?.rawValue
        promo = info?.promo?.rawValue
        present = info?.present?.rawValue
        managed = info?.managed?.rawValue
        pressure = nil
        pagesets = (info?.pagesets ?? []).map { set in
            HostState.Pageset(
                cpu: set.cpu.rawValue, count: set.count?.rawValue, high: set.high?.rawValue,
                highMin: set.highMin?.rawValue, highMax: set.highMax?.rawValue, batch: set.batch?.rawValue)
        }
        let buddies = picture.buddyInfo?.zones.first { $0.node == node && $0.type == type }
        let sum = FreeBlocks(buddies?.blocks ?? [])
        freeBlocks = sum.blocks
        unusableFreeIndex = sum.blocks.indices.map(sum.unusableFreeIndex)
        fragmentationIndex = sum.blocks.indices.map(sum.fragmentationIndex)
        let types = picture.pageTypeInfo
        freeBlocksByType = [:]
        for line in types?.free ?? [] where line.node == node && line.zone == type {
            freeBlocksByType[line.type.kernelName] = line.blocks
        }
        pageblocks = [:]
        for line in types?.pageblocks ?? [] where line.node == node && line.zone == type {
            for (type, count) in line.blocks { pageblocks[type.kernelName] = count }
        }
        if let free, let min, let low, let high {
            pressure = ZonePressure(
                free: PageCount(free), min: PageCount(min), low: PageCount(low), high: PageCount(high))
        }
    }

    /// It has frames, or free blocks.
    fileprivate var isPopulated: Bool { (present ?? managed ?? 0) > 0 || freeBlocks.contains { $0 > 0 } }
}

extension NUMAStat {
    /// From a node's `numastat`, by the kernel's names; `nil` if it has none of them.
    init?(_ statistics: [String: Int]) {
        guard !statistics.isEmpty else { return nil }
        self.init()
        for event in Event.allCases { self[keyPath: event.path] = statistics[event.rawValue] ?? 0 }
    }

    /// The counters by the kernel's names, in the kernel's order.
    public enum Event: String, CaseIterable, Sendable {
        case numaHit = "numa_hit"
        case numaMiss = "numa_miss"
        case numaForeign = "numa_foreign"
        case interleaveHit = "interleave_hit"
        case localNode = "local_node"
        case otherNode = "other_node"

        public var path: WritableKeyPath<NUMAStat, Int> & Sendable {
            switch self {
            case .numaHit: \.numaHit
            case .numaMiss: \.numaMiss
            case .numaForeign: \.numaForeign
            case .interleaveHit: \.interleaveHit
            case .localNode: \.localNode
            case .otherNode: \.otherNode
            }
        }
    }
}
