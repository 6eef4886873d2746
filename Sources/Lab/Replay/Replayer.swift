import HostNUMA
import KernelFormats
import PhysicalMemory

/// Runs a trace's events, one after the other, on a machine that was loaded with its first state.
///
/// Of what the real kernel answered, only the zone is used, after the model's own choice was made and counted; the
/// rest is compared. There is no resync: after a difference the model goes on with its own state.
final class Replayer {
    let trace: AllocationTrace
    let machine: Machine
    /// The machine's number of each zone of the trace.
    let zoneNumbers: [Int]
    /// Another demand than the trace's own order of frames: set where the settings differ from the trace's.
    var translation: FrameTranslation?
    var tally = ReplayTally()
    /// By the order of `A` lines.
    var predictions: ContiguousArray<PFN> = []

    private let cpuCount: Int
    private let costsBefore: ReplayCosts
    /// Zone locks taken for the replay's sake alone.
    private var bookkeepingLocks = 0
    private var attempts: [PendingAttempt?]
    private var reserves: [PendingReserve?]
    private var hasReserves = false
    /// Pages that the statistics worker is about to give back, by CPU and zone.
    private var decays: [Int]
    /// Movable pages that the coming scans find.
    private var scans: [Int] = []
    private let left: Set<Int>
    let observer: ReplayObserver?

    /// A request whose attempt at a per-CPU list got nothing.
    private struct PendingAttempt {
        var attempt: RecordedAttempt
        var event: TraceEvent
        var zone: Int
        /// A frame that the model found where the kernel found none.
        var surplus: PFN
    }

    /// A block around which a pageblock is to be kept for urgent requests.
    private struct PendingReserve {
        var pfn: PFN
        var order: Order
    }

    init(
        _ trace: AllocationTrace, machine: Machine, zoneNumbers: [Int], left: Set<Int> = [],
        observer: ReplayObserver? = nil
    ) {
        self.trace = trace
        self.machine = machine
        self.zoneNumbers = zoneNumbers
        self.left = left
        self.observer = observer
        costsBefore = ReplayCosts(machine)
        cpuCount = trace.machine.cpuNodes.count
        attempts = Array(repeating: nil, count: cpuCount)
        reserves = Array(repeating: nil, count: cpuCount)
        decays = Array(repeating: 0, count: cpuCount * zoneNumbers.count)
    }

    /// What the requests cost so far.
    var costs: ReplayCosts {
        var costs = ReplayCosts(machine) - costsBefore
        // Reading the state takes each zone's lock once.
        costs.zoneLockAcquisitions -= bookkeepingLocks + zoneNumbers.count
        costs.failures = predictions.count { $0 == .none }
        return costs
    }

    /// Executes every event until `interrupt` is raised. Complexity: O(events).
    func run(until interrupt: InterruptFlag = InterruptFlag()) {
        predictions.reserveCapacity(trace.events.events.count)
        for (place, event) in trace.events.events.enumerated() {
            if interrupt.isRaised { return }
            if !left.isEmpty && left.contains(place) { continue }
            observer?.before(event, self)
            execute(event)
        }
    }

    private func execute(_ event: TraceEvent) {
        if hasReserves && event.kind != .blockTypeChanged && event.cpu >= 0 { reserve(Int(event.cpu)) }
        switch event.kind {
        case .allocate: allocate(event)
        case .perCPUMiss: miss(event)
        case .free, .freeToBuddy: free(event)
        case .statisticsWorker: if !event.flag { fold(cpu: Int(event.cpu)) }
        case .statisticsZone: statistics(event)
        case .drain: drain(event)
        case .claimScanned: if event.flag { scans.append(Int(event.detail)) }
        case .zoneReading: read(event)
        case .walkFailed:
            if var attempt = continued(event) ?? begin(event, .perCPU) {
                _ = machine.nextZone(&attempt, cpu: Int(event.cpu))
            }
            attempts[Int(event.cpu)] = nil
        case .statThreshold: machine.setStatThreshold(event.amount, zone: zoneNumbers[Int(event.zone)])
        case .blockTypeChanged: changeType(event)
        case .compactionTake: isolate(event)
        case .claimConsidered, .fallback, .context, .compactionResult, .mark: break
        case .tracedBuddyAllocation, .tracedDrain, .tracedBatchedFree: break
        }
    }
}

// MARK: Allocations

