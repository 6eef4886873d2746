extension NodeMask {
    /// The set folded onto the node numbers 0 ..< `size`: node *n* becomes *n* mod `size`; empty if `size` is not
    /// positive. *Kernel counterpart:* `nodes_fold`.
    public func folded(onto size: Int) -> NodeMask {
        guard size > 0 else { return [] }
        return NodeMask(map { NodeID($0.rawValue % size) })
    }

    /// The set read as places in `other`: node *n* becomes the *n*-th node of `other`, counted from 0; places beyond
    /// its last are dropped. *Kernel counterpart:* `nodes_onto`.
    public func mapped(onto other: NodeMask) -> NodeMask {
        NodeMask(other.enumerated().filter { contains(NodeID($0.offset)) }.map(\.element))
    }

    /// The set after `old` became `new`: the *n*-th node of `old` becomes the *n*-th of `new`, counted around its end;
    /// nodes outside `old` stay. *Kernel counterpart:* `nodes_remap`.
    public func remapped(from old: NodeMask, to new: NodeMask) -> NodeMask {
        let targets = Array(new)
        guard !targets.isEmpty else { return self }
        var result = NodeMask(lazy.filter { !old.contains($0) })
        for (place, node) in old.enumerated() where contains(node) { result.insert(targets[place % targets.count]) }
        return result
    }

    /// The set read relative to `allowed`: folded onto its size, then laid onto its nodes.
    ///
    /// *Kernel counterpart:* `mpol_relative_nodemask`.
    public func relative(to allowed: NodeMask) -> NodeMask {
        folded(onto: allowed.count).mapped(onto: allowed)
    }
}
