extension MachineLayout {
    /// The layout with everything recomputed that follows from `managedPages`, the CPUs and ``tuning``: watermarks,
    /// protections, per-CPU list sizes, counter thresholds, reserves.
    ///
    /// For callers that change those inputs. Complexity: O(nodes × zones²).
    public func retuned() -> MachineLayout {
        var layout = self
        layout.retune()
        return layout
    }

    mutating func retune() {
        minFreeKbytes = computedMinFreeKbytes()
        setWatermarks()
        setProtections()
        setTotalReserves()
        setPerCPUTuning()
        setStatThresholds()
    }

    /// The number of online CPUs: each counts once, though emulated nodes share theirs; at least 1.
    var onlineCPUCount: Int {
        var seen = Set<CPUID>()
        for node in nodes { seen.formUnion(node.cpus) }
        return max(1, seen.count)
    }

    /// Whether Movable counts as high memory: it was taken from HighMem.
    var movableIsHigh: Bool {
        guard zoneTypes.contains(.highMem) else { return false }
        return zoneRanges.contains { $0.zone == .highMem } || nodes.contains { $0.hasPages(in: .highMem) }
    }

    /// Whether `type` is memory that the kernel's own data cannot live in. *Kernel counterpart:* `is_highmem_idx`.
    func isHigh(_ type: ZoneType) -> Bool { type == .highMem || type == .movable && movableIsHigh }
}

extension NodeLayout {
    /// Whether the node's zone of `type` has frames. *Kernel counterpart:* `populated_zone`.
    func hasPages(in type: ZoneType) -> Bool {
        zones.contains { $0.type == type && $0.presentPages > 0 }
    }
}

/// `a` × `b` ÷ `c`, exactly, rounded down; the greatest `Int` if that is too great. No argument may be negative.
func scaled(_ a: Int, by b: Int, over c: Int) -> Int {
    guard c > 0, a > 0, b > 0 else { return 0 }
    let product = UInt(a).multipliedFullWidth(by: UInt(b))
    guard product.high < UInt(c) else { return .max }
    return Int(clamping: UInt(c).dividingFullWidth(product).quotient)
}

/// The integer square root, rounded down.
func squareRoot(_ n: Int) -> Int {
    guard n > 0 else { return 0 }
    var root = Int(Double(n).squareRoot())
    while root.multipliedReportingOverflow(by: root).overflow || root * root > n { root -= 1 }
    while !(root + 1).multipliedReportingOverflow(by: root + 1).overflow, (root + 1) * (root + 1) <= n { root += 1 }
    return root
}
