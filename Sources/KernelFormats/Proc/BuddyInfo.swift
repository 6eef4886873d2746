import PhysicalMemory

/// What `/proc/buddyinfo` says: the free blocks of each zone by order.
public struct BuddyInfo: Hashable, Sendable {
    public struct Zone: Hashable, Sendable {
        public var node: NodeID
        public var type: ZoneType
        /// By order.
        public var blocks: [Int]

        public init(node: NodeID, type: ZoneType, blocks: [Int]) {
            self.node = node
            self.type = type
            self.blocks = blocks
        }
    }

    public var zones: [Zone] = []

    public init(zones: [Zone] = []) { self.zones = zones }

    /// The highest order that the lines have a column for.
    public var maxOrder: Order? { zones.map(\.blocks.count).max().map { Order($0 - 1) } }

    /// Picks the zones' lines out of `lines`.
    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        for line in lines {
            let words = line.words
            // `Node 0, zone DMA 1 2 …`; pagetypeinfo's lines go on with `, type`, zoneinfo's headings end.
            guard words.count > 5, words[0] == "Node", words[1].hasSuffix(","), words[2] == "zone",
                !words[3].hasSuffix(",")
            else { continue }
            guard let node = Numbers.node(words[1].dropLast()) else {
                problems.add(line.error(.outOfRange(field: "node", value: String(words[1]))))
                continue
            }
            guard let type = ZoneType(kernelName: words[3]) else {
                problems.add(line.error(.badValue(field: "zone", text: String(words[3].prefix(40)))))
                continue
            }
            let blocks = words[4...].prefix(Self.orderLimit).map(Numbers.count)
            guard !blocks.contains(nil) else {
                problems.add(line.error(.badNumber(field: "blocks", text: String(line.text.prefix(60)))))
                continue
            }
            if zones.contains(where: { $0.node == node && $0.type == type }) { continue }
            zones.append(Zone(node: node, type: type, blocks: blocks.compactMap { $0 }))
        }
    }

    /// More orders than any kernel has.
    private static let orderLimit = 32
}
