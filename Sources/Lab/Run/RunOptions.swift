import AccessCosts
import PhysicalMemory

/// What `run` is to do.
public struct RunOptions: Sendable {
    /// How long the workload runs; `nil`: until `operations` are done.
    public var seconds: Double? = 5
    /// Allocations and frees of all CPUs together; `nil`: as many as there is time for.
    public var operations: Int?
    /// Memory given to the allocator on each node; `nil`: 512 MiB, or less where there is not as much to spare.
    public var perNode: ByteCount?
    public var drive = DriveSettings()
    /// The modelled CPUs that run; `nil`: all.
    public var cpus: [CPUID]?
    /// The modelled nodes whose CPUs run and whose memory is used; `nil`: all.
    public var nodes: [NodeID]?
    /// The machine is the host: its numbers are the host's.
    public var standsForHost = false
    /// Give up where memory cannot be bound.
    public var requiresBinding = false
    /// Frames are real memory. If not, only what the allocator knows of them exists, and all of the layout is managed.
    public var isBacked = true
    /// Modelled CPUs that share a CPU of the host have a thread each, which the host's scheduler interrupts where it
    /// likes, inside a lock too. If not, they share a thread and run by turns.
    public var hasThreadPerCPU = false
    /// How the zones' locks are taken.
    public var lock = LockAlgorithm.ttas
    /// Measure the locks' waits and holds.
    public var measuresLocks = false
    /// How to measure the cost matrix; `nil`: not at all.
    public var latency: LatencyOptions? = LatencyOptions()

    public init() {}

    /// What is given where nothing else is asked for.
    static let usualPerNode = 512 << 20
}

/// Why a run cannot be.
public enum RunError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A CPU or node was named that the machine does not have.
    case noSuchCPU(CPUID)
    case noSuchNode(NodeID)
    /// A CPU was named that this process may not run on.
    case cpuNotUsable(CPUID)
    /// A node was named whose memory cannot be had.
    case nodeUnreachable(NodeID, reason: String)
    /// Nothing is left to run on.
    case noCPU
    /// The workload needs more CPUs or nodes than are at work.
    case workload(Workload, needs: String)
    /// More threads were asked for than there are CPUs to act as.
    case tooManyThreads(Int, most: Int)
    /// No node's memory can be had.
    case noMemory(reason: String)
    case tooLittleMemory(wanted: ByteCount, available: ByteCount, where: String)
    case bindingRefused(reason: String)

    /// The command line asks for what the machine does not have, whatever the host.
    public var isUsage: Bool {
        switch self {
        case .noSuchCPU, .noSuchNode, .workload, .tooManyThreads: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .noSuchCPU(let cpu): "the machine has no CPU \(cpu)"
        case .noSuchNode(let node): "the machine has no node \(node)"
        case .cpuNotUsable(let cpu): "CPU \(cpu) is not among those that this process may use"
        case .nodeUnreachable(let node, let reason): "node \(node) cannot be used: \(reason)"
        case .noCPU: "no CPU is left to run on"
        case .workload(let workload, let needs): "\(workload.rawValue) needs \(needs)"
        case .tooManyThreads(let wanted, let most):
            "\(wanted) threads: each acts as a CPU of the machine, so from 1 to \(most) are possible"
        case .noMemory(let reason): "no node's memory can be had: \(reason)"
        case .tooLittleMemory(let wanted, let available, let place):
            "too little memory: \(place) would need \(Text.size(wanted)) and has \(Text.size(available)) to spare"
        case .bindingRefused(let reason): "memory cannot be bound to its node: \(reason)"
        }
    }
}
