/// Which of a node's pages boot leaves for a worker to initialise, a thread for each node, while the machine starts.
///
/// Only the zone that the node ends with is put off, so that requests for certain addresses find pages at once, and of
/// it what follows the first section's worth of frames, from the next section's border on.
///
/// *Kernel counterpart:* `defer_init`, `first_deferred_pfn`, `deferred_init_memmap`.
public struct DeferredInitialization: Hashable, Sendable {
    /// The node whose pages wait.
    public var node: NodeID
    /// The zone that the node ends with.
    public var zone: ZoneType
    /// *Kernel counterpart:* `first_deferred_pfn`.
    public var firstPFN: PFN
    /// The zone's frames from there on.
    public var pages: PageCount

    /// A zone's frames in one piece.
    private struct Piece {
        var node: Int
        var zone: ZoneLayout
        var frames: Range<PFN>

        var zoneEnd: PFN { zone.startPFN.advanced(by: zone.spannedPages.rawValue) }
    }

    /// Goes over all memory in the order of its addresses, as the kernel does: where another zone's memory lies
    /// between, a zone's count of initialised frames begins anew.
    static func all(of nodes: [NodeLayout], sectionPages section: PageCount) -> [DeferredInitialization] {
        var pieces: [Piece] = []
        for (place, node) in nodes.enumerated() {
            for zone in node.zones {
                pieces += zone.presentRanges.map { Piece(node: place, zone: zone, frames: $0) }
            }
        }
        pieces.sort { $0.frames.lowerBound < $1.frames.lowerBound }
        var result: [Int: DeferredInitialization] = [:]
        var previousEnd = PFN(0)
        var seen = 0
        for piece in pieces {
            if piece.zoneEnd != previousEnd {
                previousEnd = piece.zoneEnd
                seen = 0
            }
            let node = nodes[piece.node]
            let nodeEnd = node.startPFN.advanced(by: node.spannedPages.rawValue)
            guard piece.zoneEnd >= nodeEnd, result[piece.node] == nil else { continue }
            let enough = piece.frames.lowerBound.advanced(by: max(0, section.rawValue - seen))
            let border = enough.roundedUp(toMultipleOf: section)
            guard border < piece.frames.upperBound else {
                seen += piece.frames.pageCount.rawValue
                continue
            }
            let pages = piece.zone.presentRanges.reduce(PageCount(0)) {
                $0 + ($1.upperBound > border ? (max($1.lowerBound, border)..<$1.upperBound).pageCount : 0)
            }
            result[piece.node] = DeferredInitialization(
                node: node.id, zone: piece.zone.type, firstPFN: border, pages: pages)
        }
        return result.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension MachineLayout {
    /// What is left to the nodes' workers, node by node; empty where the kernel puts nothing off.
    public var deferredInitialization: [DeferredInitialization] {
        guard memoryMap.defersInitialization else { return [] }
        return DeferredInitialization.all(of: nodes, sectionPages: PageCount(sectionPages))
    }
}
