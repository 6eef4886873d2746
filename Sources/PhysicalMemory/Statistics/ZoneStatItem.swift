/// What is counted of a zone's pages, by the names that `/proc/zoneinfo` prints, in the kernel's order.
///
/// *Kernel counterpart:* `enum zone_stat_item`.
public enum ZoneStatItem: String, CaseIterable, Hashable, Sendable, Codable {
    /// Free pages, those in per-CPU lists not included.
    case freePages = "nr_free_pages"
    /// The zone's pages on the node's inactive list of anonymous memory.
    case inactiveAnon = "nr_zone_inactive_anon"
    /// The zone's pages on the node's active list of anonymous memory.
    case activeAnon = "nr_zone_active_anon"
    /// The zone's pages on the node's inactive list of file memory.
    case inactiveFile = "nr_zone_inactive_file"
    /// The zone's pages on the node's active list of file memory.
    case activeFile = "nr_zone_active_file"
    /// The zone's pages that reclaim leaves alone.
    case unevictable = "nr_zone_unevictable"
    /// Pages dirty, being written or unstable.
    case writePending = "nr_zone_write_pending"
    /// Pages locked in memory.
    case mlock = "nr_mlock"
    /// Pages of bounce buffers.
    case bounce = "nr_bounce"
    /// Pages of zsmalloc.
    case zspages = "nr_zspages"
    /// Free pages of contiguous areas.
    case freeCMA = "nr_free_cma"
    /// Pages that the guest has not accepted yet.
    case unaccepted = "nr_unaccepted"

    /// The name in `/proc/zoneinfo`.
    public var kernelName: String { rawValue }
}

extension ZoneData {
    /// One of the zone's counters, per-CPU differences left out; 0 where nothing counts it yet.
    ///
    /// *Kernel counterpart:* `vm_stat[]`.
    public func statistic(_ item: ZoneStatItem) -> Int {
        guard let zone = machine.zone(name.node, name.zone) else { return 0 }
        return switch item {
        case .freePages: zone.value.freePages.load()
        case .freeCMA: zone.value.freeCMA.load()
        default: 0
        }
    }

    /// Where the zone's pages went, summed over CPUs. *Kernel counterpart:* `vm_numa_event[]`. Complexity: O(CPUs).
    public var numaEvents: NUMAStat {
        var stat = NUMAStat()
        guard let zone = machine.zone(name.node, name.zone) else { return stat }
        for cpu in 0..<machine.pagesets.count { stat.add(machine.pagesets[cpu][zone.value.number].value.numa) }
        return stat
    }
}

/// What one CPU counts of one zone by itself, at one moment.
///
/// *Kernel counterpart:* `struct per_cpu_zonestat`.
public struct PerCPUZoneStatus: Hashable, Sendable {
    /// *Kernel counterpart:* `vm_stat_diff[NR_FREE_PAGES]`.
    public var freePagesDifference: PageCount
    /// *Kernel counterpart:* `stat_threshold`.
    public var statThreshold: Int
    /// *Kernel counterpart:* `vm_numa_event[]`.
    public var numaEvents: NUMAStat
}

extension Machine {
    /// What a CPU counts of a zone, or `nil` if the machine has not both.
    public func perCPUStatistics(of cpu: CPUID, _ name: ZoneName) -> PerCPUZoneStatus? {
        guard let state = self.cpu(cpu), let zone = zone(name.node, name.zone) else { return nil }
        var stat = NUMAStat()
        stat.add(state.value.pagesets[zone.value.number].value.numa)
        return PerCPUZoneStatus(
            freePagesDifference: PageCount(zone.value.differences[state.value.index].load()),
            statThreshold: zone.value.tuning.statThreshold.load(), numaEvents: stat)
    }
}
