import HostNUMA
import PhysicalMemory

/// Which node and which CPU of the host stand for those of a modelled machine.
struct HostAssignment {
    struct CPU: Hashable {
        var cpu: CPUID
        var node: NodeID
        var hostCPU: HostCPU
    }

    /// By modelled node with memory.
    private(set) var nodes: [NodeID: HostNodeID] = [:]
    /// Ascending by CPU number.
    private(set) var cpus: [CPU] = []
    /// CPUs of the machine that nothing of the host stands for.
    private(set) var missingCPUs: [CPUID] = []
    /// Modelled nodes that no memory of the host stands for, and why.
    private(set) var missingNodes: [NodeID: String] = [:]

    /// Several modelled nodes lie on one of the host's.
    var sharesNodes: Bool { Set(nodes.values).count < nodes.count }
    /// Several modelled CPUs run by turns on one of the host's.
    var isOversubscribed: Bool { Set(cpus.map(\.hostCPU)).count < cpus.count }

    /// `isHost`: the machine is the host itself, so numbers mean the same. Else nodes and CPUs are dealt out in turn.
    init(_ layout: MachineLayout, _ host: Host, isHost: Bool) {
        let usable = host.topology.nodes.filter { (try? host.way(to: $0.id)) != nil }
        let withMemory = layout.nodes.filter { $0.presentPages > 0 }
        for (index, node) in withMemory.enumerated() {
            guard isHost else {
                if usable.isEmpty {
                    missingNodes[node.id] = "no memory of this host can be had"
                } else {
                    nodes[node.id] = usable[index % usable.count].id
                }
                continue
            }
            guard let id = HostNodeID(rawValue: node.id.rawValue) else { continue }
            do throws(HostError) {
                _ = try host.way(to: id)
                nodes[node.id] = id
            } catch {
                if case .unreachable(_, let reason) = error {
                    missingNodes[node.id] = reason
                } else {
                    missingNodes[node.id] = error.description
                }
            }
        }
        assignCPUs(layout, host, isHost: isHost)
    }

    private mutating func assignCPUs(_ layout: MachineLayout, _ host: Host, isHost: Bool) {
        let all = host.topology.cpus
        let permitted = Set(all)
        var next: [HostNodeID?: Int] = [:]
        let withCPUs = host.topology.nodes.filter { !$0.cpus.isEmpty }
        for (index, node) in layout.nodes.filter({ !$0.cpus.isEmpty }).enumerated() {
            let home =
                nodes[node.id].flatMap { host.topology.node($0) } ?? withCPUs[safe: index % max(1, withCPUs.count)]
            let candidates = home.flatMap { $0.cpus.isEmpty ? nil : $0.cpus } ?? all
            for cpu in node.cpus {
                if isHost {
                    if let hostCPU = HostCPU(rawValue: cpu.rawValue), permitted.contains(hostCPU) {
                        cpus.append(CPU(cpu: cpu, node: node.id, hostCPU: hostCPU))
                    } else {
                        missingCPUs.append(cpu)
                    }
                } else if candidates.isEmpty {
                    missingCPUs.append(cpu)
                } else {
                    let turn = next[home?.id, default: 0]
                    next[home?.id] = turn + 1
                    cpus.append(CPU(cpu: cpu, node: node.id, hostCPU: candidates[turn % candidates.count]))
                }
            }
        }
        cpus.sort { $0.cpu < $1.cpu }
    }

    /// Leaves out all CPUs but those that `isWanted`.
    mutating func keepCPUs(where isWanted: (CPU) -> Bool) { cpus.removeAll { !isWanted($0) } }

    /// Leaves out all nodes but those that `isWanted`.
    mutating func keepNodes(where isWanted: (NodeID) -> Bool) { nodes = nodes.filter { isWanted($0.key) } }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
