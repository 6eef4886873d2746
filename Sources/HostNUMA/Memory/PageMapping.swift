import CNUMA
import Glibc

/// How the kernel chooses nodes for a mapping's pages.
public enum MappingPolicy: Hashable, Sendable {
    /// The node of the CPU that touches a page first. *Kernel counterpart:* `MPOL_DEFAULT`
    case firstTouch
    /// This node or none. *Kernel counterpart:* `MPOL_BIND`
    case bind(HostNodeID)
    /// This node while it has room. *Kernel counterpart:* `MPOL_PREFERRED`
    case preferred(HostNodeID)
    /// These by turns. *Kernel counterpart:* `MPOL_INTERLEAVE`
    case interleave([HostNodeID])
    /// These by turns as long as their weights say; Linux 6.9 and later. *Kernel counterpart:*
    /// `MPOL_WEIGHTED_INTERLEAVE`
    case weightedInterleave([HostNodeID])
}

/// Memory in pages of one kind that comes into being, moves and goes when it is told: for measuring just that.
///
/// Whoever keeps `address` must keep the object, and must not use it after `unmap()`.
public final class PageMapping: @unchecked Sendable {
    // Unchecked: `isMapped` is its owner's, who uses it from one thread at a time.

    /// A multiple of the page size, for transparent huge pages of 2 MiB.
    public let address: UnsafeMutableRawPointer
    /// A multiple of the page size.
    public let byteCount: Int
    public let pages: PageKind
    private let start: UnsafeMutableRawPointer
    private let mappedBytes: Int
    private var isMapped = true

    /// Maps `byteCount` bytes, rounded up to whole pages; no page exists yet.
    ///
    /// Throws `HostError.badSize` or `.systemCall`: `ENOMEM` if a pool has too few huge pages.
    public init(byteCount: Int, pages: PageKind) throws(HostError) {
        let size = pages.byteCount
        guard byteCount > 0, byteCount <= Int.max / 4 else { throw .badSize(byteCount) }
        let rounded = (byteCount + size - 1) / size * size
        switch pages {
        case .huge2M, .huge1G:
            mappedBytes = rounded
            start = try MemoryCalls.reserveHuge(rounded, pageBytes: size)
            address = start
        case .base, .transparentHuge:
            // Pages that may not be accessed keep the kernel from merging the mapping with a neighbour.
            let fence = MemoryCalls.pageSize
            mappedBytes = rounded + size + 2 * fence
            start = try MemoryCalls.reserve(mappedBytes)
            let first = (UInt(bitPattern: start) + UInt(fence + size - 1)) & ~UInt(size - 1)
            address = start + Int(first - UInt(bitPattern: start))
            let after = start + mappedBytes - fence
            do throws(HostError) {
                try MemoryCalls.forbidAccess(start, fence)
                try MemoryCalls.forbidAccess(after, fence)
            } catch {
                MemoryCalls.unmap(start, mappedBytes)
                throw error
            }
            // A kernel without huge pages declines: there are none then, as asked.
            _ = MemoryCalls.advise(start, mappedBytes, pages == .base ? MADV_NOHUGEPAGE : MADV_HUGEPAGE)
        }
        self.byteCount = rounded
        self.pages = pages
    }

    deinit { unmap() }

    /// Pages of `pages`' kind.
    public var pageCount: Int { byteCount / pages.byteCount }

    /// Says where pages are to come from. Throws `HostError.systemCall`: `EINVAL` if the kernel has no such policy.
    ///
    /// The corresponding C function is `mbind`.
    public func place(_ policy: MappingPolicy) throws(HostError) {
        // The kernel's number; older headers have no name for it.
        let weightedInterleave: Int32 = 6
        switch policy {
        case .firstTouch: return
        case .bind(let node): try MemoryCalls.setPolicy(address, byteCount, MPOL_BIND, [node])
        case .preferred(let node): try MemoryCalls.setPolicy(address, byteCount, MPOL_PREFERRED, [node])
        case .interleave(let nodes): try MemoryCalls.setPolicy(address, byteCount, MPOL_INTERLEAVE, nodes)
        case .weightedInterleave(let nodes):
            try MemoryCalls.setPolicy(address, byteCount, weightedInterleave, nodes)
        }
    }

    /// Makes all pages exist at once. Throws `HostError.systemCall`: `ENOMEM` or `EFAULT` without enough pages,
    /// `EINVAL` before Linux 5.14.
    ///
    /// The corresponding C function is `madvise` with `MADV_POPULATE_WRITE`.
    public func populate() throws(HostError) {
        let madvPopulateWrite: Int32 = 23
        var code: Int32
        repeat {
            code = MemoryCalls.advise(address, byteCount, madvPopulateWrite)
        } while code == EINTR || code == EAGAIN
        if code != 0 { throw .systemCall(name: "madvise(MADV_POPULATE_WRITE)", code: code) }
    }

    /// Stores to each page once: where it is not there, the kernel must find one.
    public func touch() {
        let step = pages.byteCount
        var at = address
        let end = address + byteCount
        while at < end {
            at.storeBytes(of: 1, as: UInt8.self)
            at += step
        }
    }

    /// The node of each page, by `move_pages`; nil for one that does not exist. Throws `HostError.systemCall`.
    public func nodes() throws(HostError) -> [HostNodeID?] {
        try MemoryCalls.nodes(of: addresses()).map { HostNodeID(rawValue: $0) }
    }

    /// Moves every page to a node, and returns how many are there then.
    ///
    /// The corresponding C function is `move_pages`.
    public func move(to node: HostNodeID) throws(HostError) -> Int {
        try MemoryCalls.move(addresses(), to: node).count { $0 == node.rawValue }
    }

    /// How much of it is in transparent huge pages; nil if the kernel won't say.
    public func hugePageBytes() throws(HostError) -> Int? {
        try HugePages.bytes(in: start, byteCount: mappedBytes)
    }

    /// Gives everything back; later calls do nothing.
    ///
    /// The corresponding C function is `munmap`.
    public func unmap() {
        guard isMapped else { return }
        isMapped = false
        MemoryCalls.unmap(start, mappedBytes)
    }

    private func addresses() -> [UnsafeMutableRawPointer] {
        (0..<pageCount).map { address + $0 * pages.byteCount }
    }
}
