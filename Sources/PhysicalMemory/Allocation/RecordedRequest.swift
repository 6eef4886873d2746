/// One attempt of a request as a recording states it.
package struct RecordedRequest: Sendable {
    /// How the attempt reaches a zone's blocks. The recording knows: a per-CPU list's lock may have been taken.
    package enum Route: UInt8, Sendable {
        /// Through the CPU's list, then the free areas. *Kernel counterpart:* `rmqueue`.
        case perCPU
        /// From the free areas. *Kernel counterpart:* `rmqueue_buddy`.
        case buddy
        /// One page of several. *Kernel counterpart:* `alloc_pages_bulk`.
        case bulk
    }

    package var order: Order
    package var gfp: GFP
    package var migrateType: MigrateType
    /// Where to look first; `nil`: the CPU's own node.
    package var node: NodeID?
    /// `nil`: all nodes.
    package var allowed: NodeMask?
    /// The flags of a slow path's attempt; `nil`: a first attempt, whose flags follow from the rest.
    package var flags: AllocationFlags?
    package var route: Route

    package init(
        order: Order, gfp: GFP, migrateType: MigrateType, node: NodeID?, allowed: NodeMask?, flags: AllocationFlags?,
        route: Route
    ) {
        self.order = order
        self.gfp = gfp
        self.migrateType = migrateType
        self.node = node
        self.allowed = allowed
        self.flags = flags
        self.route = route
    }
}

/// An attempt under way: which zones it has tried, and with which flags it goes on.
package struct RecordedAttempt: Sendable {
    private(set) var request: RecordedRequest
    let context: AllocationContext
    var walk: ZoneWalk

    package var route: RecordedRequest.Route {
        get { request.route }
        set { request.route = newValue }
    }

    /// Whether a pageblock is kept for requests of this kind, once it has a block.
    package var keepsPageblock: Bool { walk.flags.contains(.highatomic) }

    /// `nil` if no zone may serve the request.
    init?(_ request: RecordedRequest, cpu: borrowing CPUState) {
        // Compound pages are left out: recordings free them in whatever pieces the kernel split them into.
        var context = AllocationContext(
            request.gfp, node: request.node?.rawValue ?? Int(cpu.node), allowed: request.allowed, cpu: cpu)
        context.migrateType = request.migrateType.rawValue
        guard context.preferred < context.zonelist.count else { return nil }
        let preferred = context.zonelist.references[context.preferred]
        let flags =
            request.flags
            ?? (request.route == .bulk
                ? cpu.bulkFlags(context.migrateType) : cpu.fastFlags(request.gfp, preferred: preferred))
        self.request = request
        self.context = context
        walk = ZoneWalk(flags, context)
    }
}
