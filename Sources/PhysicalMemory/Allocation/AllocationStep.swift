/// One decision on the way of a request, as the allocator that runs took it.
///
/// Encoded as `{kind, node, zone, detail}`; node and zone are `null` where the step concerns none.
public struct AllocationStep: Hashable, Sendable, Encodable {
    /// The zone that the step concerns, if it concerns one.
    public var place: ZoneName?
    /// What was decided.
    public var event: Event

    /// The kinds of decisions, each with what it was based on.
    public enum Event: Hashable, Sendable {
        /// What the memory policy made of the request.
        case policy(PolicyChoice)
        /// What the request may use and where it looks first.
        case request(Request)
        /// A walk along the zonelist begins.
        case attempt(Attempt)
        /// A zone was weighed.
        case zone(ZoneVerdict)
        /// The walk begins again, without avoiding to mix migrate types.
        case mixingAllowed(reason: MixingReason)
        /// The zone's node was asked to reclaim its own memory, for `zone_reclaim_mode`.
        case nodeReclaim(NodeReclaim)
        /// The CPU's own lists of the zone were looked at.
        case perCPUList(ListLook)
        /// An empty list was filled from the zone.
        case refill(Refill)
        /// A block was wanted straight from the zone's free areas.
        case freeArea(FreeAreaTake)
        /// The pageblock of another migrate type was considered for taking over.
        case claim(Claim)
        /// A block was taken from another type's pageblock, which kept its type.
        case steal(Steal)
        /// The watermarks were raised because types had to mix.
        case boost(Boost)
        /// kswapd of the zone's node was asked to work.
        case wakeKswapd(Wakeup)
        /// The first attempt failed: the slow path begins.
        case slowPath(SlowPathEntry)
        /// The request may not compact, reclaim or wait.
        case cannotWait
        /// Memory was compacted for the request. Nothing is moved yet.
        case compaction(MemoryHook)
        /// Memory was reclaimed for the request. Nothing is reclaimed yet.
        case reclaim(MemoryHook)
        /// Every CPU's lists were emptied.
        case drain(Drain)
        /// A pageblock kept for urgent requests was given up, or there was none.
        case unreserveHighatomic(Unreserve)
        /// The slow path tries again, or why it does not.
        case retry(Retry)
        /// The out-of-memory killer was called, or why not.
        case outOfMemory(OutOfMemory)
        /// A request that must not fail may use reserves.
        case noFail(NoFail)
        /// The pageblock around the block is kept for urgent requests from now on, or why not.
        case reserveHighatomic(Reserve)
        /// The block is handed out.
        case handOut(HandOut)
        /// The interleaving policy's count.
        case interleaveHit(landed: Bool)
        /// The request fails.
        case failure(Failure)
    }

    init(_ event: Event, at place: ZoneName? = nil) {
        self.event = event
        self.place = place
    }
}

/// Collects what happens to one CPU's request. Others leave no steps.
///
/// The lock is innermost: steps are noted under a list's and a zone's lock.
struct Observation: ~Copyable {
    /// The place of the CPU whose steps are wanted; −1: nobody's.
    let cpu = SharedInt(-1)
    private let steps = Guarded<[AllocationStep], SpinLock>([])

    @inline(never) borrowing func note(_ event: AllocationStep.Event, at place: ZoneName? = nil) {
        let held = steps.acquire()
        held.value.append(AllocationStep(event, at: place))
    }

    /// Hands over the steps noted so far, and forgets them.
    borrowing func take() -> [AllocationStep] {
        let held = steps.acquire()
        let taken = held.value
        held.value = []
        return taken
    }
}

extension CPUState {
    /// Whether this CPU's steps are wanted.
    var isObserved: Bool { observation.value.cpu.load() == index }

    /// Notes a step, if steps are wanted. Only for paths that are slow anyway.
    borrowing func note(_ event: @autoclosure () -> AllocationStep.Event, at zone: ZoneReference? = nil) {
        guard isObserved else { return }
        observation.value.note(event(), at: zone.map { $0.zone.value.zoneName })
    }
}

extension Zone {
    var zoneName: ZoneName { ZoneName(node: node, zone: type) }

    /// Whether the steps of CPU number `cpu` are wanted.
    @inline(__always) borrowing func isObserved(by cpu: Int) -> Bool {
        flags.load() & ZoneFlags.observed != 0 && observation.value.cpu.load() == cpu
    }

    /// Notes a step, if steps of this CPU are wanted.
    @inline(__always) borrowing func note(_ cpu: Int, _ event: @autoclosure () -> AllocationStep.Event) {
        guard isObserved(by: cpu) else { return }
        observation.value.note(event(), at: zoneName)
    }
}
