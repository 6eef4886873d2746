import KernelFormats
import PhysicalMemory

/// A layout drawn as a tree for people: the machine, its nodes, their zones and zonelists.
struct LayoutTree {
    private(set) var text = ""
    private let layout: MachineLayout
    private let style: TextStyle

    init(_ layout: MachineLayout, style: TextStyle) {
        self.layout = layout
        self.style = style
        addMachine()
        for node in layout.nodes { addNode(node, isLast: node.id == layout.nodes.last?.id) }
        addNotes()
    }

    private mutating func line(_ words: String) { text += words + "\n" }

    private mutating func addMachine() {
        let pages = layout.nodes.reduce(PageCount(0)) { $0 + $1.presentPages }
        let cpus = Set(layout.nodes.flatMap(\.cpus)).count
        line(
            style.bold(PrintableText.escaped(layout.name, isOneLine: true))
                + "  \(layout.architecture.rawValue), Linux \(layout.kernel), "
                + "\(layout.nodes.count) \(layout.nodes.count == 1 ? "node" : "nodes"), \(cpus) \(cpus == 1 ? "CPU" : "CPUs"), \(size(pages)), "
                + "pages of \(layout.pageSize.rawValue >> 10) KiB")
        for range in layout.zoneRanges {
            line("│  " + style.dim("range  ") + padded(range.zone.kernelName, 8) + addresses(range.frames))
        }
        for movable in layout.movableStart {
            line("│  " + style.dim("Movable starts on node ") + "\(movable.node) at \(address(movable.start))")
        }
        line(
            "│  " + style.dim("min_free_kbytes ") + "\(layout.minFreeKbytes)" + style.dim("  policy zone ")
                + (layout.policyZone?.kernelName ?? "none"))
        let states = NodeStates.State.allCases.filter { !layout.states[$0].isEmpty }
        line(
            "│  " + style.dim("node states ")
                + states.map { "\($0.rawValue) \(layout.states[$0])" }.joined(separator: ", "))
    }

    private mutating func addNode(_ node: NodeLayout, isLast: Bool) {
        let stem = isLast ? "   " : "│  "
        line(
            (isLast ? "└─ " : "├─ ") + style.bold("node \(node.id)") + "  "
                + (node.presentPages > 0 ? size(node.presentPages) : "no memory") + ", "
                + (node.cpus.isEmpty ? "no CPUs" : "CPUs \(NumberList(node.cpus.map(\.rawValue)))")
                + ", distances \(node.distances.map(String.init).joined(separator: " "))")
        let zones = node.zones.filter { $0.spannedPages > 0 }
        if node.presentPages > 0 {
            let end = node.startPFN.advanced(by: node.spannedPages.rawValue)
            line(
                stem + "│  " + style.dim("spans ") + addresses(node.startPFN..<end)
                    + style.dim("  total reserve ") + size(node.totalReservePages))
        }
        for zone in zones { addZone(zone, stem: stem) }
        line(
            stem + "└─ " + style.dim("zonelist ")
                + (node.zonelist.isEmpty
                    ? "empty" : node.zonelist.map(\.description).joined(separator: " ")))
    }

    private mutating func addZone(_ zone: ZoneLayout, stem: String) {
        let end = zone.startPFN.advanced(by: zone.spannedPages.rawValue)
        let marks = zone.watermarks
        line(
            stem + "├─ " + style.cyan(padded(zone.type.kernelName, 8)) + addresses(zone.startPFN..<end)
                + style.dim("  present ") + size(zone.presentPages) + style.dim("  managed ")
                + size(zone.managedPages))
        guard zone.presentPages > 0 else { return }
        line(
            stem + "│    " + style.dim("watermarks min ") + "\(marks.min)" + style.dim(" low ") + "\(marks.low)"
                + style.dim(" high ") + "\(marks.high)"
                + (marks.promo.map { style.dim(" promo ") + "\($0)" } ?? "") + style.dim(" pages  protection ")
                + zone.protection.map(\.description).joined(separator: " "))
        let high =
            layout.kernel >= .tunesPerCPUHigh
            ? "\(zone.perCPU.highMin) to \(zone.perCPU.highMax)" : "\(zone.perCPU.highMin)"
        line(
            stem + "│    " + style.dim("per-CPU batch ") + "\(zone.perCPU.batch)" + style.dim(" high ") + high
                + style.dim("  counter threshold ") + "\(zone.statThreshold)")
    }

    private mutating func addNotes() {
        for note in layout.notes { line(style.yellow("note: ") + note) }
    }

    private func address(_ pfn: PFN) -> String {
        let (bytes, overflow) = pfn.rawValue.multipliedReportingOverflow(by: UInt64(layout.pageSize.rawValue))
        return "0x" + String(overflow ? .max : bytes, radix: 16)
    }

    private func addresses(_ frames: Range<PFN>) -> String {
        address(frames.lowerBound) + "–" + address(frames.upperBound)
    }

    /// In MiB with the pages behind: people think in the one, the kernel prints the other.
    private func size(_ pages: PageCount) -> String {
        let kibibytes = Double(pages.rawValue) * Double(layout.pageSize.rawValue >> 10)
        let mebibytes = kibibytes / 1024
        let tenths = Int((mebibytes * 10).rounded())
        let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
        return "\(text) MiB (\(pages) pages)"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
