import PhysicalMemory

/// What of a zone changes while a machine runs, for the printers; a layout alone knows none of it.
public struct LiveZone: Hashable, Sendable {
    /// A per-CPU list's moving parts.
    public struct Pageset: Hashable, Sendable {
        public var count: PageCount
        public var high: PageCount

        public init(count: PageCount = 0, high: PageCount = 0) {
            self.count = count
            self.high = high
        }
    }

    /// Free blocks by order.
    public var freeBlocks: [Int]
    /// *Kernel counterpart:* `NR_FREE_PAGES`.
    public var free: PageCount
    public var boost: PageCount
    public var cma: PageCount
    public var pagesets: [CPUID: Pageset]
    /// The zone's other counters, in the order in which they are printed.
    public var counters: [Counter]

    /// A counter by the kernel's name. *Kernel counterpart:* an entry of `vmstat_text`.
    public struct Counter: Hashable, Sendable {
        public var name: String
        public var value: Int

        public init(_ name: String, _ value: Int) {
            self.name = name
            self.value = value
        }
    }

    public init(
        freeBlocks: [Int], free: PageCount, boost: PageCount = 0, cma: PageCount = 0,
        pagesets: [CPUID: Pageset] = [:], counters: [Counter] = []
    ) {
        self.freeBlocks = freeBlocks
        self.free = free
        self.boost = boost
        self.cma = cma
        self.pagesets = pagesets
        self.counters = counters
    }

    /// A zone that has just booted: all its managed frames are free, in the largest blocks that fit.
    ///
    /// Complexity: O(managed ranges × orders).
    public init(booted zone: ZoneLayout, maxOrder: Order) {
        self.init(
            freeBlocks: InitialBlocks(zone.managedRanges, maxOrder: maxOrder).counts, free: zone.managedPages,
            cma: zone.cmaRanges.reduce(0) { $0 + $1.pageCount })
    }
}

/// Where a printer gets a zone's live state from; `nil`: the zone has just booted.
public typealias LiveZones = (NodeID, ZoneType) -> LiveZone?

extension MachineLayout {
    func live(_ node: NodeLayout, _ zone: ZoneLayout, _ zones: LiveZones?) -> LiveZone {
        zones?(node.id, zone.type) ?? LiveZone(booted: zone, maxOrder: maxOrder)
    }
}

extension StringProtocol {
    /// With blanks in front up to `width`.
    func padded(to width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - utf8.count)) + self
    }

    /// With blanks behind up to `width`.
    func filled(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - utf8.count))
    }
}

extension BinaryInteger {
    /// `0x` and at least `width` digits.
    func hexadecimal(width: Int = 16) -> String {
        let digits = String(self, radix: 16)
        return "0x" + String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}
