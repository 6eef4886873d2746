import Lab
import PhysicalMemory

/// A kernel's memory as it is, for people.
struct HostText {
    private(set) var text = ""
    private let state: HostState
    private let changes: HostChanges?
    private let style: TextStyle
    private let pageSize: Int

    init(_ state: HostState, changes: HostChanges?, perCPU: Bool, quiet: Bool, style: TextStyle) {
        self.state = state
        self.changes = changes
        self.style = style
        pageSize = state.pageSize ?? 4096
        addHead()
        addNUMAStat()
        addPressure()
        if perCPU { addEachCPU() } else { addPagesets() }
        addFragmentation()
        addTypes()
        if let process = state.process { addProcess(process) }
        if !quiet {
            for note in state.notes { line(style.dim("note: \(note)")) }
        }
        if text.hasSuffix("\n\n") { text.removeLast() }
    }

    private mutating func line(_ words: String = "") { text += words + "\n" }

    private mutating func addTable(_ table: TextTable) {
        text += table.text(style)
        line()
    }

    private mutating func addHead() {
        let count = state.nodes.count
        line(
            style.bold(state.machine) + (state.kernel.map { "  kernel \($0)" } ?? "")
                + (state.pageSize.map { ", pages of \(Text.size(ByteCount($0)))" } ?? "")
                + ", \(count) node\(count == 1 ? "" : "s")"
                + (changes.map { "; changes of \(Text.decimal($0.seconds)) s" } ?? ""))
        let settings = ["zone_reclaim_mode", "min_free_kbytes", "watermark_scale_factor"].compactMap { name in
            state.sysctls[name].map { "vm.\(name) \($0)" }
        }
        if !settings.isEmpty { line(style.dim("  " + settings.joined(separator: ", "))) }
        line()
    }

    private mutating func addNUMAStat() {
        guard state.nodes.contains(where: { $0.numastat != nil }) else { return }
        line(
            style.bold("numastat")
                + (changes == nil ? "  counted since boot; rows: nodes that memory came from" : "  a second"))
        var rows = [[""] + NUMAStat.Event.allCases.map(\.rawValue)]
        for node in state.nodes {
            guard let stat = node.numastat else { continue }
            rows.append(
                ["node \(node.id)"]
                    + NUMAStat.Event.allCases.map { event in
                        guard let changes else { return String(stat[keyPath: event.path]) }
                        return changes.rate(event, node).map(Text.decimal) ?? "-"
                    })
        }
        text += TextTable(rows: rows).text(style)
        for node in state.nodes {
            guard let stat = node.numastat, stat.numaMiss > 0 else { continue }
            let all = Double(stat.numaHit) + Double(stat.numaMiss)
            line(
                "  node \(node.id): \(Text.decimal(Double(stat.numaMiss) * 100 / all)) % of what it gave was meant to "
                    + "come from another node")
        }
        line()
    }

    private mutating func addPressure() {
        let zones = state.nodes.flatMap { node in node.zones.map { (node, $0) } }.filter { $0.1.pressure != nil }
        guard !zones.isEmpty else { return }
        line(style.bold("pressure") + "  free pages against the watermarks; the bar ends at 2 × high, | min low high")
        var rows = [
            ["zone", "", "free", "min", "low", "high", "free/high"] + (changes == nil ? [] : ["change"]) + [""]
        ]
        for (node, zone) in zones {
            guard let free = zone.free, let min = zone.min, let low = zone.low, let high = zone.high,
                let pressure = zone.pressure
            else { continue }
            let ratio = high > 0 ? Text.decimal(Double(free) / Double(high)) : "-"
            let boost = zone.boost.map { $0 > 0 ? ", boosted by \($0)" : "" } ?? ""
            rows.append(
                [
                    "\(node.id)/\(zone.name)", Self.bar(free: free, marks: [min, low, high]), String(free),
                    String(min), String(low), String(high), ratio,
                ]
                    + (changes == nil ? [] : [changes?.free(zone, of: node).map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "-"])
                    + [" " + pressure.meaning + boost])
        }
        let last = (rows.first?.count ?? 1) - 1
        // The verdict stands at the left of its column.
        let width = rows.map { $0[last].count }.max() ?? 0
        for index in rows.indices { rows[index][last] = Text.left(rows[index][last], width) }
        let style = self.style
        var table = TextTable(rows: rows, leftColumns: 2)
        table.accent = { row, column, cell in
            guard column == 1 || column == last else { return cell }
            switch zones[row - 1].1.pressure {
            case .belowMin: return style.red(cell)
            case .belowLow, .belowHigh: return style.yellow(cell)
            default: return style.green(cell)
            }
        }
        addTable(table)
    }

    private static let barWidth = 24

    /// Free pages from 0 to twice the high watermark.
    static func bar(free: Int, marks: [Int]) -> String {
        guard let high = marks.last, high > 0 else { return "[" + String(repeating: " ", count: barWidth) + "]" }
        func place(_ pages: Int) -> Int {
            Int(min(Double(barWidth), max(0, Double(pages) / Double(high) * Double(barWidth) / 2)))
        }
        var cells = (0..<barWidth).map { $0 < place(free) ? "█" : "·" }
        for mark in marks { cells[min(barWidth - 1, place(mark))] = "|" }
        return "[" + cells.joined() + (free > 2 * high ? "›" : "]")
    }

