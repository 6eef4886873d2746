extension Machine {
    /// A policy of this machine's nodes for a task that may use `allowed`; all nodes if `nil`.
    ///
    /// Throws ``MemoryPolicyError``. *Kernel counterpart:* `set_mempolicy`.
    public func policy(
        _ mode: MemoryPolicy.Mode, nodes: NodeMask = [], flags: MemoryPolicy.Flags = [], homeNode: NodeID? = nil,
        allowed: NodeMask? = nil
    ) throws(MemoryPolicyError) -> MemoryPolicy {
        let memory = layout.states.memory
        return try MemoryPolicy(
            mode, nodes: nodes, flags: flags, homeNode: homeNode, usable: allowed?.intersection(memory) ?? memory)
    }

    /// How many turns in a row each node has under weighted interleaving.
    public var interleaveWeights: InterleaveWeights {
        get { weights.acquire().value }
        set { weights.acquire().value = newValue }
    }

    /// Allocates for a task, by its memory policy. *Kernel counterpart:* `alloc_pages_noprof`.
    ///
    /// Throws ``AllocationFailure``.
    public func allocate(
        _ order: Order = 0, _ gfp: GFP, on cpu: CPUID, policy task: inout TaskPolicy
    ) throws(AllocationFailure) -> PFN {
        let policy = gfp.contains(.thisNode) ? .local : task.policy
        var target: NodeID?
        switch policy.mode {
        case .interleave: target = task.nextTurn()
        case .weightedInterleave: target = task.nextTurn(weights: interleaveWeights)
        default: break
        }
        return try allocate(order, gfp, on: cpu, policy, target: target, allowed: task.allowedNodes, inRange: false)
    }

    /// Allocates the block at `page` of a range of a task's memory, by the range's policy or else the task's.
    ///
    /// `page` counts from the range's start, in single pages. Throws ``AllocationFailure``.
    /// *Kernel counterpart:* `vma_alloc_folio_noprof`.
    public func allocate(
        _ order: Order = 0, _ gfp: GFP, on cpu: CPUID, at page: Int, of range: RangePolicy, task: TaskPolicy
    ) throws(AllocationFailure) -> PFN {
        guard order >= 0, order <= layout.maxOrder else {
            throw .orderTooLarge(order: order, highest: layout.maxOrder)
        }
        let policy = range.policy ?? task.policy
        let index = range.interleaveIndex(page: page, order: order)
        let target: NodeID? =
            switch policy.mode {
            case .interleave: policy.node(turn: index)
            case .weightedInterleave: policy.node(turn: index, weights: interleaveWeights)
            default: nil
            }
        return try allocate(order, gfp, on: cpu, policy, target: target, allowed: task.allowedNodes, inRange: true)
    }

    /// *Kernel counterpart:* `alloc_pages_mpol`.
    private func allocate(
        _ order: Order, _ gfp: GFP, on cpu: CPUID, _ policy: MemoryPolicy, target: NodeID?, allowed: NodeMask?,
        inRange: Bool
    ) throws(AllocationFailure) -> PFN {
        guard let state = self.cpu(cpu) else { throw .noSuchCPU(cpu) }
        let own = NodeID(Int(state.value.node))
        let choice = placement(policy, gfp, own: own, target: target, allowed: allowed)
        let (node, mask) = (choice.node, choice.mask.map { mask in allowed?.intersection(mask) ?? mask } ?? allowed)
        func attempt(_ gfp: GFP, _ mask: NodeMask?, pass: Int) throws(AllocationFailure) -> PFN {
            state.value.note(
                .policy(
                    .init(
                        mode: policy.mode, nodes: Array(policy.nodes), node: node, allowed: mask.map { Array($0) },
                        applies: choice.applies, pass: pass)))
            return try allocate(order, gfp, on: cpu, node: node == own ? nil : node, allowed: mask)
        }
        switch policy.mode {
        case .preferredMany:
            // First the nodes wished for, without reclaiming anything; if that fails, any node.
            let timid = gfp.union(.noWarn).subtracting([.directReclaim, .noFail])
            do {
                return try attempt(timid, mask, pass: 1)
            } catch {
                return try attempt(gfp, allowed, pass: 2)
            }
        case .interleave, .weightedInterleave:
            let pfn = try attempt(gfp, mask, pass: 1)
            noteInterleave(pfn, node, state)
            return pfn
        default:
            guard inRange, order == layout.pageblockOrder, mask?.contains(node) ?? true else {
                return try attempt(gfp, mask, pass: 1)
            }
            // A huge page is worth less on a remote node than small ones here.
            do {
                return try attempt(gfp.union([.thisNode, .noRetry]), nil, pass: 1)
            } catch {
                guard gfp.contains(.directReclaim) else { throw error }
                return try attempt(gfp, mask, pass: 2)
            }
        }
    }

    private struct Placement {
        var node: NodeID
        var mask: NodeMask?
        var applies = true
    }

    /// *Kernel counterpart:* `policy_nodemask`.
    private func placement(
        _ policy: MemoryPolicy, _ gfp: GFP, own: NodeID, target: NodeID?, allowed: NodeMask?
    ) -> Placement {
        switch policy.mode {
        case .local: return Placement(node: own)
        case .preferred: return Placement(node: policy.nodes.first ?? own)
        case .preferredMany: return Placement(node: policy.homeNode ?? own, mask: policy.nodes)
        case .interleave, .weightedInterleave: return Placement(node: target ?? own)
        case .bind:
            let applies = bindApplies(policy, gfp) && allowed?.intersects(policy.nodes) ?? true
            return Placement(node: policy.homeNode ?? own, mask: applies ? policy.nodes : nil, applies: applies)
        }
    }

    /// Whether a binding is obeyed: not by requests that can only use zones below the policy zone, as those may be on
    /// one node alone; and if the nodes have nothing but Movable memory, only by requests that may use that.
    ///
    /// *Kernel counterpart:* `apply_policy_zone`.
    private func bindApplies(_ policy: MemoryPolicy, _ gfp: GFP) -> Bool {
        let hasKernelMemory = policy.nodes.intersects(layout.states.highMemory)
        guard let lowest = hasKernelMemory ? layout.policyZone : .movable else { return true }
        return gfp.highestZone(of: layout.zoneTypes) >= lowest
    }

    /// Counts a page that an interleaving policy placed as it meant to.
    private func noteInterleave(_ pfn: PFN, _ node: NodeID, _ state: Stable<CPUState>) {
        guard let zone = zone(of: pfn) else { return }
        let landed = zone.value.node == node
        if landed { state.value.pagesets[zone.value.number].value.numa.interleaveHit.addAsOnlyWriter(1) }
        if state.value.isObserved {
            state.value.observation.value.note(.interleaveHit(landed: landed), at: zone.value.zoneName)
        }
    }
}
