/// Which node memory belongs to, by the firmware's affinity table.
///
/// *Kernel counterpart:* `numa_cleanup_meminfo`, `numa_register_meminfo`, `memblock_validate_numa_coverage`.
extension FirmwareMap {
    /// A stretch of addresses that one node claims. *Kernel counterpart:* `struct numa_memblk`.
    struct Claim: Hashable, Sendable {
        var range: Range<UInt64>
        var node: NodeID
    }

    /// Memory that no node claims is left out; if it is more than this, the table is not believed at all.
    private static let greatestUnclaimed: UInt64 = 1 << 20

    mutating func assignNodes(_ spec: MachineSpec, _ parameters: KernelParameters) {
        if parameters.numaIsOff, !spec.memoryIsAsBooted {
            putOnOneNode()
        } else if !spec.affinity.isEmpty {
            guard let claims = claims(of: spec.affinity), unclaimedBytes(beside: claims) <= Self.greatestUnclaimed
            else {
                notes.append("the affinity table contradicts itself or leaves memory out: all memory is on node 0")
                putOnOneNode()
                return
            }
            usable.update(0..<UInt64.max) { $0.node = nil }
            for claim in claims { usable.update(claim.range) { $0.node = claim.node } }
        }
    }

    /// The table's ranges in ascending order, without those that hold no memory; neighbours of one node are joined over
    /// the gap between them. `nil` if ranges of two nodes overlap.
    private func claims(of affinity: [MachineSpec.AffinityRange]) -> [Claim]? {
        let bounds = start..<max(start, end)
        let parts = affinity.compactMap { entry -> Claim? in
            let range = entry.addresses.clamped(to: bounds)
            return usable.overlapping(range).isEmpty ? nil : Claim(range: range, node: entry.node)
        }
        .sorted { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var claims: [Claim] = []
        for part in parts {
            guard let last = claims.last else {
                claims.append(part)
                continue
            }
            if last.node == part.node {
                let end = max(last.range.upperBound, part.range.upperBound)
                claims[claims.count - 1].range = last.range.lowerBound..<end
            } else if part.range.lowerBound < last.range.upperBound {
                return nil
            } else {
                claims.append(part)
            }
        }
        return claims
    }

    private func unclaimedBytes(beside claims: [Claim]) -> UInt64 {
        var rest = usable
        for claim in claims { rest.remove(claim.range) }
        return rest.entries.reduce(0) { $0 + ($1.range.upperBound - $1.range.lowerBound) }
    }

    /// Marks memory that firmware may take away. On a machine with `movable_node`, a node with anything of the kernel
    /// on it is spared as a whole. *Kernel counterpart:* `numa_clear_kernel_node_hotplug`.
    mutating func markHotPluggable(_ spec: MachineSpec, _ parameters: KernelParameters) {
        for entry in spec.affinity where entry.isHotPluggable {
            usable.update(entry.addresses) { $0.isHotPluggable = true }
        }
        guard parameters.hasMovableNodes else { return }
        var kernelNodes = NodeMask()
        let firstMebibyte: Range<UInt64> = 0..<1 << 20
        for range in spec.kernelRanges.map(\.addresses) + [firstMebibyte] {
            for entry in usable.overlapping(range) {
                if let node = entry.value.node { kernelNodes.insert(node) }
            }
        }
        usable.update(0..<UInt64.max) { value in
            if let node = value.node, kernelNodes.contains(node) { value.isHotPluggable = false }
        }
    }
}
