extension Machine {
    /// Allocates a block of 2^`order` frames for `cpu`. Returns its first frame.
    ///
    /// - Parameters:
    ///   - order: how much, 0 to ``MachineLayout/maxOrder``.
    ///   - gfp: what kind of memory, and what may be done to find it.
    ///   - cpu: the CPU that asks.
    ///   - node: where to look first; the CPU's own node if `nil`.
    ///   - allowed: the nodes that may be used; all if `nil`.
    /// - Throws: ``AllocationFailure``. The slow path has been gone to its end by then.
    ///
    /// *Kernel counterpart:* `alloc_pages_noprof`, `__alloc_pages`.
    public func allocate(
        _ order: Order = 0, _ gfp: GFP, on cpu: CPUID, node: NodeID? = nil, allowed: NodeMask? = nil
    ) throws(AllocationFailure) -> PFN {
        guard let state = self.cpu(cpu) else { throw .noSuchCPU(cpu) }
        guard order <= layout.maxOrder, order >= 0 else {
            throw .orderTooLarge(order: order, highest: layout.maxOrder)
        }
        if let node, !(0..<zonelists.count).contains(node.rawValue) { throw .noSuchNode(node) }
        let bits = UInt32(order.rawValue)
        let pfn =
            if node == nil && allowed == nil {
                state.value.allocate(bits, gfp)
            } else {
                state.value.allocateAtLength(bits, gfp, node: node?.rawValue, allowed: allowed)
            }
        if pfn != CPUState.noFrame { return PFN(pfn) }
        let context = AllocationContext(
            gfp, node: node?.rawValue ?? Int(state.value.node), allowed: allowed, cpu: state.value)
        throw context.preferred < context.zonelist.count ? .outOfMemory(order: order, gfp: gfp) : .noZone(gfp: gfp)
    }

    /// Gives back a block that ``allocate(_:_:on:node:allowed:)`` returned, on whichever CPU.
    ///
    /// - Throws: ``BadPage``, and then nothing has changed.
    ///
    /// *Kernel counterpart:* `__free_pages`.
    public func free(_ pfn: PFN, order: Order = 0, on cpu: CPUID) throws(BadPage) {
        guard let state = self.cpu(cpu) else { throw BadPage(pfn: pfn, order: order, reason: .noSuchCPU) }
        guard order >= 0, order.rawValue <= UInt8.max else {
            throw BadPage(pfn: pfn, order: order, reason: .orderTooLarge)
        }
        if let reason = state.value.free(pfn.rawValue, UInt32(order.rawValue)) {
            badPages.add(1)
            throw BadPage(pfn: pfn, order: order, reason: reason)
        }
    }

    /// Frees that were refused so far.
    public var badPageCount: Int { badPages.load() }

    /// Allocates up to `count` single frames at once, as long as the preferred zone has them. Returns how many.
    ///
    /// One hold of the per-CPU list's lock serves all. Complexity: O(count).
    /// *Kernel counterpart:* `alloc_pages_bulk`.
    public func allocateBulk(
        _ count: Int, _ gfp: GFP, on cpu: CPUID, into frames: inout [PFN]
    ) throws(AllocationFailure) -> Int {
        guard let state = self.cpu(cpu) else { throw .noSuchCPU(cpu) }
        let taken = state.value.allocateBulk(count, gfp) { frames.append(PFN($0)) }
        if taken > 0 || count <= 0 { return taken }
        frames.append(try allocate(0, gfp, on: cpu))
        return 1
    }

    /// Gives back single frames that were allocated on whichever CPU.
    ///
    /// - Throws: ``BadPage`` for the first that is refused; the others are freed all the same.
    ///
    /// One hold of the per-CPU list's lock serves all of one zone that follow each other. Complexity: O(frames).
    /// *Kernel counterpart:* `free_unref_folios`.
    public func freeBulk(_ frames: [PFN], on cpu: CPUID) throws(BadPage) {
        guard let first = frames.first else { return }
        guard let state = self.cpu(cpu) else { throw BadPage(pfn: first, order: 0, reason: .noSuchCPU) }
        if let refused = state.value.freeBulk(frames.span) {
            badPages.add(1)
            throw BadPage(pfn: frames[refused.place], order: 0, reason: refused.reason)
        }
    }

    /// Gives everything in a CPU's lists back to the zones. *Kernel counterpart:* `drain_local_pages`.
    public func drain(_ cpu: CPUID, on worker: CPUID) {
        guard let state = self.cpu(cpu), let worker = self.cpu(worker) else { return }
        for zone in zones {
            worker.value.drainAll(state.value.pagesets[zone.value.number], zone)
        }
    }

    /// Gives everything in all CPUs' lists of all zones back. *Kernel counterpart:* `drain_all_pages`.
    public func drainAll(on worker: CPUID) {
        for state in cpus { drain(state.value.id, on: worker) }
    }

    /// Initialises every frame that is still untouched, for example before a run that must not pay for it.
    public func finishInitialization(of node: NodeID) {
        for zone in zones where zone.value.node == node {
            let held = zone.value.areas.acquire()
            while !held.value.deferred.isEmpty { held.value.initializeMore(zone.value) }
        }
    }
}
