import PhysicalMemory

/// One explained request, as `pgdat explain --json` prints it: `{steps, result}` or `{steps, failure}`.
public struct ExplainReport: Encodable, Sendable {
    /// What was done to a zone beforehand.
    public struct Prepared: Encodable, Hashable, Sendable {
        public var node: NodeID
        public var zone: String
        public var takenPages: PageCount
        /// Free afterwards.
        public var freePages: PageCount
        public var migrateType: String
        public var scattered: Bool
    }

    /// Where the block lies.
    public struct Place: Encodable, Hashable, Sendable {
        public var pfn: PFN
        public var node: NodeID
        public var zone: String
    }

    public var machine: String
    public var cpu: CPUID
    public var order: Order
    public var gfp: String
    public var policy: String
    public var prepared: [Prepared]
    public var steps: [AllocationStep]
    public var result: Place?
    public var failure: String?

    init(
        _ request: ExplainedRequest, _ prepared: [Prepared], _ explanation: Explanation, _ layout: MachineLayout
    ) {
        machine = layout.name
        cpu = request.cpu
        order = request.order
        gfp = request.gfp.kernelNames
        policy = request.policy.description
        self.prepared = prepared
        steps = explanation.steps
        switch explanation.result {
        case .success(let pfn):
            let place = steps.last { if case .handOut = $0.event { true } else { false } }?.place
            result = place.map { Place(pfn: pfn, node: $0.node, zone: $0.zone.kernelName) }
        case .failure(let error): failure = error.description
        }
    }
}
