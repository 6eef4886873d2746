/// A machine's description: all that boot needs to lay out its memory, and the one input of it.
///
/// Every source of machines (the host, a capture, a preset, a `.json` file) ends here. The JSON form is this type's
/// `Codable` form; sizes and addresses are bytes, a missing key takes the default that its property states.
public struct MachineSpec: Hashable, Sendable, Codable {
    /// Which rules of layout apply.
    public enum Architecture: String, CaseIterable, Hashable, Sendable, Codable {
        /// 64-bit x86.
        // swift-format-ignore: AlwaysUseLowerCamelCase
        case x86_64
        /// 32-bit x86 without Physical Address Extension.
        case i386
        /// 32-bit x86 with Physical Address Extension.
        case i386PAE
        /// 64-bit ARM.
        case arm64
        /// 64-bit POWER, of either byte order.
        case ppc64
        /// 64-bit RISC-V.
        case riscv64
        /// IBM Z.
        case s390x
        /// An architecture whose own rules are not modelled: memory is laid out by the common ones.
        case other
    }

    /// A range of physical memory. *Kernel counterpart:* `struct memblock_region` and what firmware says of it.
    public struct MemoryRange: Hashable, Sendable, Codable {
        /// What firmware says that the range is.
        public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
            /// Memory for the page allocator and the kernel itself.
            case usable
            /// Present but withheld, for example by firmware.
            case reserved
            /// Persistent memory: zone Device if it is in use as such.
            case persistent
        }
        /// First byte.
        public var start: ByteCount
        /// One past the last byte.
        public var end: ByteCount
        /// The node that it belongs to, where ``MachineSpec/affinity`` does not say.
        public var node: NodeID
        /// What it is.
        public var kind: Kind
        /// Firmware says that it can be taken away while the machine runs. *Kernel counterpart:* `MEMBLOCK_HOTPLUG`.
        public var isHotPluggable: Bool
        /// Firmware keeps a second copy. *Kernel counterpart:* `MEMBLOCK_MIRROR`.
        public var isMirrored: Bool

