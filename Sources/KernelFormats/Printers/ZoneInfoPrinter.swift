import PhysicalMemory

extension MachineLayout {
    /// The machine as `/proc/zoneinfo` shows it, in the form of the layout's kernel version.
    ///
    /// `zones` gives what changes at run time; without it every zone has just booted. Complexity: O(zones × CPUs).
    public func zoneInfoText(_ zones: LiveZones? = nil) -> String {
        var text = ""
        // Every zone has lists for every online CPU, whichever node it is on.
        let cpus = Set(nodes.flatMap(\.cpus)).sorted()
        for node in nodes {
            for zone in node.zones {
                text += "Node \(node.id), zone \(zone.type.kernelName.padded(to: 8))\n"
                append(zone, live(node, zone, zones), cpus, to: &text)
            }
        }
        return text
    }

    private func append(_ zone: ZoneLayout, _ live: LiveZone, _ cpus: [CPUID], to text: inout String) {
        let isPopulated = zone.presentPages > 0
        var rows: [(String, PageCount)] = [("boost", live.boost), ("min", zone.watermarks.min)]
        rows += [("low", zone.watermarks.low), ("high", zone.watermarks.high)]
        if let promo = zone.watermarks.promo { rows.append(("promo", promo)) }
        rows += [("spanned", zone.spannedPages), ("present", zone.presentPages), ("managed", zone.managedPages)]
        rows.append(("cma", live.cma))
        text += "  pages free     \(isPopulated ? live.free : 0)\n"
        for (name, value) in rows { text += "        \(name.filled(to: 8)) \(value)\n" }
        text += "        protection: (\(zone.protection.map(\.description).joined(separator: ", ")))\n"
        // Of a zone without frames the kernel says no more.
        guard isPopulated else { return }
        text += "      nr_free_pages \(live.free)\n"
        for counter in live.counters { text += "      \(counter.name.filled(to: 12)) \(counter.value)\n" }
        text += "  pagesets\n"
        for cpu in cpus { append(zone, live.pagesets[cpu] ?? LiveZone.Pageset(), cpu, to: &text) }
        text += "  node_unreclaimable:  0\n"
        text += "  start_pfn:           \(zone.startPFN.rawValue)\n"
    }

    private func append(_ zone: ZoneLayout, _ pageset: LiveZone.Pageset, _ cpu: CPUID, to text: inout String) {
        let indent = "              "
        // Until 6.6 `high` was a constant.
        let high = kernel < KernelVersion(6, 7) ? zone.perCPU.highMin : pageset.high
        text += "    cpu: \(cpu)\n"
        guard kernel >= Self.printsHighLimits else {
            text += "\(indent)count: \(pageset.count)\n\(indent)high:  \(high)\n\(indent)batch: \(zone.perCPU.batch)\n"
            text += "  vm stats threshold: \(zone.statThreshold)\n"
            return
        }
        text += "\(indent)count:    \(pageset.count)\n\(indent)high:     \(high)\n"
        text += "\(indent)batch:    \(zone.perCPU.batch)\n"
        text += "\(indent)high_min: \(zone.perCPU.highMin)\n\(indent)high_max: \(zone.perCPU.highMax)\n"
        text += "  vm stats threshold: \(zone.statThreshold)\n"
    }

    /// 6.18 prints a list's limits, 6.12 does not (captures of both).
    private static let printsHighLimits = KernelVersion(6, 18)
}
