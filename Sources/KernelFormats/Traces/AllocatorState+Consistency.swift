import PhysicalMemory

extension AllocatorStateParser {
    /// Reports whatever the state says that cannot be true: a frame in two places, counts that the lists contradict,
    /// zones and per-CPU lists of which nothing is said.
    ///
    /// A lenient reader leaves a frame in one of its places and corrects what can be counted from the lists. Complexity: O(n log n) in the
    /// number of blocks.
    mutating func checkConsistency(_ log: inout RecordLog) throws(FormatError) {
        blocks.sort { ($0.start, $0.line) < ($1.start, $1.line) }
        var reach: UInt64 = 0
        for block in blocks {
            guard block.start < reach else {
                reach = block.end
                continue
            }
            try log.report(.frameInTwoPlaces(PFN(block.start)), line: block.line)
            remove(block)
        }
        for zone in machine.zones.indices {
            guard let line = zoneLines[zone] else {
                try log.report(.missingRecord("zone \(zone)"), line: nil)
                continue
            }
            if state.zones[zone].blockTypes.isEmpty {
                try log.report(.missingRecord("blocks \(zone)"), line: nil)
            }
            try checkFreeCounter(zone, line: line, &log)
            for cpu in machine.cpuNodes.indices { try checkPerCPU(zone, cpu, &log) }
        }
    }

    private mutating func remove(_ block: Block) {
        let pfn = PFN(block.start)
        if let cpu = block.cpu {
            let lists = state.zones[block.zone].perCPU[cpu].lists
            guard let index = lists[block.list].lastIndex(of: pfn) else { return }
            state.zones[block.zone].perCPU[cpu].lists[block.list].remove(at: index)
        } else {
            let lists = state.zones[block.zone].freeLists
            guard let index = lists[block.list][block.type].lastIndex(of: pfn) else { return }
            state.zones[block.zone].freeLists[block.list][block.type].remove(at: index)
        }
    }

    /// The counter and its pending differences add up to what the buddy lists hold, isolated blocks excepted.
    private mutating func checkFreeCounter(_ zone: Int, line: Int, _ log: inout RecordLog) throws(FormatError) {
        let isolate = Int(MigrateType.isolate.rawValue)
        var listed = 0
        for (order, lists) in state.zones[zone].freeLists.enumerated() {
            for (type, list) in lists.enumerated() where type != isolate { listed += list.count << order }
        }
        let pending = state.zones[zone].differences.reduce(0) { $0 + $1.rawValue }
        guard state.zones[zone].free.rawValue + pending != listed else { return }
        try log.report(
            .contradiction(
                what: "free pages of zone \(zone)", stated: "\(state.zones[zone].free.rawValue + pending)",
                found: "\(listed)"),
            line: line)
        state.zones[zone].free = PageCount(listed - pending)
    }

    private mutating func checkPerCPU(_ zone: Int, _ cpu: Int, _ log: inout RecordLog) throws(FormatError) {
        guard let line = perCPULines[zone][cpu] else {
            try log.report(.missingRecord("pcp \(zone) cpu \(cpu)"), line: nil)
            return
        }
        let pcp = state.zones[zone].perCPU[cpu]
        var listed = 0
        for (list, frames) in pcp.lists.enumerated() {
            listed += frames.count << (machine.perCPUListOrder(list)?.rawValue ?? 0)
        }
        guard pcp.count.rawValue != listed else { return }
        try log.report(
            .contradiction(
                what: "count of zone \(zone), cpu \(cpu)", stated: "\(pcp.count)", found: "\(listed)"),
            line: line)
        state.zones[zone].perCPU[cpu].count = PageCount(listed)
    }
}
