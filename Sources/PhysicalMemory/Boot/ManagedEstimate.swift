/// How many frames boot keeps for itself, where nobody says: an estimate.
///
/// Each zone gives up its memory map (64 bytes a frame); the zone that the kernel's image lies in gives up 32 MiB more,
/// which is about what Debian's kernels and their early tables take, but never more than an eighth of itself.
struct ManagedEstimate {
    let pageSize: ByteCount
    let architecture: MachineSpec.Architecture

    private static let bytesPerFrame = 64
    private static let imageBytes = 32 << 20

    /// The frames of `zone` that the page allocator gets; `holdsImage`: the kernel lies in it.
    func managedPages(of zone: ZoneLayout, holdsImage: Bool) -> PageCount {
        let present = zone.presentPages.rawValue
        let map = scaled(present, by: Self.bytesPerFrame, over: pageSize.rawValue)
        let image = holdsImage ? min(present / 8, Self.imageBytes / pageSize.rawValue) : 0
        return PageCount(present - map - image)
    }

    /// The zone that holds the kernel's image: on x86 above the first 16 MiB, elsewhere where memory begins.
    func imageZone(in nodes: [NodeLayout]) -> ZoneName? {
        let isX86 = [.x86_64, .i386, .i386PAE].contains(architecture)
        for node in nodes {
            for zone in node.zones where zone.presentPages > 0 && zone.type < .highMem {
                if !isX86 || zone.type != .dma { return ZoneName(node: node.id, zone: zone.type) }
            }
        }
        return nil
    }
}

extension ZoneLayout {
    /// Sets `managedRanges` to `managedPages` of the present frames, the highest ones: what boot keeps is taken from
    /// the low end. Frames of `others`, in the zone's span but in no zone's present, fill up what is missing.
    mutating func setManagedRanges(others: [Range<PFN>] = []) {
        // What is lent to movable requests the allocator has for sure.
        managedRanges = cmaRanges
        var missing = managedPages - cmaRanges.reduce(0) { $0 + $1.pageCount }
        if missing < 0 {
            cmaRanges = []
            managedRanges = []
            missing = managedPages
        }
        let rest = presentRanges.flatMap { Self.cut($0, cmaRanges) }
        for range in (others + rest).reversed() where missing > 0 {
            let taken = min(missing, range.pageCount)
            managedRanges.append(range.upperBound.advanced(by: -taken.rawValue)..<range.upperBound)
            missing = missing - taken
        }
        managedRanges.sort { $0.lowerBound < $1.lowerBound }
    }

    /// What remains of a range without its parts, which are ascending.
    private static func cut(_ range: Range<PFN>, _ parts: [Range<PFN>]) -> [Range<PFN>] {
        var rest: [Range<PFN>] = []
        var start = range.lowerBound
        for part in parts where part.overlaps(range) {
            if start < part.lowerBound { rest.append(start..<part.lowerBound) }
            start = max(start, part.upperBound)
        }
        if start < range.upperBound { rest.append(start..<range.upperBound) }
        return rest
    }
}
