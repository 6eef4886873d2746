import HostNUMA

/// A CPU, and the thread that sits on it.
struct Seat: Sendable {
    let node: HostNode
    let cpu: HostCPU
    let thread: PinnedExecutor

    /// Why the thread is not where it should be: on its CPU, or if it may not be pinned, on its node. Nil if it is.
    ///
    /// Only on the thread.
    func misplacement() -> String? {
        guard let seen = thread.noteCPU() else { return "the kernel does not say on which CPU a thread is" }
        let accepted = thread.pinning.isPinned ? [cpu] : node.onlineCPUs
        return accepted.contains(seen) ? nil : "the thread is \(thread.pinning), and was seen on \(seen)"
    }
}

/// The threads of a measurement, each started when its CPU is first asked for. The conducting thread's alone.
final class Seats {
    private var threads: [HostCPU: PinnedExecutor] = [:]

    /// Throws `HostError.systemCall` if no thread can be had.
    func seat(on cpu: HostCPU, of node: HostNode) throws(HostError) -> Seat {
        if let thread = threads[cpu] { return Seat(node: node, cpu: cpu, thread: thread) }
        let thread = try PinnedExecutor(.cpu(cpu), name: "measure \(cpu.rawValue)")
        threads[cpu] = thread
        return Seat(node: node, cpu: cpu, thread: thread)
    }

    /// A node's first CPU; nil if the process may use none of its CPUs.
    func first(of node: HostNode) throws(HostError) -> Seat? {
        guard let cpu = node.cpus.first else { return nil }
        return try seat(on: cpu, of: node)
    }

    /// How often the kernel took its CPU from one of the threads since they started.
    var involuntarySwitches: Int {
        threads.values.reduce(0) { sum, thread in
            sum + thread.runBlocking { ThreadSwitches.current.involuntary }
        }
    }

    /// The first `count` of a node's CPUs.
    func seats(of node: HostNode, count: Int) throws(HostError) -> [Seat] {
        var seats: [Seat] = []
        for cpu in node.cpus.prefix(count) { seats.append(try seat(on: cpu, of: node)) }
        return seats
    }
}
