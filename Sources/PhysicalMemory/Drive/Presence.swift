/// Which CPUs of a drive are there, while CPUs and nodes come and go.
///
/// A CPU that is asked to go stops at its next pause, where it holds no lock. Another CPU then does for it what the
/// kernel's hotplug callbacks do: its lists are drained, and its shares of the zones' counters are folded in. Its tasks
/// wait, with what they hold, until it is back. With a node go all its CPUs, and of its memory what is free: each
/// initialised pageblock is isolated, as the first step of offlining does, and later released. Nothing is migrated,
/// the zones keep their size and stay in the zonelists.
///
/// At most one CPU or node is away at a time. *Kernel counterpart:* `page_alloc_cpu_dead`,
/// `start_isolate_page_range`, `undo_isolate_page_range`.
final class Presence: Sendable {
    private enum State {
        static let present = 0
        static let asked = 1
        static let stopped = 2
    }

    private let machine: Machine
    private let cpus: [CPUID]
    private let cpuRate: UInt64
    private let nodeRate: UInt64
    /// By the CPU's place.
    private let states: StableArray<SharedCursor>
    private let manager: Guarded<PresenceManager, SpinLock>

    /// Turns of the manager that somebody stays away for: some milliseconds.
    private static let turnsAway = 64

    init(_ machine: Machine, _ cpus: [CPUID], _ settings: DriveSettings) {
        self.machine = machine
        self.cpus = cpus
        cpuRate = MischiefDice.threshold(settings.mischief.cpuDepartures)
        nodeRate = MischiefDice.threshold(settings.mischief.nodeDepartures)
        states = StableArray(count: cpus.count) { _ in SharedCursor(State.present) }
        manager = Guarded(PresenceManager(random: SplitMix(seed: settings.seed ^ 0x7072_6573_656e_6365)))
    }

    deinit { states.release() }

    /// Whether others may give this CPU work.
    func isPresent(_ place: Int) -> Bool { states[place].load() == State.present }

    /// Asked by the CPU itself at its pauses: whether it may go on.
    func mayWork(_ place: Int) -> Bool {
        switch states[place].load() {
        case State.present: return true
        case State.asked: states[place].publish(State.stopped)
        default: break
        }
        return false
    }

    /// One turn of whoever comes by, acting as `worker`: sends somebody away, sees to those that have stopped, or calls
    /// them back. Returns at once if another one is at it.
    func manage(as worker: Stable<CPUState>, place: Int) {
        guard let held = manager.tryAcquire() else { return }
        guard let departure = held.value.departure else {
            // Called back at the very moment at which it stopped.
            states[place].publish(State.present)
            choose(&held.value)
            return
        }
        held.value.turns += 1
        if !held.value.isGone, departure.places.allSatisfy({ states[$0].load() == State.stopped }) {
            bury(departure, &held.value, worker)
        } else if held.value.turns >= Self.turnsAway {
            // It is back, or some of those asked have ended their work and will never stop.
            recall(departure, &held.value, worker)
        }
    }

    /// Ends what is under way, when no driver works any more. Returns what came and went.
    func settle(as worker: Stable<CPUState>) -> DepartureFigures {
        let held = manager.acquire()
        if let departure = held.value.departure { recall(departure, &held.value, worker) }
        return held.value.figures
    }

    private func choose(_ manager: inout PresenceManager) {
        let chance = manager.random.next() &>> 32
        let other = manager.random.next() &>> 32
        if chance < cpuRate, cpus.count > 1 {
            send(PresenceManager.Departure(places: [Int(other) % cpus.count]), &manager)
        } else if other < nodeRate {
            let nodes = machine.layout.nodes.filter { $0.presentPages > 0 || !$0.cpus.isEmpty }
            let node = nodes[Int(chance) % nodes.count]
            let places = cpus.indices.filter { node.cpus.contains(cpus[$0]) }
            guard places.count < cpus.count else { return }
            send(PresenceManager.Departure(places: places, node: node.id), &manager)
        }
    }

    private func send(_ departure: PresenceManager.Departure, _ manager: inout PresenceManager) {
        manager.departure = departure
        manager.isGone = false
        manager.turns = 0
        for place in departure.places { states[place].publish(State.asked) }
    }

