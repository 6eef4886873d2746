/// The whole state of one zone's allocator at a quiet moment, as a recording states it.
package struct ZoneImage: Hashable, Sendable {
    /// The free counter without the per-CPU differences.
    package var freePages: PageCount = 0
    /// Each CPU's part of the free counter that is not folded in, by the CPU's place in the machine.
    package var differences: [PageCount] = []
    /// *Kernel counterpart:* `flags`, the bits of `enum zone_flags`.
    package var flags: UInt32 = 0
    package var watermarkBoost: PageCount = 0
    package var reservedHighatomic: PageCount = 0
    package var freeHighatomic: PageCount = 0
    /// The type of each pageblock from the one of the zone's first frame on; `nil`: no frames there.
    package var blockTypes: [MigrateType?] = []
    /// By order and migrate type, head first.
    package var freeLists: [[[PFN]]] = []
    /// By the CPU's place in the machine.
    package var perCPU: [PerCPUImage] = []

    package init() {}
}

/// The state of one CPU's lists of one zone.
package struct PerCPUImage: Hashable, Sendable {
    package var count: PageCount = 0
    package var high: PageCount = 0
    package var highMin: PageCount = 0
    package var highMax: PageCount = 0
    package var batch: PageCount = 0
    /// *Kernel counterpart:* `PCPF_PREV_FREE_HIGH_ORDER`.
    package var previousFreeWasHighOrder = false
    /// *Kernel counterpart:* `PCPF_FREE_HIGH_BATCH`.
    package var freesHighOrderInBatches = false
    package var allocFactor = 0
    package var freeCount = 0
    package var expire = 0
    /// By list number, head first.
    package var lists: [[PFN]] = []

    package init() {}
}
