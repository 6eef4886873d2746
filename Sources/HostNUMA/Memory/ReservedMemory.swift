import Glibc

/// Zeroed address space that costs nothing until it is touched, parts of which can be put on a node.
///
/// The space lies between two pages that may not be accessed, so that an overrun ends the process at once and the
/// kernel never merges the mapping with a neighbour. It is given back when the object is released: whoever keeps
/// `address` must keep the object.
public final class ReservedMemory: @unchecked Sendable {
    // Unchecked: `bindings` is reached with `monitor` held; what the memory holds is its users' to guard.

    /// The first byte; a multiple of the alignment asked for.
    public let address: UnsafeMutableRawPointer
    /// A multiple of the page size.
    public let byteCount: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int
    private let monitor = Monitor()
    private var bindings = 0

    /// The size of a base page in bytes.
    public static var pageSize: Int { MemoryCalls.pageSize }

    /// Reserves `byteCount` bytes, rounded up to whole pages. `alignment` is a power of two.
    ///
    /// Throws `HostError.badSize` or, without room in the address space, `HostError.systemCall`.
    public init(byteCount: Int, alignment: Int = ReservedMemory.pageSize) throws(HostError) {
        precondition(alignment > 0 && alignment & (alignment - 1) == 0, "an alignment is a power of two")
        let page = MemoryCalls.pageSize
        let alignment = max(alignment, page)
        // A quarter of the address space is more than any kernel gives, and leaves the sums below room.
        guard byteCount > 0, byteCount <= Int.max / 4, alignment <= Int.max / 4 else { throw .badSize(byteCount) }
        let rounded = (byteCount + page - 1) / page * page
        let mapped = rounded + alignment + 2 * page
        let mapping = try MemoryCalls.reserve(mapped)
        let start = (UInt(bitPattern: mapping) + UInt(page + alignment - 1)) & ~UInt(alignment - 1)
        let address = mapping + Int(start - UInt(bitPattern: mapping))
        do throws(HostError) {
            try MemoryCalls.forbidAccess(mapping, address - mapping)
            try MemoryCalls.forbidAccess(address + rounded, mapped - (address - mapping) - rounded)
        } catch {
            MemoryCalls.unmap(mapping, mapped)
            throw error
        }
        self.address = address
        self.byteCount = rounded
        self.mapping = mapping
        mappedBytes = mapped
    }

    deinit { MemoryCalls.unmap(mapping, mappedBytes) }

    /// Puts the bytes of `range`, widened to whole pages, on a node: what is touched there later lies there.
    ///
    /// Returns how. For `.firstTouch` nothing is placed yet: either `populate` the range or touch it from the
    /// node's own threads. Touches no page. Throws `HostError`.
    @discardableResult
    public func bind(_ range: Range<Int>, to node: HostNodeID, of host: Host) throws(HostError) -> PlacementWay {
        let way = try host.way(to: node)
        let part = pages(of: range)
        guard !part.isEmpty else { return way }
        if way == .bound {
            try MemoryCalls.bind(address + part.lowerBound, part.count, to: node)
        } else {
            separate(part)
        }
        return way
    }

    /// Asks for huge pages in `range`. Whether there are any, `HugePages` tells afterwards.
    public func preferHugePages(in range: Range<Int>) {
        let part = pages(of: range)
        guard !part.isEmpty else { return }
        _ = MemoryCalls.advise(address + part.lowerBound, part.count, MADV_HUGEPAGE)
    }

    /// Makes the pages of `range` exist, on the node they are bound to or, by first touch, from a CPU of it.
    ///
    /// Takes about a second per GiB. Throws `HostError.systemCall` (`ENOMEM`: the node is full).
    public func populate(_ range: Range<Int>, way: PlacementWay) throws(HostError) {
        let part = pages(of: range)
        guard !part.isEmpty else { return }
        guard case .firstTouch(let cpu) = way else {
            return try Self.touch(address + part.lowerBound, part.count)
        }
        let toucher = try PinnedExecutor(.cpu(cpu), name: "first-touch")
        // The pinned thread borrows the address while this call waits for it.
        nonisolated(unsafe) let start = address + part.lowerBound
        try toucher.runBlocking { () throws(HostError) in try Self.touch(start, part.count) }
    }

    /// Makes pages exist, without changing what they hold.
    private static func touch(_ start: UnsafeMutableRawPointer, _ byteCount: Int) throws(HostError) {
        // Linux 5.14 and later do it in one call, and say so if memory runs out instead of killing the process.
        let madvPopulateWrite: Int32 = 23
        var code = MemoryCalls.advise(start, byteCount, madvPopulateWrite)
        while code == EINTR || code == EAGAIN { code = MemoryCalls.advise(start, byteCount, madvPopulateWrite) }
        if code == 0 { return }
        guard code == EINVAL || code == ENOSYS || code == EPERM else {
            throw .systemCall(name: "madvise(MADV_POPULATE_WRITE)", code: code)
        }
        for offset in stride(from: 0, to: byteCount, by: MemoryCalls.pageSize) {
            let byte = (start + offset).assumingMemoryBound(to: UInt8.self)
            byte.pointee = byte.pointee
        }
    }

    /// `range` widened to whole pages. Traps outside the reservation.
    private func pages(of range: Range<Int>) -> Range<Int> {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "outside the reservation")
        let page = MemoryCalls.pageSize
        guard !range.isEmpty else { return 0..<0 }
        return range.lowerBound / page * page..<(range.upperBound + page - 1) / page * page
    }

    /// Keeps a part a mapping of its own: `numa_maps`, which counts per mapping, is all there is to see
    /// first-touched placement by. The kernel merges neighbours with equal flags, so parts get flags that are
    /// neither the untouched space's nor, in the order of binding, those of the part before.
    private func separate(_ part: Range<Int>) {
        let number = monitor.withLock { () -> Int in
            bindings += 1
            return bindings
        }
        _ = MemoryCalls.advise(address + part.lowerBound, part.count, MADV_DONTDUMP)
        if number % 2 == 0 { _ = MemoryCalls.advise(address + part.lowerBound, part.count, MADV_RANDOM) }
    }
}