extension Replayer {
    private func begin(_ event: TraceEvent, _ route: RecordedRequest.Route) -> RecordedAttempt? {
        let request = RecordedRequest(
            order: event.order, gfp: GFP(rawValue: event.gfp), migrateType: event.type,
            node: event.preferredNode < 0 ? nil : NodeID(Int(event.preferredNode)),
            allowed: event.dropsNodeMask ? nil : trace.events.nodeMask(of: event),
            flags: event.attempt > 0 ? AllocationFlags(rawValue: event.allocationFlags) : nil, route: route)
        return machine.begin(request, cpu: Int(event.cpu))
    }

    /// The attempt of the CPU's last line, if that got nothing from a list and this line belongs to the same request.
    private func continued(_ event: TraceEvent) -> RecordedAttempt? {
        guard let pending = attempts[Int(event.cpu)], pending.event.isSameAttempt(as: event) else { return nil }
        return pending.attempt
    }

    private func allocate(_ event: TraceEvent) {
        let cpu = Int(event.cpu)
        let zone = zoneNumbers[Int(event.zone)]
        let route: RecordedRequest.Route =
            switch event.route {
            case .buddy: .buddy
            case .bulk: .bulk
            case .perCPU, .unknown: .perCPU
            }
        let pending = attempts[cpu]
        attempts[cpu] = nil
        var pfn = PFN.none
        if let pending, pending.event.isSameAttempt(as: event) {
            var attempt = pending.attempt
            attempt.route = route
            // After the list the same zone's free areas have their turn, before the walk goes on.
            let isSame = pending.zone == zone && route == .buddy || pending.surplus != .none
            let chosen = isSame ? pending.zone : machine.nextZone(&attempt, cpu: cpu)
            let source = noteChoice(chosen, zone)
            pfn = pending.surplus != .none ? pending.surplus : take(attempt, from: source, event)
        } else if var attempt = begin(event, route) {
            let source = noteChoice(machine.nextZone(&attempt, cpu: cpu), zone)
            pfn = take(attempt, from: source, event)
        }
        conclude(event, pfn)
    }

    private func take(_ attempt: RecordedAttempt, from zone: Int, _ event: TraceEvent) -> PFN {
        beginScans(zone)
        let pfn = machine.take(attempt, from: zone, cpu: Int(event.cpu))
        endScans(zone)
        if pfn != .none && attempt.keepsPageblock {
            reserves[Int(event.cpu)] = PendingReserve(pfn: pfn, order: event.order)
            hasReserves = true
        }
        return pfn
    }

    private func beginScans(_ zone: Int) {
        guard !scans.isEmpty else { return }
        machine.setScans(scans, zone: zone)
        bookkeepingLocks += 2
    }

    private func endScans(_ zone: Int) {
        guard !scans.isEmpty else { return }
        scans.removeAll(keepingCapacity: true)
        machine.setScans([], zone: zone)
    }

    /// Counts whether the model chose the recorded zone. Returns the zone to take from: the recorded one, unless the
    /// settings are others.
    private func noteChoice(_ chosen: Int, _ zone: Int) -> Int {
        if chosen == zone { tally.zonesExact += 1 }
        return translation == nil || chosen < 0 ? zone : chosen
    }

    private func conclude(_ event: TraceEvent, _ pfn: PFN) {
        tally.allocations += 1
        predictions.append(pfn)
        if pfn == event.pfn {
            tally.exact += 1
        } else {
            observer?.wrongFrame(event, pfn, self)
        }
        translation?.allocated(event.pfn, event.order, as: pfn)
    }

    private func miss(_ event: TraceEvent) {
        let cpu = Int(event.cpu)
        let zone = zoneNumbers[Int(event.zone)]
        let earlier = continued(event)
        attempts[cpu] = nil
        guard var attempt = earlier ?? begin(event, .perCPU) else { return }
        _ = machine.nextZone(&attempt, cpu: cpu)
        beginScans(zone)
        let surplus = machine.takeFromLists(attempt, of: zone, cpu: cpu)
        endScans(zone)
        attempts[cpu] = PendingAttempt(attempt: attempt, event: event, zone: zone, surplus: surplus)
    }
}

extension TraceEvent {
    /// Whether the slow path has given up the request's nodes by now: from its second attempt on, where it may use
    /// reserves or no cpuset holds it.
    fileprivate var dropsNodeMask: Bool {
        attempt > 1 && AllocationFlags(rawValue: allocationFlags).isDisjoint(with: .cpuset)
    }

    /// Whether both lines can belong to one attempt of one request.
    fileprivate func isSameAttempt(as other: TraceEvent) -> Bool {
        cpu == other.cpu && orderValue == other.orderValue && type == other.type && gfp == other.gfp
            && preferredNode == other.preferredNode && nodeMask == other.nodeMask && attempt == other.attempt
    }
}

// MARK: Frees, drains and the rest

