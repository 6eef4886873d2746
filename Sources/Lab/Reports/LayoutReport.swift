import PhysicalMemory

/// A machine's layout as `pgdat layout --json` prints it: addresses in bytes, sizes in pages.
public struct LayoutReport: Sendable {
    /// The version of the report's form.
    public static let schema = 1

    private let layout: MachineLayout
    /// The online CPUs, each of which has lists of each zone with frames.
    private let cpus: [CPUID]

    private let steps: BootSteps?

    /// - Parameter steps: how the layout came about, if that is to be told.
    public init(_ layout: MachineLayout, steps: BootSteps? = nil) {
        self.layout = layout
        self.steps = steps
        cpus = Set(layout.nodes.flatMap(\.cpus)).sorted()
    }

    /// The report as one JSON object. Complexity: O(zones × (CPUs + nodes)).
    public func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", Self.schema)
            writeMachine(&writer)
            writeZones(&writer)
            writer.key("nodes")
            writer.array(layout.nodes, isLong: true) { writer, node in
                writer.object { writer in writeNode(node, &writer) }
            }
            if let steps { writer.writeBootSteps(steps) }
        }
        return writer.bytes + [10]
    }

    private func writeMachine(_ writer: inout JSONWriter) {
        writer.member("name", layout.name)
        writer.member("architecture", layout.architecture.rawValue)
        writer.member("kernel", layout.kernel.description)
        writer.member("pageSize", layout.pageSize.rawValue)
        writer.member("maxOrder", layout.maxOrder.rawValue)
        writer.member("pageblockOrder", layout.pageblockOrder.rawValue)
        writer.key("managedIsKnown")
        writer.value(layout.managedIsKnown)
        writer.key("notes")
        writer.array(layout.notes) { $0.value($1) }
    }

    private func writeZones(_ writer: inout JSONWriter) {
        writer.key("zoneRanges")
        writer.array(layout.zoneRanges) { writer, range in
            writer.object { writer in
                writer.member("zone", range.zone.kernelName)
                writer.key("start")
                writer.value(address(range.frames.lowerBound))
                writer.key("end")
                writer.value(address(range.frames.upperBound))
            }
        }
        writer.key("movableStart")
        writer.array(layout.movableStart) { writer, movable in
            writer.object { writer in
                writer.member("node", movable.node.rawValue)
                writer.key("address")
                writer.value(address(movable.start))
            }
        }
        writer.key("policyZone")
        if let zone = layout.policyZone { writer.value(zone.kernelName) } else { writer.null() }
        writer.member("minFreeKbytes", layout.minFreeKbytes)
        writer.key("nodeStates")
        writer.object { writer in
            writeNodes("possible", layout.states.possible, &writer)
            writeNodes("online", layout.states.online, &writer)
            writeNodes("normalMemory", layout.states.normalMemory, &writer)
            writeNodes("highMemory", layout.states.highMemory, &writer)
            writeNodes("memory", layout.states.memory, &writer)
            writeNodes("cpu", layout.states.cpu, &writer)
            writeNodes("genericInitiator", layout.states.genericInitiator, &writer)
        }
    }

    private func writeNodes(_ name: StaticString, _ nodes: some Sequence<NodeID>, _ writer: inout JSONWriter) {
        writer.key(name)
        writer.array(nodes) { $0.value($1.rawValue) }
    }

    private func writeNode(_ node: NodeLayout, _ writer: inout JSONWriter) {
        writer.member("id", node.id.rawValue)
        writer.key("startPFN")
        writer.value(node.startPFN.rawValue)
        writer.member("spannedPages", node.spannedPages.rawValue)
        writer.member("presentPages", node.presentPages.rawValue)
        writer.member("totalReservePages", node.totalReservePages.rawValue)
        writer.key("cpus")
        writer.array(node.cpus) { $0.value($1.rawValue) }
        writer.key("distances")
        writer.array(node.distances) { $0.value($1) }
        writeNodes("fallbackOrder", node.fallbackOrder, &writer)
        writer.key("zonelist")
        writer.array(node.zonelist) { writer, zone in
            writer.object { writer in
                writer.member("node", zone.node.rawValue)
                writer.member("zone", zone.zone.kernelName)
            }
        }
        writer.key("zones")
        writer.array(node.zones, isLong: true) { writer, zone in
            writer.object { writer in writeZone(zone, &writer) }
        }
    }

    private func writeZone(_ zone: ZoneLayout, _ writer: inout JSONWriter) {
        writer.member("name", zone.type.kernelName)
        writer.key("startPFN")
        writer.value(zone.startPFN.rawValue)
        writer.member("spannedPages", zone.spannedPages.rawValue)
        writer.member("presentPages", zone.presentPages.rawValue)
        writer.member("managedPages", zone.managedPages.rawValue)
        writer.key("watermarks")
        writer.object { writer in
            writer.member("min", zone.watermarks.min.rawValue)
            writer.member("low", zone.watermarks.low.rawValue)
            writer.member("high", zone.watermarks.high.rawValue)
            writer.member("promo", optional: zone.watermarks.promo?.rawValue)
        }
        writer.key("protection")
        writer.array(zone.protection) { $0.value($1.rawValue) }
        writer.key("pagesets")
        // Where the kernel tunes `high`, it is 0 until the list is first used.
        let tunes = layout.kernel >= .tunesPerCPUHigh
        let tuning = zone.perCPU
        writer.array(zone.presentPages > 0 ? cpus : []) { writer, cpu in
            writer.object { writer in
                writer.member("cpu", cpu.rawValue)
                writer.member("highMin", optional: tunes ? tuning.highMin.rawValue : nil)
                writer.member("highMax", optional: tunes ? tuning.highMax.rawValue : nil)
                writer.member("high", tunes ? 0 : tuning.highMin.rawValue)
                writer.member("batch", tuning.batch.rawValue)
                writer.member("statThreshold", zone.statThreshold)
            }
        }
    }

    private func address(_ pfn: PFN) -> UInt64 {
        let (bytes, overflow) = pfn.rawValue.multipliedReportingOverflow(by: UInt64(layout.pageSize.rawValue))
        return overflow ? .max : bytes
    }
}
