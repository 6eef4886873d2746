/// Where a node's own structure lies: if it can, on the node itself.
///
/// *Kernel counterpart:* `NODE_DATA(n)`, `alloc_node_data`.
public struct NodeStructure: Hashable, Sendable {
    /// The node.
    public var node: NodeID
    /// The node whose memory it lies in; `nil`: no node has any.
    public var home: NodeID?
    /// Its bytes.
    public var size: ByteCount
    /// Computed from the zones and lists it holds, not read off a log.
    public var sizeIsEstimated: Bool
    /// Where it lies, if a log says so; else only that memory is taken from the top.
    public var addresses: Range<ByteCount>?
}

extension MachineLayout {
    /// The nodes' structures. A node without memory that boot may use has its own where the highest memory is.
    ///
    /// Complexity: O(nodes × ranges).
    public var nodeStructures: [NodeStructure] {
        let size = nodeStructureSize
        // What may be unplugged holds nothing of the kernel's.
        let usable = nodes.map { node in
            node.zones.filter { $0.presentPages > 0 && ($0.type != .movable || !hasMovableNodes) }
                .compactMap(\.presentRanges.last?.upperBound).max()
        }
        let highest = zip(nodes, usable).compactMap { node, end in end.map { (node.id, $0) } }
            .max { $0.1 < $1.1 }?.0
        return zip(nodes, usable).map { node, end in
            guard let known = nodeData[node.id] else {
                return NodeStructure(
                    node: node.id, home: end == nil ? highest : node.id, size: size, sizeIsEstimated: true)
            }
            return NodeStructure(
                node: node.id, home: self.node(of: known.lowerBound),
                size: ByteCount(known.upperBound.rawValue - known.lowerBound.rawValue), sizeIsEstimated: false,
                addresses: known)
        }
    }

    private func node(of address: ByteCount) -> NodeID? {
        let frame = PFN(UInt64(address.rawValue / pageSize.rawValue))
        let home = nodes.first { $0.zones.contains { $0.presentRanges.contains { $0.contains(frame) } } }
        // Mirrored memory may be in no zone's present frames; then the spans must do.
        return
            (home
            ?? nodes.first { ($0.startPFN..<$0.startPFN.advanced(by: $0.spannedPages.rawValue)).contains(frame) })?.id
    }

    /// The structure's bytes: two zonelists with room for every zone of every node, the zones, and the rest.
    ///
    /// Zones hold a list of each order and migrate type. The parts that don't depend on the configuration are those
    /// of 6.12 for x86-64, arm64 and riscv64, whose logs give just these sizes; others may be some hundred bytes off.
    var nodeStructureSize: ByteCount {
        let references = (1 << min(max(0, memoryMap.nodesShift), 20)) * zoneTypes.count + 1
        let types = MigrateType.groupedCount - (memoryMap.hasContiguousMemory ? 0 : 1)
        let lists = (maxOrder.rawValue + 1) * (Self.listBytes * types + 8)
        let zone = (Self.plainZoneBytes + lists + Self.cacheLine - 1) / Self.cacheLine * Self.cacheLine
        let size = 2 * references * Self.referenceBytes + zoneTypes.count * zone + Self.plainNodeBytes
        // Whole pages until 6.11.
        let unit = kernel < KernelVersion(6, 12) ? pageSize.rawValue : Self.cacheLine
        return ByteCount((size + unit - 1) / unit * unit)
    }

    private static let referenceBytes = 16
    private static let listBytes = 16
    private static let plainZoneBytes = 856
    private static let plainNodeBytes = 1312
    private static let cacheLine = 64
}
