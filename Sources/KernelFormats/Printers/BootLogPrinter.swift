import PhysicalMemory

extension MachineLayout {
    /// What a kernel booted with `mminit_loglevel=4` logs of this layout: zone ranges, Movable's starts, node ranges,
    /// nodes, fallback orders, zonelists, policy zone.
    public func bootLogText() -> String {
        var lines = ["Zone ranges:"]
        for type in zoneTypes where type != .movable {
            lines.append("  \(type.kernelName.filled(to: 8)) \(addresses(of: type))")
        }
        lines.append("Movable zone start for each node")
        for entry in movableStart { lines.append("  Node \(entry.node): \(address(entry.start).hexadecimal())") }
        lines.append("Early memory node ranges")
        for node in nodes {
            for range in Self.joined(node.zones.flatMap(\.presentRanges)) {
                lines.append("  node \(String(node.id.rawValue).padded(to: 3)): \(memory(range))")
            }
        }
        for node in nodes { lines.append(setup(of: node)) }
        if hasNUMA {
            for node in nodes {
                let order = node.fallbackOrder.map { "\($0) " }.joined()
                lines.append("Fallback order for Node \(node.id): \(order)")
            }
        }
        for node in nodes { lines += zonelists(of: node) }
        let pages = nodes.reduce(0) { $0 + $1.presentPages.rawValue }
        let grouping = tuning.groupingByMobilityIsDisabled ? "off" : "on"
        lines.append("Built \(nodes.count) zonelists, mobility grouping \(grouping).  Total pages: \(pages)")
        if let policyZone { lines.append("Policy zone: \(policyZone.kernelName)") }
        return lines.map { "[    0.000000] \($0)\n" }.joined()
    }

    private func address(_ pfn: PFN) -> UInt64 {
        pfn.rawValue.multipliedReportingOverflow(by: UInt64(max(1, pageSize.rawValue))).partialValue
    }

    private func memory(_ frames: Range<PFN>) -> String {
        "[mem \(address(frames.lowerBound).hexadecimal())-\((address(frames.upperBound) &- 1).hexadecimal())]"
    }

    private func addresses(of type: ZoneType) -> String {
        zoneRanges.first { $0.zone == type && !$0.frames.isEmpty }.map { memory($0.frames) } ?? "empty"
    }

    private func setup(of node: NodeLayout) -> String {
        guard node.presentPages > 0 else { return "Initmem setup node \(node.id) as memoryless" }
        let end = node.startPFN.advanced(by: node.spannedPages.rawValue)
        return "Initmem setup node \(node.id) \(memory(node.startPFN..<max(end, node.startPFN)))"
    }

    private func zonelists(of node: NodeLayout) -> [String] {
        let kinds =
            hasNUMA ? [("general", node.zonelist), ("thisnode", node.thisNodeZonelist)] : [("general", node.zonelist)]
        return kinds.flatMap { kind, list in
            node.zones.filter { $0.presentPages > 0 }.map { zone in
                let names = list.filter { $0.zone <= zone.type }.map { "\($0.node):\($0.zone.kernelName) " }.joined()
                return "mminit::zonelist \(kind) \(node.id):\(zone.type.kernelName) = \(names)"
            }
        }
    }

    /// Ascending, neighbours made one.
    private static func joined(_ ranges: [Range<PFN>]) -> [Range<PFN>] {
        var result: [Range<PFN>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = result.last, range.lowerBound <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}
