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
        var blocks = Array(repeating: 0, count: maxOrder.rawValue + 1)
        for range in zone.managedRanges {
            var start = range.lowerBound.rawValue
            let end = range.upperBound.rawValue
            func add(_ order: Int, _ count: UInt64) {
                blocks[order] += Int(clamping: count)
                start += count << UInt64(order)
            }
            // Upwards until a largest block fits, those all at once, then downwards.
            for order in 0..<maxOrder.rawValue where start >> UInt64(order) & 1 == 1 {
                guard start + (1 << UInt64(order)) <= end else { break }
                add(order, 1)
            }
            for order in stride(from: maxOrder.rawValue, through: 0, by: -1) where start < end {
                guard start & ((1 << UInt64(order)) - 1) == 0 else { continue }
                add(order, (end - start) >> UInt64(order))
            }
        }
        self.init(freeBlocks: blocks, free: zone.managedPages)
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
