import HostNUMA
import PhysicalMemory
import Synchronization

/// A node's kswapd: asleep on a thread of the node until it is asked for memory.
actor Kswapd {
    nonisolated let executor: PinnedExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let node: NodeID
    private let machine: Machine
    private var runs = 0
    private var boostPages: PageCount = 0
    /// A run is on its way: further requests join it.
    private nonisolated let isCalled = Atomic<Bool>(false)

    init(_ machine: Machine, node: NodeID, place: ThreadPlace) throws(HostError) {
        self.machine = machine
        self.node = node
        executor = try PinnedExecutor(place, name: "kswapd\(node)")
    }

    /// Wakes the daemon if its node has a request. Costs a load if not.
    nonisolated func wakeIfWanted() {
        guard machine.kswapdIsWanted(on: node), !isCalled.exchange(true, ordering: .acquiringAndReleasing) else {
            return
        }
        executor.add { self.assumeIsolated { $0.answer() } }
    }

    private func answer() {
        isCalled.store(false, ordering: .releasing)
        boostPages = boostPages + machine.runKswapd(on: node)
        runs += 1
    }

    func figures() -> (runs: Int, boostPages: PageCount) { (runs, boostPages) }
}

/// Who looks after requests to all nodes' kswapds. The allocator cannot wake a thread; CPUs look here between slices.
struct KswapdBell: Sendable {
    let daemons: [Kswapd]

    func ring() {
        for daemon in daemons { daemon.wakeIfWanted() }
    }
}
