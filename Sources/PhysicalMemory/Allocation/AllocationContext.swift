/// What stays the same over all attempts of one request.
///
/// *Kernel counterpart:* `struct alloc_context`.
struct AllocationContext {
    var zonelist: Zonelist
    /// The nodes that the request may use; `nil`: all.
    var allowed: NodeMask?
    /// The highest zone index that the request may use. *Kernel counterpart:* `highest_zoneidx`.
    let highest: Int
    var migrateType: UInt8
    /// The place in ``zonelist`` that statistics and fragmentation avoidance go by.
    /// *Kernel counterpart:* `preferred_zoneref`.
    var preferred: Int

    /// `node`: the preferred node's number.
    init(_ gfp: GFP, node: Int, allowed: NodeMask?, cpu: borrowing CPUState) {
        let lists = cpu.zonelists[node]
        zonelist = gfp.contains(.thisNode) ? lists.thisNode : lists.fallback
        self.allowed = allowed
        highest = Int(cpu.rules.highestZone[Int(gfp.rawValue & 15)])
        migrateType = AllocationRules.migrateType(gfp)
        preferred = zonelist.place(from: 0, highest: highest, allowed: allowed)
    }

    /// Starts over from the whole zonelist. *Kernel counterpart:* what the slow path does for `ALLOC_CPUSET` cleared.
    mutating func dropNodeMask() {
        allowed = nil
        preferred = zonelist.place(from: 0, highest: highest, allowed: nil)
    }
}

extension CPUState {
    /// The flags of the first, fast attempt: the low watermark, and no mixing of pageblocks while that can be helped.
    ///
    /// Mixing is avoided where the preferred zone is Normal with a DMA32 below it that can take the strain.
    /// *Kernel counterpart:* `ALLOC_WMARK_LOW`, `alloc_flags_nofragment`, `gfp_to_alloc_flags_cma`.
    @inline(__always) borrowing func fastFlags(_ gfp: GFP, preferred: ZoneReference) -> AllocationFlags {
        var flags = AllocationFlags(rawValue: AllocationFlags.low.rawValue | gfp.rawValue & GFP.kswapdReclaim.rawValue)
        flags.formUnion(fragmentationFlags(preferred))
        if rules.hasCMA && AllocationRules.migrateType(gfp) == MigrateType.movable.rawValue { flags.insert(.cma) }
        return flags
    }

    borrowing func fragmentationFlags(_ preferred: ZoneReference) -> AllocationFlags {
        guard rules.hasDMA32, preferred.index == rules.normalIndex else { return [] }
        if rules.onlineNodes > 1 {
            let below = preferred.zone.value.hasPopulatedZoneBelow
            guard below else { return [] }
        }
        return .noFragment
    }

    /// The flags of the slow path's attempts. *Kernel counterpart:* `gfp_to_alloc_flags`.
    borrowing func slowFlags(_ gfp: GFP, order: UInt32) -> AllocationFlags {
        var flags = AllocationFlags(rawValue: gfp.rawValue & (GFP.high.rawValue | GFP.kswapdReclaim.rawValue))
        flags.insert(.cpuset)
        if !gfp.contains(.directReclaim) {
            if !gfp.contains(.noMemAlloc) {
                flags.insert(.nonBlock)
                if order > 0 && flags.contains(.minReserve) { flags.insert(.highatomic) }
            }
            if flags.contains(.minReserve) { flags.remove(.cpuset) }
        }
        if rules.hasCMA && AllocationRules.migrateType(gfp) == MigrateType.movable.rawValue { flags.insert(.cma) }
        return flags
    }
}
