/// `/proc/self/numa_maps`: how many pages of each mapping lie on each node. It needs no right to bind.
struct NUMAMaps {
    struct Mapping: Hashable {
        let start: UInt
        /// Base pages per node, as `kernelpagesize_kB` has them.
        let pages: [HostNodeID: Int]
    }

    /// In the order of their addresses.
    let mappings: [Mapping]

    /// Nil if the kernel has no such file (no NUMA). Throws `HostError` on what no kernel writes.
    init?(root: String) throws(HostError) {
        guard let file = try HostFile(root + "/proc/self/numa_maps") else { return nil }
        try self.init(file.lines.map { $0 }, file: file.path)
    }

    init(_ lines: [(number: Int, text: Substring)], file: String) throws(HostError) {
        var mappings: [Mapping] = []
        for (number, line) in lines where !line.isEmpty {
            let words = line.words
            guard let first = words.first, let start = UInt(first, radix: 16) else {
                throw .malformed(file: file, line: number, reason: "no address")
            }
            var pages: [HostNodeID: Int] = [:]
            for word in words.dropFirst(2) where word.hasPrefix("N") {
                let sides = word.dropFirst().split(separator: "=", maxSplits: 1)
                guard sides.count == 2, let id = HostFile.number(sides[0]) else { continue }
                guard let node = HostNodeID(rawValue: id), let count = HostFile.number(sides[1]), count <= 1 << 52
                else {
                    throw .malformed(file: file, line: number, reason: "'\(word.prefix(40))' is no count of a node")
                }
                pages[node] = count
            }
            mappings.append(Mapping(start: start, pages: pages))
        }
        self.mappings = mappings.sorted { $0.start < $1.start }
    }

    /// The pages of the mappings that begin in `range`.
    ///
    /// The file does not say where a mapping ends. `ReservedMemory` fences its mapping, so one that begins
    /// within it ends within it.
    func pagesPerNode(in range: Range<UInt>) -> [HostNodeID: Int] {
        var sum: [HostNodeID: Int] = [:]
        for mapping in mappings where range.contains(mapping.start) {
            sum.merge(mapping.pages) { $0 + $1 }
        }
        return sum
    }
}
