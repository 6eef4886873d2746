import PhysicalMemory

extension Inspection {
    /// What a CPU has of its own: `struct per_cpu_pages` and `struct per_cpu_zonestat` of each zone. `nil` if the
    /// machine has no such CPU.
    public init?(_ cpu: CPUID, of machine: Machine) {
        guard let node = machine.layout.nodes.first(where: { $0.cpus.contains(cpu) }) else { return nil }
        self.init(.cpu, "\(cpu)", of: machine)
        add("smp_processor_id()", "id", .int(cpu.rawValue), "the CPU's number")
        add("cpu_to_node()", "node", .int(node.id.rawValue), "the node that it looks in first")
        addPagesets(machine.zoneNames.compactMap { name in machine.pageset(of: cpu, name).map { (name, $0) } })
        addStatistics(
            machine.zoneNames.compactMap { name in machine.perCPUStatistics(of: cpu, name).map { (name, $0) } })
    }

    private static func byZone<Status>(
        _ all: [(ZoneName, Status)], _ value: (Status) -> InspectedValue
    ) -> InspectedValue {
        .object(
            Dictionary(
                all.map { ($0.description, value($1)) }, uniquingKeysWith: { first, _ in first }))
    }

    private mutating func addPagesets(_ all: [(ZoneName, PagesetStatus)]) {
        let structure = "per_cpu_pages."
        let tuned = Requirement.since(.tunesPerCPUHigh)
        add(
            structure + "count", "PagesetStatus.count", Self.byZone(all) { .int($0.count.rawValue) },
            "pages in the CPU's lists")
        add(
            structure + "high", "PagesetStatus.high", Self.byZone(all) { .int($0.high.rawValue) },
            "pages beyond which some go back; 0 until the lists are first used, where the kernel tunes it")
        add(
            structure + "high_min", "PagesetStatus.highMin", Self.byZone(all) { .int($0.highMin.rawValue) },
            needs: tuned, "the least that high may be")
        add(
            structure + "high_max", "PagesetStatus.highMax", Self.byZone(all) { .int($0.highMax.rawValue) },
            needs: tuned, "the most that high may be")
        add(
            structure + "batch", "PagesetStatus.batch", Self.byZone(all) { .int($0.batch.rawValue) },
            "pages that move at a time")
        add(
            structure + "alloc_factor", "PagesetStatus.allocFactor", Self.byZone(all) { .int($0.allocFactor) },
            needs: tuned, "log₂ of how much larger the next refill is")
        add(
            structure + "free_count", "PagesetStatus.freeCount", Self.byZone(all) { .int($0.freeCount) }, needs: tuned,
            "pages freed lately without an allocation between")
        add(
            structure + "expire", "PagesetStatus.expire", Self.byZone(all) { .int($0.expire) }, needs: .all(.numa),
            "turns of the statistics worker until a remote zone's pages go back")
        add(
            structure + "lists", "PagesetStatus.listLengths", Self.byZone(all) { .ints($0.listLengths) },
            "blocks in each list: 3 × order + migrate type for orders 0 to 3, then two of huge pages")
    }

    private mutating func addStatistics(_ all: [(ZoneName, PerCPUZoneStatus)]) {
        let structure = "per_cpu_zonestat."
        add(
            structure + "vm_stat_diff", "PerCPUZoneStatus.freePagesDifference",
            Self.byZone(all) { .int($0.freePagesDifference.rawValue) }, needs: .all(.smp),
            "free pages counted here and not in the zone's counter yet")
        add(
            structure + "stat_threshold", "PerCPUZoneStatus.statThreshold", Self.byZone(all) { .int($0.statThreshold) },
            needs: .all(.smp), "how far the CPU counts by itself")
        add(
            structure + "vm_numa_event", "PerCPUZoneStatus.numaEvents", Self.byZone(all) { .numaEvents($0.numaEvents) },
            needs: .all(.numa), "where this CPU's pages came from")
    }
}
