import CNUMA
import Glibc

/// The system calls for memory on nodes, one per function. Each throws `HostError.systemCall`.
enum MemoryCalls {
    /// The size of a base page in bytes.
    static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Reserves zeroed address space, of which no page exists until it is touched.
    ///
    /// The corresponding C function is `mmap` with `MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE`.
    static func reserve(_ byteCount: Int) throws(HostError) -> UnsafeMutableRawPointer {
        let address = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let address, address != MAP_FAILED else { throw .systemCall(name: "mmap", code: errno) }
        return address
    }

    /// Reserves address space in huge pages of a pool: fails with `ENOMEM` if the pool has too few.
    ///
    /// The corresponding C function is `mmap` with `MAP_HUGETLB` and the size's logarithm above it.
    static func reserveHuge(_ byteCount: Int, pageBytes: Int) throws(HostError) -> UnsafeMutableRawPointer {
        let size = Int32(pageBytes.trailingZeroBitCount) << 26
        let address = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size, -1, 0)
        guard let address, address != MAP_FAILED else { throw .systemCall(name: "mmap(MAP_HUGETLB)", code: errno) }
        return address
    }

    /// Gives address space back.
    ///
    /// The corresponding C function is `munmap`.
    static func unmap(_ address: UnsafeMutableRawPointer, _ byteCount: Int) {
        munmap(address, byteCount)
    }

    /// Forbids every access, which makes the pages a fence.
    ///
    /// The corresponding C function is `mprotect` with `PROT_NONE`.
    static func forbidAccess(_ address: UnsafeMutableRawPointer, _ byteCount: Int) throws(HostError) {
        guard mprotect(address, byteCount, PROT_NONE) == 0 else {
            throw .systemCall(name: "mprotect", code: errno)
        }
    }

    /// Says how memory will be used. Returns 0 or an errno value: advice may be declined.
    ///
    /// The corresponding C function is `madvise`.
    static func advise(_ address: UnsafeMutableRawPointer, _ byteCount: Int, _ advice: Int32) -> Int32 {
        madvise(address, byteCount, advice) == 0 ? 0 : errno
    }

    /// Binds memory to one node: later pages come from there or not at all; pages of ours elsewhere are moved.
    ///
    /// The corresponding C function is `mbind` with `MPOL_BIND` and `MPOL_MF_MOVE`.
    static func bind(
        _ address: UnsafeMutableRawPointer, _ byteCount: Int, to node: HostNodeID
    ) throws(HostError) {
        try setPolicy(address, byteCount, MPOL_BIND, [node])
    }

    /// Sets the policy of memory by the kernel's number; pages of ours that are not as it wants are moved.
    ///
    /// The corresponding C function is `mbind` with `MPOL_MF_MOVE`.
    static func setPolicy(
        _ address: UnsafeMutableRawPointer, _ byteCount: Int, _ mode: Int32, _ nodes: [HostNodeID]
    ) throws(HostError) {
        let bits = UInt.bitWidth
        var mask = [UInt](repeating: 0, count: HostNodeID.limit / bits)
        for node in nodes { mask[node.rawValue / bits] |= 1 << (node.rawValue % bits) }
        // The kernel reads one bit fewer than it is told.
        let maxNode = UInt(HostNodeID.limit + 1)
        guard mbind(address, UInt(byteCount), mode, &mask, maxNode, UInt32(MPOL_MF_MOVE)) == 0 else {
            throw .systemCall(name: "mbind", code: errno)
        }
    }

    /// Moves the page at each address to a node. Returns where each is then, or a negated errno value.
    ///
    /// The corresponding C function is `move_pages` with `MPOL_MF_MOVE`.
    static func move(
        _ addresses: [UnsafeMutableRawPointer], to node: HostNodeID
    ) throws(HostError) -> [Int] {
        guard !addresses.isEmpty else { return [] }
        var pages: [UnsafeMutableRawPointer?] = addresses
        let targets = [Int32](repeating: Int32(node.rawValue), count: pages.count)
        var status = [Int32](repeating: -ENOENT, count: pages.count)
        guard move_pages(0, UInt(pages.count), &pages, targets, &status, Int32(MPOL_MF_MOVE)) >= 0 else {
            throw .systemCall(name: "move_pages", code: errno)
        }
        return status.map(Int.init)
    }

    /// The node of the page at `address`, which is touched if it isn't there.
    ///
    /// The corresponding C function is `get_mempolicy` with `MPOL_F_NODE | MPOL_F_ADDR`.
    static func node(of address: UnsafeMutableRawPointer) throws(HostError) -> Int {
        var node: Int32 = -1
        let flags = UInt32(MPOL_F_NODE) | UInt32(MPOL_F_ADDR)
        guard get_mempolicy(&node, nil, 0, address, flags) == 0 else {
            throw .systemCall(name: "get_mempolicy", code: errno)
        }
        return Int(node)
    }

    /// The node of the page at each address, or a negated errno value (`-ENOENT`: no page there). Moves nothing.
    ///
    /// The corresponding C function is `move_pages` without target nodes.
    static func nodes(of addresses: [UnsafeMutableRawPointer]) throws(HostError) -> [Int] {
        guard !addresses.isEmpty else { return [] }
        var pages: [UnsafeMutableRawPointer?] = addresses
        var status = [Int32](repeating: -ENOENT, count: pages.count)
        guard move_pages(0, UInt(pages.count), &pages, nil, &status, 0) == 0 else {
            throw .systemCall(name: "move_pages", code: errno)
        }
        return status.map(Int.init)
    }
}
