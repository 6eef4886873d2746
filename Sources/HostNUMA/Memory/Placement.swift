import Glibc

/// On which node the pages of a piece of memory really are.
public struct Placement: Hashable, Sendable, Codable {
    /// Who was asked.
    public enum Method: String, Sendable, Codable {
        case movePages = "move_pages"
        case getMempolicy = "get_mempolicy"
        case numaMaps = "numa_maps"
        /// Nobody answers: the kernel has one node, or every way is forbidden.
        case none
    }

    public let expected: HostNodeID
    /// Pages that exist and were looked at; absent ones don't count.
    public let checkedPages: Int
    public let onExpectedNode: Int
    public let method: Method

    /// Whether something was checked and all of it is where it should be.
    public var isAsExpected: Bool { checkedPages > 0 && onExpectedNode == checkedPages }

    public init(expected: HostNodeID, checkedPages: Int, onExpectedNode: Int, method: Method) {
        self.expected = expected
        self.checkedPages = checkedPages
        self.onExpectedNode = onExpectedNode
        self.method = method
    }

    /// Looks at up to `samples` pages, evenly spread, by `move_pages`, else `get_mempolicy`, else `numa_maps`.
    ///
    /// `numa_maps` counts every page of the mappings that lie within the range, not just samples. Only
    /// `get_mempolicy` makes absent pages exist. Throws `HostError` if `numa_maps` is not what the kernel writes.
    public init(
        of start: UnsafeMutableRawPointer, byteCount: Int, expected: HostNodeID, samples: Int = 64
    ) throws(HostError) {
        let addresses = Self.sample(start, byteCount, samples)
        if let nodes = try? MemoryCalls.nodes(of: addresses) {
            let present = nodes.filter { $0 >= 0 }
            self.init(expected: expected, nodes: present, method: .movePages)
        } else if let nodes = try? addresses.map(MemoryCalls.node) {
            self.init(expected: expected, nodes: nodes, method: .getMempolicy)
        } else if let maps = try NUMAMaps(root: "") {
            let begin = UInt(bitPattern: start)
            let pages = maps.pagesPerNode(in: begin..<begin + UInt(byteCount))
            self.init(
                expected: expected, checkedPages: pages.values.reduce(0, +),
                onExpectedNode: pages[expected] ?? 0, method: .numaMaps)
        } else {
            self.init(expected: expected, checkedPages: 0, onExpectedNode: 0, method: .none)
        }
    }

    private init(expected: HostNodeID, nodes: [Int], method: Method) {
        self.init(
            expected: expected, checkedPages: nodes.count,
            onExpectedNode: nodes.count { $0 == expected.rawValue }, method: method)
    }

    private static func sample(
        _ start: UnsafeMutableRawPointer, _ byteCount: Int, _ samples: Int
    ) -> [UnsafeMutableRawPointer] {
        let pages = byteCount / MemoryCalls.pageSize
        guard pages > 0, samples > 0 else { return [] }
        let count = min(samples, pages)
        return (0..<count).map { start + pages * $0 / count * MemoryCalls.pageSize }
    }
}
