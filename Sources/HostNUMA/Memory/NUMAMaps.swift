/// `/proc/self/numa_maps`: how many pages of each mapping lie on each node. It needs no right to bind.
struct NUMAMaps {
    /// In the order of their addresses.
    let mappings: [ProcessMemory.Mapping]

    /// Nil if the kernel has no such file (no NUMA). Throws `HostError` on what no kernel writes.
    init?(root: String) throws(HostError) {
        guard let file = try HostFile(root + "/proc/self/numa_maps", repairingText: true) else { return nil }
        try self.init(file.lines.map { $0 }, file: file.path)
    }

    init(_ lines: [(number: Int, text: Substring)], file: String) throws(HostError) {
        var mappings: [ProcessMemory.Mapping] = []
        for (number, line) in lines where !line.isEmpty {
            mappings.append(try ProcessMemory.Mapping(line, file: file, number: number))
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
