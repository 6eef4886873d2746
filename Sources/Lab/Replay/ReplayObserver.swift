import KernelFormats
import PhysicalMemory

/// Looks at a replay from event to event.
protocol ReplayObserver: AnyObject {
    func before(_ event: TraceEvent, _ replayer: Replayer)
    func wrongFrame(_ event: TraceEvent, _ predicted: PFN, _ replayer: Replayer)
}
