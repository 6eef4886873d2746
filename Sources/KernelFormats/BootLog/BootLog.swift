import PhysicalMemory

/// What a kernel's boot log says of memory: what firmware told it, and what it made of that.
public struct BootLog: Hashable, Sendable {
    /// An entry of the firmware's memory map. *Kernel counterpart:* `struct e820_entry`.
    public struct MapEntry: Hashable, Sendable {
        public var addresses: Range<ByteCount>
        /// `usable`, `reserved`, `ACPI data`, `persistent (type 12)` …
        public var type: String

        public var isUsable: Bool { type == "usable" || type == "System RAM" }
        public var isPersistent: Bool { type.lowercased().hasPrefix("persistent") }
    }

    /// A range of memory on a node.
    public struct NodeRange: Hashable, Sendable {
        public var node: NodeID
        public var addresses: Range<ByteCount>
    }

    /// An entry of the affinity table, the SRAT.
    public struct Affinity: Hashable, Sendable {
        public var node: NodeID
        public var addresses: Range<ByteCount>
        public var isHotPluggable: Bool
        public var isNonVolatile: Bool
    }

    /// A line of `Zone ranges:`; no addresses: the zone is empty.
    public struct ZoneRange: Hashable, Sendable {
        public var zone: ZoneType
        public var addresses: Range<ByteCount>?
    }

    /// `Movable zone start`.
    public struct MovableStart: Hashable, Sendable {
        public var node: NodeID
        public var address: ByteCount
    }

    /// `Initmem setup node`; no addresses: the node has no memory.
    public struct NodeSpan: Hashable, Sendable {
        public var node: NodeID
        public var addresses: Range<ByteCount>?
    }

    /// A zonelist as `mminit_loglevel=4` prints it: what a request for `zone` on `node` may fall back on.
    public struct Zonelist: Hashable, Sendable {
        /// `thisnode`, not `general`.
        public var isThisNode: Bool
        public var node: NodeID
        public var zone: ZoneType
        public var zones: [ZoneName]
    }

    /// The frames of a zone, as old or debugging kernels print them.
    public struct ZonePages: Hashable, Sendable {
        public var node: NodeID
        public var zone: ZoneType
        public var pages: PageCount
        public var batch: PageCount
    }

    /// `Linux version …`, the version alone.
    public var kernel: String?
    /// The whole `Linux version` line.
    public var banner: String?
    public var commandLine: String?
    /// `BIOS-e820`.
    public var firmwareMap: [MapEntry] = []
    /// `user:`, after `mem=` and `memmap=`.
    public var userMap: [MapEntry] = []
    /// `modified:`, after changes of the kernel's own; some come too late for the zones (ACPI tables from the initrd).
    public var modifiedMap: [MapEntry] = []
    /// What the kernel took out of the usable memory: `e820: update`.
    public var withheld: [Range<ByteCount>] = []
    public var affinity: [Affinity] = []
    /// `Early memory node ranges`.
    public var earlyRanges: [NodeRange] = []
    public var zoneRanges: [ZoneRange] = []
    /// `Movable zone start for each node` was printed.
    public var hasMovableStarts = false
    public var movableStarts: [MovableStart] = []
    public var nodeSpans: [NodeSpan] = []
    public var zonePages: [ZonePages] = []
    /// By node, nearest first.
    public var fallbackOrders: [NodeID: [NodeID]] = [:]
    public var zonelists: [Zonelist] = []
    /// `Built N zonelists`.
    public var zonelistCount: Int?
    public var policyZone: ZoneType?
    /// What `Freeing …: NK` gave back, in KiB, in order.
    public var freed: [Freed] = []
    /// Where i386's direct map ends: `mapped low ram`.
    public var mappedLowRAM: ByteCount?
    /// Where the initrd lies: `RAMDISK`.
    public var ramdisk: Range<ByteCount>?
    /// Where contiguous memory areas lie: `cma: Reserved 64 MiB at 0x…`.
    public var contiguousAreas: [Range<ByteCount>] = []
    /// The nodes of CPUs that the affinity table or the start of the CPUs names.
    public var cpuNodes: [CPUID: NodeID] = [:]
    /// The number of CPUs brought up.
    public var cpuCount: Int?
    public var genericInitiators = NodeMask()
    /// The CPU cannot map huge pages, so neither are there transparent ones, whatever the configuration says.
    public var lacksHugePages = false
    /// `numa=fake=` made nodes.
    public var hasFakeNodes = false
    /// The architecture, by a message that only it prints.
    public var architectureMark: MachineSpec.Architecture?
    /// Where the nodes' own structures lie: `NODE_DATA(0) allocated [mem …]`.
    public var nodeData: [NodeID: Range<ByteCount>] = [:]
    /// `Flags` of `mminit::pageflags_layout_widths`.
    public var pageFlagCount: Int?
    /// The widths that the same line prints: section, node, zone, last CPU and process, tag, generation, tier.
    public var pageFlagWidths: [Int]?
    /// Nodes whose workers said that they had initialised the rest of their pages.
    public var deferredNodes: [NodeID] = []
    /// Nodes that may ever come online, if their number is said (`nr_node_ids`).
    public var nodeNumberLimit: Int?
    /// Whether anything was recognized.
    public var isEmpty: Bool { self == BootLog() }

    /// Memory that boot gave back after it had computed the watermarks.
    public struct Freed: Hashable, Sendable {
        public var what: String
        public var kibibytes: Int
    }

    public init() {}
}
