import HostNUMA
import KernelFormats
import PhysicalMemory

/// A run that is possible: what it will pin, how much memory it takes, how long it lasts.
public struct RunPlan: Sendable {
    public let host: Host
    public let options: RunOptions
    /// The machine as it will run: of a backed one only the backed memory is managed.
    public let layout: MachineLayout
    let assignment: HostAssignment
    /// What a reader of the report should know, one sentence each.
    public private(set) var notes: [String] = []

    /// Throws ``RunError`` if it is not possible.
    public init(_ full: MachineLayout, on host: Host, options: RunOptions) throws(RunError) {
        self.host = host
        self.options = options
        var assignment = HostAssignment(full, host, isHost: options.standsForHost)
        try Self.restrict(&assignment, to: options, of: full)
        if options.requiresBinding, case .refused(let reason) = host.binding.mbind {
            throw .bindingRefused(reason: reason)
        }
        guard !assignment.cpus.isEmpty else { throw .noCPU }
        try Self.check(options.drive.workload, assignment)
        self.assignment = assignment
        guard options.isBacked else {
            layout = full
            return
        }
        guard !assignment.nodes.isEmpty else {
            throw .noMemory(reason: assignment.missingNodes.min { $0.key < $1.key }?.value ?? "it has none")
        }
        let quota = options.perNode?.rawValue ?? Self.usualQuota(assignment, host)
        let pages = PageCount(max(1, quota / full.pageSize.rawValue))
        layout = full.backed(assignment.nodes.mapValues { _ in pages })
        try Self.check(layout, assignment, host)
        notes = Self.notes(assignment, host, options, quota: quota)
    }

    /// Bytes of real memory that the machine's frames take.
    public var backedBytes: ByteCount {
        options.isBacked ? ByteCount(layout.managedBytes.values.reduce(0, +)) : 0
    }

    private static func restrict(
        _ assignment: inout HostAssignment, to options: RunOptions, of layout: MachineLayout
    ) throws(RunError) {
        for node in options.nodes ?? [] {
            guard let known = layout.node(node) else { throw .noSuchNode(node) }
            if let reason = assignment.missingNodes[node] { throw .nodeUnreachable(node, reason: reason) }
            guard known.presentPages > 0 || !known.cpus.isEmpty else {
                throw .nodeUnreachable(node, reason: "it has neither memory nor CPUs")
            }
        }
        let known = Set(layout.nodes.flatMap(\.cpus))
        for cpu in options.cpus ?? [] {
            guard known.contains(cpu) else { throw .noSuchCPU(cpu) }
            guard assignment.cpus.contains(where: { $0.cpu == cpu }) else { throw .cpuNotUsable(cpu) }
        }
        if let cpus = options.cpus.map(Set.init) { assignment.keepCPUs { cpus.contains($0.cpu) } }
        if let nodes = options.nodes.map(Set.init) {
            assignment.keepCPUs { nodes.contains($0.node) }
            assignment.keepNodes { nodes.contains($0) }
        }
    }

    private static func check(_ workload: Workload, _ assignment: HostAssignment) throws(RunError) {
        if workload == .producerConsumer && assignment.cpus.count < 2 {
            throw .workload(workload, needs: "at least two CPUs")
        }
        if workload == .crossNode && assignment.nodes.count < 2 {
            throw .workload(workload, needs: "at least two nodes with memory; --machine 2-socket has them")
        }
    }

    /// 512 MiB, or the node's share of half of what there is to spare.
    private static func usualQuota(_ assignment: HostAssignment, _ host: Host) -> Int {
        var quota = RunOptions.usualPerNode
        for (id, sharers) in sharers(assignment) {
            guard let node = host.topology.node(id) else { continue }
            quota = min(quota, node.memoryAvailable / 2 / sharers)
        }
        if let rest = host.memoryLimit.remainingBytes { quota = min(quota, rest / 2 / assignment.nodes.count) }
        return quota
    }

