import PhysicalMemory

/// An explained request in sentences, one paragraph a step.
public struct ExplainProse: Sendable {
    /// What was prepared; then the steps; then how it ended.
    public let prepared: [String]
    public let steps: [String]
    public let ending: String

    public init(_ report: ExplainReport) {
        prepared = report.prepared.map(Self.sentence)
        var attempts = 0
        steps = report.steps.compactMap { step in
            if case .attempt = step.event { attempts += 1 }
            return Self.sentence(step, attempt: attempts)
        }
        ending =
            if let result = report.result {
                "\(Self.block(report.order)) at pfn \(result.pfn), on node \(result.node), zone \(result.zone)."
            } else {
                "No memory: \(report.failure ?? "the request failed")."
            }
    }

    private static func sentence(_ prepared: ExplainReport.Prepared) -> String {
        let left = prepared.scattered ? ", all in single pages" : ""
        return "Zone \(prepared.node)/\(prepared.zone): \(prepared.takenPages) pages taken as "
            + "\(prepared.migrateType.lowercased()) memory, \(prepared.freePages) left free\(left)."
    }

    /// `nil` for steps that speak through their neighbours.
    private static func sentence(_ step: AllocationStep, attempt: Int) -> String? {
        let place = step.place.map { "\($0.node)/\($0.zone.kernelName)" } ?? "?"
        switch step.event {
        case .policy(let choice): return policy(choice)
        case .request(let request): return self.request(request)
        case .attempt(let detail): return self.attempt(detail, attempt)
        case .zone(let verdict): return zone(place, verdict)
        case .mixingAllowed(.remoteNodeNext):
            return "The next zone is on another node. Rather than go there, the walk starts over and may now mix "
                + "migrate types in a pageblock."
        case .mixingAllowed(.noZoneLeft):
            return "No zone is left. The walk starts over and may now mix migrate types in a pageblock."
        case .nodeReclaim(let detail): return nodeReclaim(place, detail)
        case .perCPUList(let look): return list(place, look)
        case .refill(let refill): return self.refill(place, refill)
        case .freeArea(let take): return freeArea(place, take)
        case .claim(let claim): return self.claim(claim)
        case .steal(let steal):
            return
                "A block of order \(steal.blockOrder) at pfn \(steal.pfn) is taken from \(steal.owner) memory; its "
                + "pageblock stays \(steal.owner), so it is mixed from now on."
        case .boost(let boost):
            return
                "Types begin to mix in \(place), so its watermarks are boosted from \(boost.before) to \(boost.after) "
                + "pages (at most \(boost.limit)): kswapd is to make room before it happens again."
        default: return slowSentence(step, place)
        }
    }

    private static func slowSentence(_ step: AllocationStep, _ place: String) -> String? {
        switch step.event {
        case .wakeKswapd(let wakeup):
            return "kswapd of node \(step.place?.node ?? 0) is woken to free memory in the background, for order "
                + "\(wakeup.order)."
        case .slowPath(let entry): return slowPath(entry)
        case .cannotWait:
            return "The request must not wait for memory to be reclaimed, so nothing more can be done."
        case .compaction(let hook):
            return "Direct compaction: memory would be moved together to make a larger block. "
                + "\(progress(hook, "moves"))"
        case .reclaim(let hook):
            return "Direct reclaim: the task itself would now free memory that nobody needs at the moment. "
                + "\(progress(hook, "reclaims"))"
        case .drain(let drain):
            return drain.pages == 0
                ? "The lists of all CPUs are drained, but there is nothing in them."
                : "The lists of all CPUs are drained: \(drain.pages) pages go back to their zones."
        case .unreserveHighatomic(let detail):
            return detail.done
                ? "A pageblock of \(place) that was kept for urgent requests is given up."
                : detail.forced ? "No pageblock is kept for urgent requests, so none can be given up." : nil
        case .retry(let retry): return self.retry(retry, place)
        case .outOfMemory(let detail): return outOfMemory(detail)
        case .noFail(let detail):
            return "The request must not fail (__GFP_NOFAIL), so it may go on with "
                + "\(detail.flagNames.joined(separator: ", "))."
        case .reserveHighatomic(let reserve):
            if reserve.reservedAfter > reserve.reservedBefore {
                return "The pageblock around it is kept for urgent requests of this kind from now on: "
                    + "\(reserve.reservedAfter) of at most \(reserve.limit) pages are kept in \(place)."
            }
            return
                "No further pageblock is kept for urgent requests: \(place) keeps \(reserve.reservedAfter) of at most "
                + "\(reserve.limit) pages."
        case .handOut(let detail): return handOut(place, detail)
        case .interleaveHit(let landed):
            return landed
                ? "It lies on the node whose turn it was: interleave_hit of node \(step.place?.node ?? 0) goes up by one."
                : "It does not lie on the node whose turn it was, so interleave_hit counts nothing."
        default: return nil
        }
    }

