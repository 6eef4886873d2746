import PhysicalMemory

/// What `/sys/devices/system/memory` says: the blocks that memory is put on- and offline by.
public struct MemoryBlocks: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        /// The block's number: its first address divided by the block size.
        public var index: Int
        public var state: String
        /// The zones that it is in (online) or could go to (offline), by the kernel's name.
        public var zones: [String]
        public var node: NodeID?

        public var isOnline: Bool { state == "online" }
    }

    public var blockSize: ByteCount?
    /// `auto_online_blocks` and the hot-plug module's parameters.
    public var parameters: [String: String] = [:]
    /// By index.
    public var blocks: [Block] = []

    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        for line in lines {
            let words = line.words
            guard words.count >= 2 else { continue }
            if words[0] == "block_size_bytes" {
                guard let size = Numbers.address(words[1]), size > 0, size <= 1 << 40 else {
                    problems.add(line.error(.badNumber(field: "block_size_bytes", text: String(words[1].prefix(40)))))
                    continue
                }
                blockSize = ByteCount(size)
            } else if words[0].hasPrefix("memory"), words[1] == "phys_index" {
                take(words, line, &problems)
            } else if parameters.count < 100 {
                parameters[String(words[0])] = words[1...].joined(separator: " ")
            }
        }
        blocks.sort { $0.index < $1.index }
    }

    private mutating func take(_ words: [Substring], _ line: TextLine, _ problems: inout SkippedRecords) {
        func values(after key: String, until end: String?) -> [Substring] {
            guard let start = words.firstIndex(of: key[...]) else { return [] }
            let rest = words[(start + 1)...]
            return Array(end.map { end in rest.prefix { $0 != end } } ?? rest.prefix(1))
        }
        guard let index = values(after: "phys_index", until: nil).first.flatMap(Numbers.address), index < 1 << 40
        else {
            problems.add(line.error(.badNumber(field: "phys_index", text: String(line.text.prefix(60)))))
            return
        }
        let node = values(after: "node", until: nil).first.flatMap { $0.after("node").flatMap(Numbers.node) }
        blocks.append(
            Block(
                index: index, state: values(after: "state", until: nil).first.map(String.init) ?? "unknown",
                zones: values(after: "valid_zones", until: "node").map(String.init), node: node))
    }
}
