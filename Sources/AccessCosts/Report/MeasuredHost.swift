import HostNUMA

/// The host that figures are of.
public struct MeasuredHost: Hashable, Sendable, Codable {
    public struct Node: Hashable, Sendable, Codable {
        public var id: Int
        /// Online ones, ascending.
        public var cpus: [Int]
        /// Those of them that this process may use.
        public var usableCPUs: [Int]
        public var memoryBytes: Int
        /// Free, or easily freed, before the measurement.
        public var availableBytes: Int
        /// Whether this process may have memory of it.
        public var isMemoryAllowed: Bool
    }

    /// `uname -r`.
    public var kernel: String
    /// `uname -m`.
    public var architecture: String
    @Null public var cpuModel: String?
    /// Base pages, in bytes.
    public var pageBytes: Int
    public var nodes: [Node]
    /// CPUs that are there but offline.
    public var offlineCPUs: [Int]
    /// The caches of the first usable CPU, from the nearest; empty if sysfs lists none.
    public var caches: [HostCache]
    /// Who runs this machine: `KVM`, `TCG` and so on; nil on the bare machine, or if nobody says.
    @Null public var hypervisor: String?
    /// An emulator's timings mean nothing.
    public var isEmulated: Bool
    /// A line for people, if something about the topology needs saying.
    @Null public var note: String?
}

/// Settings and limits that spoil figures, or explain them.
public struct MeasuringConditions: Hashable, Sendable, Codable {
    public struct HugePagePool: Hashable, Sendable, Codable {
        public var node: Int
        public var pageBytes: Int
        public var total: Int
        public var free: Int
    }

    /// `kernel.numa_balancing`: not 0: the kernel moves pages and unmaps them to see who uses them.
    @Null public var numaBalancing: Int?
    /// `vm.zone_reclaim_mode`.
    @Null public var zoneReclaimMode: Int?
    /// Frequency governors of the CPUs, each once; empty if this kernel shows none.
    public var governors: [String]
    /// `always`, `madvise` or `never`.
    @Null public var transparentHugePages: String?
    public var hugePagePools: [HugePagePool]
    /// Whether CPUs share cores.
    @Null public var smtActive: Bool?
    /// What the control groups still let this process have, in bytes; nil: no limit.
    @Null public var cgroupRemainingBytes: Int?
    /// The load of the last minute before the measurement.
    @Null public var loadAverage: Double?
    /// How much of the CPUs' time a hypervisor gave to others meanwhile, in per cent; nil in older results.
    @Null public var stolenPercent: Double? = nil
    /// How often the kernel took a CPU from a measuring thread.
    @Null public var involuntarySwitches: Int? = nil
    /// `works`, or why memory cannot be bound to nodes.
    public var binding: String
    /// `works`, or why threads cannot be pinned to CPUs.
    public var pinning: String
    /// `move_pages`, `get_mempolicy`, `numa_maps`: who says here where a page is; nil: nobody.
    @Null public var placementMethod: String?
    /// Built without optimisation: bandwidth and small latencies are the compiler's, not the memory's.
    public var isDebugBuild: Bool
}

/// How figures were got.
public struct MeasuringMethod: Hashable, Sendable, Codable {
    public var isQuick: Bool
    /// Readings per figure.
    public var runs: Int
    /// Memory walked through for latencies, in bytes, by column; nil where there was none.
    public var latencyBufferBytes: [Int?] = []
    /// How many times the last-level cache that is, by column.
    public var timesCache: [Double?] = []
    /// The pages of that memory, by column: `huge1G`, `transparentHuge`, `base`.
    public var latencyPages: [PageKind?] = []
    /// How memory was placed: `bound`, `first-touch`, `only-node`; by column.
    public var placement: [String?] = []
    /// One line per part, for people.
    public var notes: [String] = []
}