        /// Bytes from `start` to before `end`.
        public init(
            start: ByteCount, end: ByteCount, node: NodeID, kind: Kind = .usable,
            isHotPluggable: Bool = false, isMirrored: Bool = false
        ) {
            self.start = start
            self.end = end
            self.node = node
            self.kind = kind
            self.isHotPluggable = isHotPluggable
            self.isMirrored = isMirrored
        }
    }

    /// What firmware says of a range's node, whether memory is there or not. *Kernel counterpart:* an entry of the
    /// SRAT, `struct numa_memblk`.
    public struct AffinityRange: Hashable, Sendable, Codable {
        /// First byte.
        public var start: ByteCount
        /// One past the last byte.
        public var end: ByteCount
        /// The node that memory there belongs to.
        public var node: NodeID
        /// Memory may come and go there while the machine runs.
        public var isHotPluggable: Bool

        /// Bytes from `start` to before `end`.
        public init(start: ByteCount, end: ByteCount, node: NodeID, isHotPluggable: Bool = false) {
            self.start = start
            self.end = end
            self.node = node
            self.isHotPluggable = isHotPluggable
        }
    }

    /// A range of bytes of physical memory.
    public struct ByteRange: Hashable, Sendable, Codable {
        /// First byte.
        public var start: ByteCount
        /// One past the last byte.
        public var end: ByteCount

        /// Bytes from `start` to before `end`.
        public init(start: ByteCount, end: ByteCount) {
            self.start = start
            self.end = end
        }
    }

    /// One node: what is on it besides memory, and how far it is from the others.
    public struct Node: Hashable, Sendable, Codable {
        /// The node's number.
        public var id: NodeID
        /// Online CPUs.
        public var cpus: [CPUID]
        /// Distance to each of the spec's nodes, in the order of ``MachineSpec/nodes``; 10 is local.
        public var distances: [Int]
        /// It has devices that access memory, perhaps no CPUs. *Kernel counterpart:* `N_GENERIC_INITIATOR`.
        public var isGenericInitiator: Bool
        /// What the node's zones manage together, where only that is known; `nil`: it is not.
        /// *Kernel counterpart:* `MemTotal` of the node's `meminfo`.
        public var managedBytes: ByteCount?
        /// Where the kernel put the node's own structure, if a log says so. *Kernel counterpart:* `NODE_DATA`.
        public var structure: ByteRange?

        /// A node with these CPUs at these distances.
        public init(id: NodeID, cpus: [CPUID] = [], distances: [Int] = [], isGenericInitiator: Bool = false) {
            self.id = id
            self.cpus = cpus
            self.distances = distances
            self.isGenericInitiator = isGenericInitiator
        }
    }

    /// Where a zone lies, as a kernel says.
    public struct ZoneExtent: Hashable, Sendable, Codable {
        /// Its first frame. *Kernel counterpart:* `zone_start_pfn`.
        public var startPFN: PFN
        /// Frames from the first to the last. *Kernel counterpart:* `spanned_pages`.
        public var spannedPages: PageCount
        /// Frames that exist; at most ``spannedPages``. *Kernel counterpart:* `present_pages`.
        public var presentPages: PageCount

        /// A zone that begins with frame `startPFN`.
        public init(startPFN: PFN, spannedPages: PageCount, presentPages: PageCount) {
            self.startPFN = startPFN
            self.spannedPages = spannedPages
            self.presentPages = presentPages
        }
    }

    /// What is known of one zone beforehand, because it cannot be computed or somebody read it off a kernel.
    public struct ZoneInput: Hashable, Sendable, Codable {
        /// The node.
        public var node: NodeID
        /// The zone's type.
        public var zone: ZoneType
        /// Frames handed to the page allocator at boot. *Kernel counterpart:* `managed_pages`.
        public var managedPages: PageCount
        /// Where it lies; `nil`: as boot computes it. A node of which one zone says so has those zones that say so.
        public var extent: ZoneExtent?

        /// The zone of type `zone` on `node` manages so many frames.
        public init(node: NodeID, zone: ZoneType, managedPages: PageCount, extent: ZoneExtent? = nil) {
            self.node = node
            self.zone = zone
            self.managedPages = managedPages
            self.extent = extent
        }
    }

    /// Configuration switches and build constants of the kernel.
    public struct Configuration: Hashable, Sendable, Codable {
        /// *Kernel counterpart:* `CONFIG_NUMA`.
        public var hasNUMA = true
        /// *Kernel counterpart:* `CONFIG_ZONE_DMA`.
        public var hasZoneDMA = true
        /// *Kernel counterpart:* `CONFIG_ZONE_DMA32`.
        public var hasZoneDMA32 = true
        /// *Kernel counterpart:* `CONFIG_HIGHMEM`.
        public var hasHighMem = false
        /// *Kernel counterpart:* `CONFIG_ZONE_DEVICE`.
        public var hasZoneDevice = true
        /// Where `false`, `numa=fake=` is passed over. *Kernel counterpart:* `CONFIG_NUMA_EMU`.
        public var hasNUMAEmulation = true
        /// `CONFIG_TRANSPARENT_HUGEPAGE`, on a machine that has huge pages.
        public var hasTransparentHugePages = true
        /// Where the command line does not say: not `CONFIG_TRANSPARENT_HUGEPAGE_NEVER`.
        public var transparentHugePagesAreEnabled = true
        /// log₂ of the frames of a pageblock. *Kernel counterpart:* `pageblock_order`.
        public var pageblockOrder: Order = 9
        /// *Kernel counterpart:* `MAX_PAGE_ORDER`.
        public var maxOrder: Order = 10
        /// How pages are found, and what they remember; `nil`: as distributions configure it.
        public var memoryMap: MemoryMapOptions?

        /// A description of these parts; see each property.
        public init() {}
    }

    /// What reports call the machine.
    public var name: String
    /// Whose rules of layout hold.
    public var architecture: Architecture
    /// The version whose rules hold.
    public var kernel: KernelVersion
    /// Bytes of a frame.
    public var pageSize: ByteCount
    /// The kernel's build options.
    public var configuration: Configuration
    /// Physical memory by address.
    public var memory: [MemoryRange]
    /// Where not empty, it and not ``MemoryRange/node`` says which node usable memory belongs to.
    public var affinity: [AffinityRange] = []
    /// The nodes, ascending by number.
    public var nodes: [Node]
    /// The nodes that may ever come online; `nil`: those of ``nodes`` and ``memory``.
    public var possibleNodes: NodeMask?
    /// ``memory`` is what a kernel made of its firmware's map (`Early memory node ranges`): command line options that
    /// change the map or its nodes have been applied already.
    public var memoryIsAsBooted = false
    /// ``nodes`` are those of a running kernel: `numa=off` and `numa=fake=` have been applied already.
    public var nodesAreAsBooted = false
    /// On x86: page 0 and 640 KiB to 1 MiB are in use by firmware, though the map (e820) may call them usable. The
    /// kernel takes them out.
    public var hasLegacyFirmwareArea = false
    /// Where the kernel's image, initrd and the like lie before zones are laid out. `movable_node` spares their nodes.
    public var kernelRanges: [ByteRange] = []
    /// Where contiguous memory areas lie, if a log says so; `nil`: as `cma=` and the configuration have it.
    public var contiguousRanges: [ByteRange]?
    /// The kernel command line, unparsed.
    public var commandLine: String
    /// Values of `/proc/sys/vm` that somebody set, by the kernel's name without the `vm.` in front.
    public var sysctls: [String: String]
    /// Where i386's direct map ends; `nil`: not i386, or to be estimated.
    public var lowmemBytes: ByteCount?
    /// On arm64: the greatest address + 1 that every device can reach, where firmware gives one below 4 GiB.
    /// *Kernel counterpart:* `zone_dma_limit`.
    public var dmaLimitBytes: ByteCount?
    /// What is known of zones beforehand.
    public var zoneInputs: [ZoneInput]

    /// A description of these parts; see each property.
    public init(
        name: String, architecture: Architecture = .x86_64, kernel: KernelVersion = .reference,
        pageSize: ByteCount = 4096, configuration: Configuration = Configuration(), memory: [MemoryRange] = [],
        nodes: [Node] = [], commandLine: String = "", sysctls: [String: String] = [:],
        lowmemBytes: ByteCount? = nil, zoneInputs: [ZoneInput] = []
    ) {
        self.name = name
        self.architecture = architecture
        self.kernel = kernel
        self.pageSize = pageSize
        self.configuration = configuration
        self.memory = memory
        self.nodes = nodes
        self.commandLine = commandLine
        self.sysctls = sysctls
        self.lowmemBytes = lowmemBytes
        self.zoneInputs = zoneInputs
    }
}