    private static func progress(_ hook: AllocationStep.MemoryHook, _ verb: String) -> String {
        hook.progress == 0 ? "The model \(verb) nothing here." : "That frees \(hook.progress) pages."
    }
}

extension ExplainProse {
    static func block(_ order: Order) -> String {
        order == 0 ? "One page" : "A block of \(order.pageCount) pages (order \(order))"
    }

    private static func list(_ nodes: [NodeID]) -> String {
        (nodes.count == 1 ? "node " : "nodes ") + NodeMask(nodes).description
    }

    private static func policy(_ choice: AllocationStep.PolicyChoice) -> String {
        let nodes = list(choice.nodes)
        if choice.pass > 1 {
            return choice.mode == .preferredMany
                ? "None of the nodes wished for had it to spare. Second pass: any node will do, and now with reclaim."
                : "The huge page cannot be had at home. Second try: other nodes will do."
        }
        switch choice.mode {
        case .local: return "Memory policy local: the CPU's own node, \(choice.node), comes first."
        case .bind:
            return choice.applies
                ? "Memory policy bind: only \(nodes), in the order of node \(choice.node)'s zonelist."
                : "Memory policy bind to \(nodes) is passed over: the request may only use zones below the policy zone, "
                    + "which those nodes may not have."
        case .preferred: return "Memory policy preferred: node \(choice.node) comes first, then its neighbours."
        case .preferredMany:
            return "Memory policy preferred-many. First pass: only \(nodes), and without reclaiming anything for it."
        case .interleave: return "Memory policy interleave over \(nodes): it is the turn of node \(choice.node)."
        case .weightedInterleave:
            return "Memory policy weighted interleave over \(nodes): it is the turn of node \(choice.node)."
        }
    }

    private static func request(_ request: AllocationStep.Request) -> String {
        let what =
            request.order == 0 ? "one page" : "a block of \(request.order.pageCount) pages (order \(request.order))"
        let zones =
            request.zonelist.isEmpty
            ? "No zone that it may use has memory."
            : "Zones in the order in which they are tried: \(request.zonelist.joined(separator: ", "))."
        let allowed = request.allowed.map { " on \(list($0))" } ?? ""
        return "CPU \(request.cpu) on node \(request.cpuNode) wants \(what) with \(request.gfpNames): "
            + "\(request.migrateType.lowercased()) memory, zone \(request.highestZone) or below\(allowed). \(zones)"
    }

    private static func attempt(_ detail: AllocationStep.Attempt, _ number: Int) -> String {
        let mark =
            detail.watermark == "none"
            ? "no watermark is heeded" : "a zone must stay above its \(detail.watermark) watermark"
        var text = "Attempt \(number): \(mark)"
        if detail.flagNames.contains("ALLOC_MIN_RESERVE") { text += ", of which urgent requests may use a part" }
        if detail.flagNames.contains("ALLOC_NOFRAGMENT") {
            text += "; pageblocks of other migrate types are left in peace as long as another zone will do"
        }
        return text + (detail.flagNames.isEmpty ? "." : " (\(detail.flagNames.joined(separator: ", "))).")
    }

    private static func zone(_ place: String, _ detail: AllocationStep.ZoneVerdict) -> String {
        let usable = detail.free - detail.unusable - detail.beyondFirst
        var left = "\(detail.free) pages free"
        if detail.unusable > 0 { left += ", \(detail.unusable) of them kept from this request" }
        if detail.beyondFirst > 0 { left += ", \(detail.beyondFirst) more needed than the first" }
        if detail.unusable > 0 || detail.beyondFirst > 0 { left += ", which leaves \(usable)" }
        var right = "\(detail.watermark) watermark \(detail.mark)"
        if detail.boost > 0 { right += " + boost \(detail.boost)" }
        if detail.bentMark != detail.mark + detail.boost { right += ", bent to \(detail.bentMark)" }
        if detail.lowmemReserve > 0 {
            right += " + \(detail.lowmemReserve) kept for requests that no higher zone can serve"
        }
        let limit = detail.bentMark + detail.lowmemReserve
        let verdict =
            switch detail.verdict {
            case .aboveHigh: "More than \(limit) (\(right)): good, no closer look is needed."
            case .aboveWatermark: "More than \(limit) (\(right)): good enough."
            case .watermarksIgnored: "Watermarks do not count in this attempt: taken."
            case .belowWatermark: "Not more than \(limit) (\(right)): passed over."
            case .noBlock: "Pages enough (\(limit) must stay), but no free block is large enough: passed over."
            }
        return "Zone \(place): \(left). \(verdict)"
    }

