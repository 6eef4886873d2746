import HostNUMA

/// What every survey works with. The conducting thread's alone.
struct Bench {
    let host: Host
    let settings: HostSettings
    let sizing: Sizing
    let options: MeasureOptions
    let interrupt: InterruptFlag
    let seats = Seats()
    /// The matrices' rows and columns.
    let rows: [HostNode]
    let columns: [HostNode]

    init(_ plan: MeasurePlan, _ interrupt: InterruptFlag) {
        host = plan.host
        settings = plan.settings
        sizing = plan.sizing
        options = plan.options
        self.interrupt = interrupt
        rows = host.topology.cpuNodes
        columns = host.topology.memoryNodes
    }

    var isInterrupted: Bool { interrupt.isRaised }

    func memory(_ wanted: Int, on node: HostNode, basePages: Bool = false) throws(HostError) -> MeasuredMemory {
        try MeasuredMemory.make(wanted, on: node, of: host, pools: settings.hugePagePools, basePages: basePages)
    }

    /// The column of a row's own memory, or of the nearest if it has none that can be used; nil if there is none.
    func home(of row: Int) -> Int? {
        columns.indices.filter { columns[$0].hasUsableMemory }.min { a, b in
            let (near, far) = (distance(row, a), distance(row, b))
            return near == far ? columns[a].id < columns[b].id : near < far
        }
    }

    /// The usable column that is farthest from a row; nil if the only one is its home.
    func farthest(from row: Int) -> Int? {
        columns.indices.filter { columns[$0].hasUsableMemory && $0 != home(of: row) }
            .max { distance(row, $0) < distance(row, $1) }
    }

    private func distance(_ row: Int, _ column: Int) -> Int {
        let (from, to) = (rows[row].id, columns[column].id)
        return host.topology.distance(from: from, to: to) ?? (from == to ? 10 : 20)
    }

    /// All last-level caches that the node's CPUs can fill together, in bytes; nil if unknown.
    func cacheBytes(of node: HostNode) throws(HostError) -> Int? {
        guard let cpu = node.cpus.first, let cache = try HostCache.lastLevel(of: cpu) else { return nil }
        let instances = max(1, node.onlineCPUs.count / max(1, cache.sharingCPUs ?? node.onlineCPUs.count))
        let (sum, overflow) = cache.byteCount.multipliedReportingOverflow(by: instances)
        return overflow ? cache.byteCount : sum
    }
}
