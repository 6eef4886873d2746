import PhysicalMemory

/// One request to explain, on a machine under pressure that is prepared first.
public struct ExplainedRequest: Sendable {
    public var cpu: CPUID
    public var order: Order
    public var gfp: GFP
    public var policy: PolicyRequest
    /// The nodes that the task may use; `nil`: all.
    public var allowed: NodeMask?
    /// The place of the block in a range of memory that has the policy, in pages; `nil`: the task has the policy.
    public var page: Int?
    /// The same request this many times before, unexplained.
    public var repeats: Int
    public var fills: [FillRequest]

    public init(
        cpu: CPUID, order: Order = 0, gfp: GFP = .kernel, policy: PolicyRequest = .local, allowed: NodeMask? = nil,
        page: Int? = nil, repeats: Int = 0, fills: [FillRequest] = []
    ) {
        self.cpu = cpu
        self.order = order
        self.gfp = gfp
        self.policy = policy
        self.allowed = allowed
        self.page = page
        self.repeats = repeats
        self.fills = fills
    }

    /// What of a request the machine does not have.
    public enum Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        case noSuchCPU(CPUID, has: String)
        case order(Order, highest: Order)
        case noSuchZone(FillRequest, has: [ZoneName])
        case policy(MemoryPolicyError)
        case noAllowedNode(NodeMask)
        case noSuchNode(String, NodeID, has: NodeMask)
        case page(Int)

        public var description: String {
            switch self {
            case .noSuchCPU(let cpu, let has): "--cpu \(cpu): the machine has no such CPU; it has \(has)"
            case .noSuchNode(let option, let node, let has): "\(option): the machine has no node \(node); it has \(has)"
            case .order(let order, let highest): "--order \(order): orders go from 0 to \(highest)"
            case .noSuchZone(let fill, let names):
                "--fill \(fill): the machine has no such zone with memory; it has "
                    + names.map { "\($0.node)/\($0.zone.kernelName)" }.joined(separator: ", ")
            case .policy(let error): "--policy: \(error)"
            case .noAllowedNode(let nodes): "--allowed \(nodes): none of these nodes has memory"
            case .page(let page): "--page \(page): pages are counted from 0"
            }
        }
    }

    /// Prepares `machine`, which must be fresh and nobody else's, and runs the request on it.
    public func run(on machine: Machine) throws(Mistake) -> ExplainReport {
        let cpus = Set(machine.layout.nodes.flatMap(\.cpus)).sorted()
        guard cpus.contains(cpu) else { throw .noSuchCPU(cpu, has: Text.list(cpus.map(\.rawValue))) }
        guard order >= 0, order <= machine.layout.maxOrder else {
            throw .order(order, highest: machine.layout.maxOrder)
        }
        if let page, page < 0 { throw .page(page) }
        var task = try taskPolicy(on: machine)
        let prepared = try fills.map { (fill) throws(Mistake) in try prepare(fill, on: machine) }
        for _ in 0..<repeats where (try? allocate(on: machine, &task)) == nil { break }
        let explanation = machine.explain(on: cpu) { machine throws(AllocationFailure) in
            try allocate(on: machine, &task)
        }
        return ExplainReport(self, prepared, explanation, machine.layout)
    }

    private func taskPolicy(on machine: Machine) throws(Mistake) -> TaskPolicy {
        let memory = machine.layout.states.memory
        let nodes = NodeMask(machine.layout.nodes.map(\.id))
        // As numactl does: a policy over nodes that are not there is a mistake, not a smaller policy.
        for (option, named) in [("--policy \(policy)", policy.nodes), ("--allowed", allowed ?? [])] {
            if let missing = named.first(where: { !nodes.contains($0) }) {
                throw .noSuchNode(option, missing, has: nodes)
            }
        }
        if let allowed, !allowed.intersects(memory) { throw .noAllowedNode(allowed) }
        do {
            for (node, weight) in policy.weights { machine.interleaveWeights.set(weight, of: node) }
            return TaskPolicy(
                try machine.policy(policy.mode, nodes: policy.nodes, flags: policy.flags, allowed: allowed),
                allowedNodes: allowed?.intersection(memory))
        } catch { throw .policy(error) }
    }

    private func prepare(_ fill: FillRequest, on machine: Machine) throws(Mistake) -> ExplainReport.Prepared {
        guard let status = machine.status(of: fill.zone) else { throw .noSuchZone(fill, has: machine.zoneNames) }
        let blocks = machine.occupy(
            fill.zone, leaving: fill.rest(of: status), as: fill.type, scattered: fill.scattered, on: cpu)
        return ExplainReport.Prepared(
            node: fill.zone.node, zone: fill.zone.zone.kernelName,
            takenPages: blocks.reduce(PageCount(0)) { $0 + $1.order.pageCount },
            freePages: machine.status(of: fill.zone)?.freePagesSnapshot ?? 0, migrateType: fill.type.kernelName,
            scattered: fill.scattered)
    }

    private func allocate(on machine: Machine, _ task: inout TaskPolicy) throws(AllocationFailure) -> PFN {
        if let page {
            let range = RangePolicy(task.policy)
            return try machine.allocate(order, gfp, on: cpu, at: page, of: range, task: task)
        }
        return try machine.allocate(order, gfp, on: cpu, policy: &task)
    }
}