    private mutating func addPagesets() {
        var rows = [["zone", "CPUs", "pages", "high", "batch", "fullest"]]
        for node in state.nodes {
            for zone in node.zones where !zone.pagesets.isEmpty {
                let sets = zone.pagesets
                let fullest = sets.max { ($0.count ?? 0) < ($1.count ?? 0) }
                rows.append([
                    "\(node.id)/\(zone.name)", String(sets.count), String(sets.reduce(0) { $0 + ($1.count ?? 0) }),
                    Self.range(sets.compactMap(\.high)), Self.range(sets.compactMap(\.batch)),
                    fullest.flatMap { set in set.count.map { $0 > 0 ? "CPU \(set.cpu): \($0)" : "-" } } ?? "-",
                ])
            }
        }
        guard rows.count > 1 else { return }
        line(style.bold("per-CPU lists") + "  in pages; high: where a CPU begins to give back; --per-cpu shows each")
        addTable(TextTable(rows: rows))
    }

    private mutating func addEachCPU() {
        var rows = [["zone", "CPU", "pages", "high", "batch"]]
        for node in state.nodes {
            for zone in node.zones {
                rows += zone.pagesets.map { set in
                    let high = set.high.map(String.init) ?? "-"
                    let bounds = set.highMin.flatMap { low in set.highMax.map { " (\(low)–\($0))" } } ?? ""
                    return [
                        "\(node.id)/\(zone.name)", String(set.cpu), set.count.map(String.init) ?? "-", high + bounds,
                        set.batch.map(String.init) ?? "-",
                    ]
                }
            }
        }
        guard rows.count > 1 else { return }
        line(style.bold("per-CPU lists") + "  in pages; high: where the CPU begins to give back")
        addTable(TextTable(rows: rows))
    }

    private static func range(_ numbers: [Int]) -> String {
        guard let low = numbers.min(), let high = numbers.max() else { return "-" }
        return low == high ? "\(low)" : "\(low)–\(high)"
    }

    private mutating func addFragmentation() {
        let orders = state.nodes.map(\.freeBlocks.count).max() ?? 0
        guard orders > 0 else { return }
        line(
            style.bold("fragmentation")
                + "  free blocks by order; unusable: per cent of the node's free memory in blocks too small for the order"
        )
        var rows = [["order"] + (0..<orders).map(String.init)]
        rows.append(["size"] + (0..<orders).map { Text.size(ByteCount(pageSize << $0)).filter { $0 != " " } })
        for node in state.nodes where !node.freeBlocks.isEmpty {
            rows.append(["node \(node.id) blocks"] + node.freeBlocks.map(String.init))
            rows.append(["node \(node.id) unusable"] + node.unusableFreeIndex.map { Text.decimal($0 * 100) })
        }
        addTable(TextTable(rows: rows))
    }

    private mutating func addTypes() {
        let zones = state.nodes.flatMap { node in node.zones.map { (node, $0) } }.filter { !$0.1.pageblocks.isEmpty }
        guard !zones.isEmpty else { return }
        let types = MigrateType.allCases.map(\.kernelName).filter { name in
            zones.contains { $0.1.pageblocks[name] != nil }
        }
        line(style.bold("pageblocks") + "  by migrate type, with the free pages of that type")
        var rows = [["zone"] + types]
        for (node, zone) in zones {
            rows.append(
                ["\(node.id)/\(zone.name)"]
                    + types.map { type in
                        let blocks = zone.pageblocks[type].map(String.init) ?? "-"
                        let free = zone.freeBlocksByType[type].map { " (\(FreeBlocks($0).pages))" } ?? ""
                        return blocks + free
                    })
        }
        addTable(TextTable(rows: rows))
    }

    private mutating func addProcess(_ process: ProcessState) {
        line(style.bold("process \(process.pid)") + "  \(Text.printable(process.name))")
        guard !process.nodes.isEmpty else {
            line("  it has no pages of its own: a kernel thread, or it has ended")
            return line()
        }
        let kinds = ["anonymous", "heap", "stack", "file", "huge"]
        var rows = [[""] + kinds + ["together"]]
        for node in process.nodes {
            rows.append(
                ["node \(node.node)"] + kinds.map { Text.size(ByteCount(node.bytesByKind[$0] ?? 0)) }
                    + [Text.size(ByteCount(node.bytes))])
        }
        text += TextTable(rows: rows).text(style)
        line(
            "  by what the mapping is of; \(Text.size(ByteCount(process.anonymousBytes))) are the process's own, "
                + "its copies of files' pages among them")
        line()
        guard !process.mappings.isEmpty else { return }
        let nodes = process.nodes.map(\.node)
        rows = [["mapping", "kind", "policy", "page"] + nodes.map { "node \($0)" } + ["of"]]
        for mapping in process.mappings {
            rows.append(
                [mapping.start, mapping.kind, mapping.policy, Text.size(ByteCount(mapping.pageBytes))]
                    + nodes.map { mapping.bytesByNode[String($0)].map { Text.size(ByteCount($0)) } ?? "-" }
                    + [Text.printable(mapping.file ?? "")])
        }
        let width = rows.map { $0[$0.count - 1].count }.max() ?? 0
        for index in rows.indices {
            let last = rows[index].count - 1
            rows[index][last] = Text.left(rows[index][last], width)
        }
        text += TextTable(rows: rows, leftColumns: 3).text(style)
        line("  \(process.mappings.count) of \(process.mappingCount) mappings, the biggest")
        line()
    }
}