    /// What others do for CPUs that have stopped.
    private func bury(
        _ departure: PresenceManager.Departure, _ manager: inout PresenceManager, _ worker: Stable<CPUState>
    ) {
        for place in departure.places {
            machine.drain(cpus[place], on: worker.value.id)
            guard let index = machine.cpu(cpus[place])?.value.index else { continue }
            for zone in machine.zones {
                let held = zone.value.acquireAreas(cpu: worker.value.index)
                zone.value.fold(cpu: index, &held.value)
            }
        }
        manager.figures.cpuDepartures += departure.places.count
        if let node = departure.node {
            manager.figures.nodeDepartures += 1
            isolate(node, &manager, worker)
        }
        manager.isGone = true
        manager.turns = 0
    }

    private func recall(
        _ departure: PresenceManager.Departure, _ manager: inout PresenceManager, _ worker: Stable<CPUState>
    ) {
        for (pfn, type) in manager.isolated {
            try? machine.releasePageblock(of: pfn, as: type, on: worker.value.id)
        }
        manager.isolated.removeAll(keepingCapacity: true)
        manager.departure = nil
        for place in departure.places { states[place].publish(State.present) }
    }

    /// Pageblocks kept for urgent requests or contiguous memory stay, and those whose pages nobody has touched yet.
    private func isolate(_ node: NodeID, _ manager: inout PresenceManager, _ worker: Stable<CPUState>) {
        let size = machine.layout.pageblockOrder.pageCount
        for zone in machine.zones where zone.value.node == node {
            guard let ranges = machine.layout.node(node)?.zones[zone.value.index].managedRanges else { continue }
            for range in ranges {
                var pfn = range.lowerBound.roundedUp(toMultipleOf: size)
                while pfn.advanced(by: size.rawValue) <= range.upperBound {
                    let frame = zone.value.frames.offset(pfn.rawValue)
                    let type = zone.value.frames.migrateType(of: frame)
                    if zone.value.frames[frame].flags.load() & PageFlags.initialized != 0,
                        MigrateType.isMergeable(type), let type = MigrateType(rawValue: type),
                        (try? machine.isolatePageblock(of: pfn, on: worker.value.id)) != nil
                    {
                        manager.isolated.append((pfn, type))
                        manager.figures.isolatedPageblocks += 1
                    }
                    pfn = pfn.advanced(by: size.rawValue)
                }
            }
        }
    }
}

/// Who is away, and what is to be undone when they come back.
struct PresenceManager {
    struct Departure {
        /// Among the drive's CPUs.
        var places: [Int]
        var node: NodeID?
    }

    var random: SplitMix
    var departure: Departure?
    var isGone = false
    var turns = 0
    var isolated: [(PFN, MigrateType)] = []
    var figures = DepartureFigures()

    init(random: SplitMix) { self.random = random }
}

/// What came and went during a drive.
public struct DepartureFigures: Hashable, Sendable, Encodable {
    /// CPUs that went, those of nodes that went included.
    public var cpuDepartures = 0
    /// Times that a node went, with its CPUs and free memory.
    public var nodeDepartures = 0
    /// Pageblocks taken out of use while their node was away.
    public var isolatedPageblocks = 0

    /// Nobody went.
    public init() {}
}

extension Driver {
    /// Looks of a CPU that is away before it sees to the return itself: all others may have ended.
    private static var patienceAway: Int { 16 }

    /// A CPU's pause: whether it may go on. Without comings and goings, always.
    @inline(__always) mutating func isPresent() -> Bool {
        guard let presence = drive.presence else { return true }
        return attend(presence)
    }

    @inline(never) private mutating func attend(_ presence: Presence) -> Bool {
        guard presence.mayWork(place) else {
            looksWhileAway += 1
            if looksWhileAway >= Self.patienceAway { presence.manage(as: state, place: place) }
            return false
        }
        looksWhileAway = 0
        presence.manage(as: state, place: place)
        return true
    }
}

extension Drive {
    /// Has everybody back who is away. When all drivers rest.
    public func settleDepartures() -> DepartureFigures {
        guard let presence, let worker = machine.cpu(cpus[0]) else { return DepartureFigures() }
        return presence.settle(as: worker)
    }
}