    private static func nodeReclaim(_ place: String, _ detail: AllocationStep.NodeReclaim) -> String {
        switch detail.outcome {
        case .tooFar:
            "zone_reclaim_mode is \(detail.mode), but \(place) is at distance \(detail.distance): too far to be reclaimed "
                + "for this request."
        case .full:
            "zone_reclaim_mode is \(detail.mode): before the walk goes on, the node of \(place) should free memory of "
                + "its own; it has nothing that could be reclaimed."
        }
    }

    private static func list(_ place: String, _ look: AllocationStep.ListLook) -> String {
        guard look.locked else {
            return "The CPU's own lists of \(place) are being drained by another CPU; the zone itself is asked."
        }
        let name = "The CPU's own list of \(look.migrateType.lowercased()) blocks of order \(look.order) in \(place)"
        let figures = "(\(look.count) pages in all its lists, high \(look.high), batch \(look.batch))"
        return look.isEmpty
            ? "\(name) is empty \(figures)." : "\(name) has one \(figures): no lock of the zone is needed."
    }

    private static func refill(_ place: String, _ refill: AllocationStep.Refill) -> String {
        guard refill.takenBlocks > 0 else { return "\(place) could not fill the list: no block was to be had." }
        let sources = refill.sourceBlocks.enumerated().filter { $0.element > 0 }
            .map { "\($0.element) from order \($0.offset)" }
        let how = sources.isEmpty ? "" : ", found as blocks of the same type: \(sources.joined(separator: ", "))"
        return "The zone's lock is taken once and the list filled with \(refill.takenBlocks) of \(refill.wantedBlocks) "
            + "blocks\(how). The list's first is handed out."
    }

    private static func freeArea(_ place: String, _ take: AllocationStep.FreeAreaTake) -> String {
        guard let found = take.foundOrder else {
            return "The free areas of \(place) have no \(take.migrateType.lowercased()) block that is large enough."
        }
        let cut =
            take.splits == 0
            ? "handed out whole" : "split \(take.splits) \(take.splits == 1 ? "time" : "times"), upper halves listed"
        return
            "Straight from the free areas of \(place): a \(take.migrateType.lowercased()) block of order \(found), \(cut)."
    }

    private static func claim(_ claim: AllocationStep.Claim) -> String {
        let what =
            "The largest block of another type is of order \(claim.blockOrder), \(claim.owner), at pfn \(claim.pfn)"
        switch claim.verdict {
        case .wholePageblocks:
            return "\(what): whole pageblocks, which become \(claim.wanted). The rest of it is listed as such."
        case .enoughAlike:
            return
                "\(what). Of its pageblock \(claim.free) pages are free and \(claim.alike) are of the wanted kind, at "
                + "least \(claim.needed): the pageblock becomes \(claim.wanted)."
        case .tooLittleAlike:
            return "\(what). Of its pageblock only \(claim.free) pages are free and \(claim.alike) of the wanted kind, "
                + "fewer than \(claim.needed): it stays \(claim.owner)."
        case .crossesZone: return "\(what). Its pageblock reaches beyond the zone, so it keeps its type."
        }
    }

    private static func slowPath(_ entry: AllocationStep.SlowPathEntry) -> String {
        var text = "The fast path has failed; the slow path begins, with the min watermark instead of low."
        if !entry.canReclaim { text += " The request cannot wait, so there is no reclaim." }
        if entry.isCostly { text += " Its order is above 3: costly, so nobody tries too hard." }
        return text
    }

    private static func retry(_ retry: AllocationStep.Retry, _ place: String) -> String {
        switch retry.reason {
        case .memoryWillDo: "Counted exactly, \(place) has memory enough: one more round."
        case .unreserved: "That may be enough: one more round."
        case .noRetry: "__GFP_NORETRY: one round has to do."
        case .costly: "A costly order is not tried again without __GFP_RETRY_MAYFAIL."
        case .nothingLeft: "Nothing is left that could help another round."
        }
    }

    private static func outOfMemory(_ detail: AllocationStep.OutOfMemory) -> String {
        switch detail.verdict {
        case .kill: "Out of memory: the kernel would now kill a task. The model has none to kill."
        case .requestMayFail: "Out of memory, but this request may fail, so no task is killed for it."
        case .costly: "Out of memory for an order above 3: no task is killed for that."
        case .lowZone: "Out of memory in the low zones only: killing a task would hardly free any there."
        }
    }

    private static func handOut(_ place: String, _ detail: AllocationStep.HandOut) -> String {
        let names = [
            "numaHit": "numa_hit", "numaMiss": "numa_miss", "localNode": "local_node", "otherNode": "other_node",
        ]
        let counted = detail.counted.map { names[$0] ?? $0 }.joined(separator: " and ")
        let foreign = detail.foreignOn.map { "; numa_foreign of node \($0), where it was wanted, too" } ?? ""
        return "pfn \(detail.pfn) of \(place) is handed out. \(counted) of its node go up by one\(foreign)."
    }
}