    /// How many modelled nodes lie on each of the host's.
    private static func sharers(_ assignment: HostAssignment) -> [HostNodeID: Int] {
        assignment.nodes.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Throws if the host has not as much memory to spare: a sixteenth is left to others.
    private static func check(
        _ layout: MachineLayout, _ assignment: HostAssignment, _ host: Host
    ) throws(RunError) {
        var wanted: [HostNodeID: Int] = [:]
        for (node, bytes) in layout.managedBytes {
            guard let id = assignment.nodes[node] else { continue }
            let (sum, overflow) = wanted[id, default: 0].addingReportingOverflow(bytes)
            wanted[id] = overflow ? .max : sum
        }
        for (id, bytes) in wanted.sorted(by: { $0.key < $1.key }) {
            let available = (host.topology.node(id)?.memoryAvailable ?? 0) / 16 * 15
            guard bytes <= available else {
                throw .tooLittleMemory(wanted: ByteCount(bytes), available: ByteCount(available), where: "\(id)")
            }
        }
        let total = wanted.values.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
        if let rest = host.memoryLimit.remainingBytes.map({ $0 / 16 * 15 }), total > rest {
            throw .tooLittleMemory(
                wanted: ByteCount(total), available: ByteCount(rest), where: "this process's control group")
        }
    }

    private static func notes(
        _ assignment: HostAssignment, _ host: Host, _ options: RunOptions, quota: Int
    ) -> [String] {
        var notes: [String] = []
        if let note = host.topology.note { notes.append(note) }
        for (node, reason) in assignment.missingNodes.sorted(by: { $0.key < $1.key }) {
            notes.append("node \(node)'s memory is left out: \(reason)")
        }
        if !assignment.missingCPUs.isEmpty {
            let list = Text.list(assignment.missingCPUs.map(\.rawValue).sorted())
            notes.append("CPUs left out, as this process may not use them: \(list)")
        }
        if assignment.sharesNodes { notes.append("several modelled nodes lie on one node of this host") }
        if assignment.isOversubscribed {
            let way = options.hasThreadPerCPU ? "each with a thread of its own" : "by turns"
            notes.append("several modelled CPUs share a CPU of this host, \(way)")
        }
        if options.perNode == nil && quota < RunOptions.usualPerNode {
            let usual = ByteCount(RunOptions.usualPerNode)
            notes.append(
                "\(Text.size(ByteCount(quota))) a node instead of \(Text.size(usual)): no more memory is to spare")
        }
        if case .refused(let reason) = host.binding.mbind {
            notes.append("memory cannot be bound here (\(reason)): it is placed by first touch")
        }
        if case .refused(let reason) = host.binding.setAffinity {
            notes.append("threads cannot be pinned here: \(reason)")
        }
        return notes
    }

    /// What will happen, for people, before it does.
    public var announcement: String {
        let cpus = assignment.cpus
        let threads = Set(cpus.map(\.hostCPU)).sorted().map(\.rawValue)
        var text =
            "\(PrintableText.escaped(layout.name, isOneLine: true)): \(cpus.count) modelled CPU\(cpus.count == 1 ? "" : "s") on "
        text += "\(threads.count) thread\(threads.count == 1 ? "" : "s"), pinned to CPU \(Text.list(threads)); "
        if options.isBacked {
            text += "\(Text.size(backedBytes)) of real memory on \(assignment.nodes.count) node"
            text += assignment.nodes.count == 1 ? "; " : "s; "
        } else {
            text += "no memory behind the frames; "
        }
        text += options.drive.workload.rawValue
        if let operations = options.operations { text += ", \(Text.count(operations)) operations" }
        if let seconds = options.seconds {
            text += "\(options.operations == nil ? "" : ", at most") for \(Text.decimal(seconds)) s"
        }
        if let latency = options.latency {
            let topology = host.topology
            let pairs = topology.cpuNodes.count * topology.memoryNodes.count
            let seconds = latency.secondsPerPair * Double(pairs)
            text += ", then about \(Text.decimal(max(1, seconds.rounded(.up)))) s for the cost of "
            text += pairs == 1 ? "memory" : "\(pairs) pairs of nodes"
        }
        return text + "."
    }
}
