import PhysicalMemory

/// What `/proc/pagetypeinfo` says: free blocks and pageblocks of each zone by migrate type.
public struct PageTypeInfo: Hashable, Sendable {
    /// The free blocks of one zone and type.
    public struct FreeBlocks: Hashable, Sendable {
        public var node: NodeID
        public var zone: ZoneType
        public var type: MigrateType
        /// By order; a count that the kernel gave up on (`>100000`) is that limit.
        public var blocks: [Int]
    }

    /// The pageblocks of one zone.
    public struct PageBlocks: Hashable, Sendable {
        public var node: NodeID
        public var zone: ZoneType
        public var blocks: [MigrateType: Int]
    }

    public var pageblockOrder: Order?
    public var free: [FreeBlocks] = []
    public var pageblocks: [PageBlocks] = []

    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        var columns: [MigrateType?] = []
        for line in lines {
            if let order = line.text.after("Page block order:"), let value = Numbers.count(order.trimmed) {
                guard value <= 20 else {
                    problems.add(line.error(.outOfRange(field: "Page block order", value: String(value))))
                    continue
                }
                pageblockOrder = Order(value)
            } else if let header = line.text.after("Number of blocks type") {
                columns = header.split(separator: " ").map(Self.type)
            } else {
                take(line, columns, &problems)
            }
        }
    }

    private static func type(_ name: Substring) -> MigrateType? {
        MigrateType.allCases.first { $0.kernelName == name }
    }

    private mutating func take(_ line: TextLine, _ columns: [MigrateType?], _ problems: inout SkippedRecords) {
        let words = line.words
        guard words.count > 4, words[0] == "Node", words[2] == "zone", let node = Numbers.node(words[1].dropLast())
        else { return }
        if words.count > 6, words[3].hasSuffix(","), words[4] == "type" {
            guard let zone = ZoneType(kernelName: words[3].dropLast()) else {
                problems.add(line.error(.badValue(field: "zone", text: String(words[3].prefix(40)))))
                return
            }
            // Old kernels have types that are no more.
            guard let type = Self.type(words[5]) else { return }
            let blocks = words[6...].prefix(32).map { Numbers.count($0.first == ">" ? $0.dropFirst() : $0) }
            guard !blocks.contains(nil) else {
                problems.add(line.error(.badNumber(field: "blocks", text: String(line.text.prefix(60)))))
                return
            }
            free.append(FreeBlocks(node: node, zone: zone, type: type, blocks: blocks.compactMap { $0 }))
        } else if !columns.isEmpty, words.count == 4 + columns.count, let zone = ZoneType(kernelName: words[3]) {
            var blocks: [MigrateType: Int] = [:]
            for (type, word) in zip(columns, words[4...]) {
                if let type, let count = Numbers.count(word) { blocks[type] = count }
            }
            pageblocks.append(PageBlocks(node: node, zone: zone, blocks: blocks))
        }
    }
}
