import HostNUMA

public typealias PageKind = HostNUMA.PageKind

/// What the kernel takes for pages, by kind of page and pair of nodes.
public struct PageCosts: Hashable, Sendable, Codable {
    /// The first store to a page: the fault, finding a page and zeroing it.
    public var firstTouch: [PageCost] = []
    /// The same by `madvise(MADV_POPULATE_WRITE)`, without a fault per page.
    public var populate: [PageCost] = []
    /// `munmap` of pages that exist.
    public var unmap: [PageCost] = []
    /// `move_pages`: the row's CPU moves pages from its own node (or the nearest memory) to the column's.
    public var migrate: [PageCost] = []
    /// First touch of base pages spread over every node with memory by `MPOL_INTERLEAVE`.
    public var interleave: [InterleaveCost] = []
    /// Kinds or pairs that could not be had.
    public var gaps: [PageGap] = []

    public init() {}
}

public struct PageCost: Hashable, Sendable, Codable {
    /// Index into `cpuNodes`.
    public var row: Int
    /// Index into `memoryNodes`.
    public var column: Int
    public var pages: PageKind
    /// Of one page.
    public var pageBytes: Int
    public var nanosecondsPerPage: Summary
}

public struct InterleaveCost: Hashable, Sendable, Codable {
    /// Index into `cpuNodes`.
    public var row: Int
    public var nanosecondsPerPage: Summary
    /// Pages that were found on each of `memoryNodes`.
    public var pagesPerNode: [Int]
    /// Reading it with one thread, in 10⁹ bytes per second.
    public var readGBps: Summary
}

public struct PageGap: Hashable, Sendable, Codable {
    /// `firstTouch`, `populate`, `unmap`, `migrate` or `interleave`.
    public var operation: String
    public var row: Int
    /// Nil: all columns.
    @Null public var column: Int?
    @Null public var pages: PageKind?
    public var reason: String
}
