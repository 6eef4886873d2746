/// Nodes made up out of real ones by `numa=fake=`.
///
/// *Kernel counterpart:* `numa_emulation`.
extension FirmwareMap {
    /// Nodes grow by this much; none is smaller. *Kernel counterpart:* `FAKE_NODE_MIN_SIZE`.
    private static let grain: UInt64 = 32 << 20
    private static let dma32End: UInt64 = 1 << 32

    mutating func emulate(_ nodes: KernelParameters.FakeNodes, _ spec: MachineSpec) {
        var blocks = physicalBlocks()
        var made: [(claim: Claim, physical: NodeID)] = []
        let isPossible: Bool
        switch nodes {
        case .count(let count): isPossible = split(&blocks, into: min(count, NodeID.limit), &made)
        case .size(let size): isPossible = split(&blocks, bySize: size, &made)
        case .perNode(let count):
            isPossible = splitEach(&blocks, into: min(count, NodeID.limit), &made)
        }
        let count = (made.map(\.claim.node.rawValue).max() ?? -1) + 1
        guard isPossible, count > 0, count <= NodeID.limit else {
            notes.append("numa=fake: not enough memory for each node, no nodes are emulated")
            return
        }
        emulatedNodes = Array(repeating: made[0].physical, count: count)
        for piece in made.reversed() { emulatedNodes[piece.claim.node.rawValue] = piece.physical }
        for piece in made { usable.update(piece.claim.range) { $0.node = piece.claim.node } }
    }

    /// Each node's stretches of memory, ascending; a stretch runs over holes until another node's memory begins.
    private func physicalBlocks() -> [Claim] {
        var blocks: [Claim] = []
        for entry in usable.entries {
            guard let node = entry.value.node else { continue }
            if let last = blocks.last, last.node == node {
                blocks[blocks.count - 1].range = last.range.lowerBound..<entry.range.upperBound
            } else {
                blocks.append(Claim(range: entry.range, node: node))
            }
        }
        return blocks
    }

    private func usableBytes(in range: Range<UInt64>) -> UInt64 {
        usable.overlapping(range).reduce(0) { sum, entry in
            let part = entry.range.clamped(to: range)
            return sum + (part.upperBound - part.lowerBound)
        }
    }

    private func usableBytes(from start: UInt64, to end: UInt64) -> UInt64 {
        start < end ? usableBytes(in: start..<end) : 0
    }

    /// The end of a node that begins at `start`, grown from `end` in grains until it holds `size` of memory or reaches
    /// `limit`. *Kernel counterpart:* `find_end_of_node`.
    private func grown(_ end: UInt64, from start: UInt64, to size: UInt64, limit: UInt64) -> UInt64 {
        var end = end
        while usableBytes(from: start, to: end) < size {
            // Over a hole in one step, however wide it is.
            let next = usable.overlapping(end..<Self.addressLimit).first?.range.lowerBound ?? limit
            let hole = next > end ? next - end : 0
            end += max(1, (hole + Self.grain - 1) / Self.grain) * Self.grain
            if end > limit { return limit }
        }
        return end
    }

    /// No remainder below 4 GiB too small for a node.
    private func stretchedToDMA32(_ end: UInt64) -> UInt64 {
        end < Self.dma32End && usableBytes(from: end, to: Self.dma32End) < Self.grain ? Self.dma32End : end
    }

    /// Gives the physical nodes their turns, one emulated node each, until all memory is given out.
    private func deal(
        _ blocks: inout [Claim], among nodes: NodeMask, _ made: inout [(claim: Claim, physical: NodeID)],
        number: (Int) -> Int, end: (Claim, Int) -> UInt64
    ) -> Int {
        var queues: [NodeID: [Range<UInt64>]] = [:]
        for block in blocks.reversed() where nodes.contains(block.node) {
            queues[block.node, default: []].append(block.range)
        }
        var count = 0
        var isWorking = true
        while isWorking, count <= 4 * NodeID.limit {
            isWorking = false
            for node in nodes {
                guard let block = queues[node]?.popLast() else { continue }
                isWorking = true
                let limit = min(end(Claim(range: block, node: node), count), block.upperBound)
                let piece = block.lowerBound..<max(limit, block.lowerBound)
                made.append((Claim(range: piece, node: NodeID(number(count))), node))
                if piece.upperBound < block.upperBound {
                    queues[node]?.append(piece.upperBound..<block.upperBound)
                }
                count += 1
            }
        }
        blocks.removeAll { nodes.contains($0.node) }
        return count
    }

    /// `numa=fake=N`. *Kernel counterpart:* `split_nodes_interleave`.
    private func split(
        _ blocks: inout [Claim], into count: Int, _ made: inout [(claim: Claim, physical: NodeID)]
    ) -> Bool {
        let total = usableBytes(from: 0, to: end)
        let share = ((total >> 12) / UInt64(count)) << 12
        let size = share & ~(Self.grain - 1)
        guard size > 0 else { return false }
        // The first nodes take up what rounding down left over.
        let bigger = Int((share - size) * UInt64(count) / Self.grain)
        _ = deal(&blocks, among: NodeMask(blocks.map(\.node)), &made, number: { $0 % count }) { block, index in
            let start = block.range.lowerBound
            let limit = block.range.upperBound
            let first = start + size + (index < bigger ? Self.grain : 0)
            let end = stretchedToDMA32(grown(first, from: start, to: size, limit: limit))
            return usableBytes(from: end, to: limit) < size ? limit : end
        }
        return true
    }

    /// `numa=fake=SIZE`. *Kernel counterpart:* `split_nodes_size_interleave`.
    private func split(
        _ blocks: inout [Claim], bySize wanted: UInt64, _ made: inout [(claim: Claim, physical: NodeID)]
    ) -> Bool {
        let total = usableBytes(from: 0, to: end)
        let least = max(((total >> 12) / UInt64(NodeID.limit)) << 12, Self.grain)
        let size = max(wanted, (least + Self.grain - 1) & ~(Self.grain - 1)) & ~(Self.grain - 1)
        _ = deal(
            &blocks, among: NodeMask(blocks.map(\.node)), &made, number: { $0 % NodeID.limit }
        ) { block, _ in
            let start = block.range.lowerBound
            let limit = block.range.upperBound
            guard size < limit - start else { return limit }
            let end = stretchedToDMA32(grown(start + size, from: start, to: size, limit: limit))
            return usableBytes(from: end, to: limit) < size ? limit : end
        }
        return true
    }

    /// `numa=fake=NU`: each node by addresses, whatever the holes.
    /// *Kernel counterpart:* `split_nodes_size_interleave_uniform`.
    private func splitEach(
        _ blocks: inout [Claim], into count: Int, _ made: inout [(claim: Claim, physical: NodeID)]
    ) -> Bool {
        var next = 0
        for node in NodeMask(blocks.map(\.node)) {
            guard next + count <= NodeID.limit, let block = blocks.first else { return false }
            // The kernel measures the first block that is left, whichever node's it is.
            let pages = (block.range.upperBound >> 12) - (block.range.lowerBound >> 12)
            let share = (pages / UInt64(count)) << 12
            let size = (max(share, Self.grain) + Self.grain - 1) & ~(Self.grain - 1)
            let first = next
            let number = deal(&blocks, among: [node], &made, number: { first + $0 }) { block, _ in
                stretchedToDMA32(block.range.lowerBound + size)
            }
            guard number >= count else { return false }
            next += number
        }
        return next <= NodeID.limit
    }
}
