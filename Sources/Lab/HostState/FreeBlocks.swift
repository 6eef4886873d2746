import PhysicalMemory

/// Free blocks by order, and what their sizes are good for.
public struct FreeBlocks: Hashable, Sendable {
    /// By order. *Kernel counterpart:* `free_area[order].nr_free`.
    public var blocks: [Int]

    /// Counts from outside are held to 0 ... 2⁵⁵ pages an order, so that sums stay within `Int`; orders below 32.
    public init(_ blocks: [Int]) {
        self.blocks = blocks.prefix(32).enumerated().map { min(max(0, $1), (1 << 55) >> $0) }
    }

    public static func + (a: FreeBlocks, b: FreeBlocks) -> FreeBlocks {
        FreeBlocks(
            (0..<max(a.blocks.count, b.blocks.count)).map { order in
                (a.blocks.indices ~= order ? a.blocks[order] : 0) + (b.blocks.indices ~= order ? b.blocks[order] : 0)
            })
    }

    /// The pages in all blocks.
    public var pages: PageCount { pages(from: 0) }

    /// The pages in blocks of at least `order`.
    public func pages(from order: Int) -> PageCount {
        PageCount(blocks.indices.dropFirst(max(0, order)).reduce(0) { $0 + blocks[$1] << $1 })
    }

    /// The part of the free memory that an allocation of `order` cannot use, because it lies in smaller blocks; from 0
    /// to 1. Without free memory it is 1: all of it is unusable.
    ///
    /// The rule is that of Gorman and Whitcroft's "unusable free space index", which debugfs shows in
    /// `extfrag/unusable_index`. *Kernel counterpart:* `unusable_free_index`.
    public func unusableFreeIndex(_ order: Int) -> Double {
        let free = pages.rawValue
        return free == 0 ? 1 : Double(free - pages(from: order).rawValue) / Double(free)
    }

    /// Why an allocation of `order` would fail: towards 0 for lack of memory, towards 1 because of fragmentation.
    /// `nil` if it would not fail. Without free blocks it is 0.
    ///
    /// Compaction is tried where it exceeds `vm.extfrag_threshold` / 1000. debugfs shows it in
    /// `extfrag/extfrag_index`, with -1 for `nil`. *Kernel counterpart:* `__fragmentation_index`.
    public func fragmentationIndex(_ order: Int) -> Double? {
        let count = blocks.reduce(0, +)
        guard count > 0 else { return 0 }
        guard pages(from: order) == 0 else { return nil }
        let requested = 1 << order
        // In thousandths and whole numbers, as the kernel reckons.
        let (scaled, overflow) = pages.rawValue.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return nil }
        return Double(1000 - (1000 + scaled / requested) / count) / 1000
    }
}