extension Replayer {
    private func free(_ event: TraceEvent) {
        tally.frees += 1
        let pfn = translation.map { $0.model(event.pfn) } ?? event.pfn
        // Under other settings a request may have got nothing; then there is nothing to free.
        if pfn == .none {
            translation?.freed(event.pfn, event.order)
            return
        }
        let isThroughLists = event.kind == .free
        if !machine.freeRecorded(
            pfn, event.order, zone: zoneNumbers[Int(event.zone)], cpu: Int(event.cpu), throughLists: isThroughLists,
            toTail: !isThroughLists && event.flag)
        {
            tally.strayFrees += 1
        }
        translation?.freed(event.pfn, event.order)
    }

    private func fold(cpu: Int) {
        for zone in zoneNumbers { fold(zone: zone, cpu: cpu) }
    }

    private func fold(zone: Int, cpu: Int) {
        machine.fold(zone: zone, cpu: cpu)
        bookkeepingLocks += 1
    }

    private func statistics(_ event: TraceEvent) {
        let cpu = Int(event.cpu)
        let zone = zoneNumbers[Int(event.zone)]
        fold(zone: zone, cpu: cpu)
        let surplus = machine.decay(zone: zone, cpu: cpu, expire: event.amount)
        if translation == nil {
            decays[cpu * zoneNumbers.count + zone] = surplus
            _ = machine.countDown(zone: zone, cpu: cpu, leaving: surplus)
        } else {
            giveBack(surplus, zone: zone, cpu: cpu)
            if machine.countDown(zone: zone, cpu: cpu, leaving: 0) {
                let lists = machine.listed(zone: zone, cpu: cpu)
                machine.drain(min(lists.count, lists.batch), zone: zone, listsOf: cpu, worker: cpu)
            }
        }
    }

    /// In pieces of a batch at most.
    private func giveBack(_ pages: Int, zone: Int, cpu: Int) {
        var rest = pages
        while rest > 0 {
            let piece = min(rest, max(machine.listed(zone: zone, cpu: cpu).batch, 1))
            machine.drain(piece, zone: zone, listsOf: cpu, worker: cpu)
            rest -= piece
        }
    }

    private func drain(_ event: TraceEvent) {
        let worker = Int(event.cpu)
        let cpu = Int(event.listCPU)
        let zone = zoneNumbers[Int(event.zone)]
        let lists = machine.listed(zone: zone, cpu: cpu)
        switch event.reason {
        case .decay:
            let place = cpu * zoneNumbers.count + zone
            let piece = min(decays[place], lists.batch)
            decays[place] -= piece
            if piece > 0 { machine.drain(piece, zone: zone, listsOf: cpu, worker: worker) }
        case .remoteZone:
            if translation == nil {
                machine.drain(min(lists.count, lists.batch), zone: zone, listsOf: cpu, worker: worker)
            }
        case .all:
            machine.drain(min(lists.count, event.amount), zone: zone, listsOf: cpu, worker: worker)
        }
    }

    /// kswapd's decisions: reclaim going on, and how far it lowered a boost.
    ///
    /// With several CPUs below-high and the boost are taken as read, too: kernels race for them without a lock, so
    /// that their order is not that of the lines.
    private func read(_ event: TraceEvent) {
        let zone = zoneNumbers[Int(event.zone)]
        let inputs = cpuCount > 1 ? Self.reclaimActive | Self.belowHigh : Self.reclaimActive
        machine.setFlags(UInt32(truncatingIfNeeded: event.detail), in: inputs, zone: zone)
        let boost = PageCount(Int(event.boost))
        if cpuCount > 1 || boost < machine.boost(zone: zone) { machine.setBoost(boost, zone: zone) }
    }

    private static let reclaimActive: UInt32 = 2
    private static let belowHigh: UInt32 = 4

    private func changeType(_ event: TraceEvent) {
        let cpu = Int(event.cpu)
        if event.otherType == .highatomic && reserves[cpu] != nil {
            reserve(cpu)
        } else {
            machine.changeType(
                ofPageblockAround: event.pfn, to: event.otherType, zone: zoneNumbers[Int(event.zone)], cpu: cpu)
        }
    }

    /// Keeps a pageblock where the CPU's last request asks for it; the line that tells is optional.
    private func reserve(_ cpu: Int) {
        guard let pending = reserves[cpu] else { return }
        reserves[cpu] = nil
        hasReserves = reserves.contains { $0 != nil }
        machine.reserveHighatomic(around: pending.pfn, pending.order, cpu: cpu)
    }

    private func isolate(_ event: TraceEvent) {
        _ = machine.isolate(event.pfn, event.order, cpu: Int(event.cpu))
    }
}
