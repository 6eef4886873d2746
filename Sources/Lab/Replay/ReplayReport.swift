import KernelFormats
import PhysicalMemory

/// What a replay found.
public struct ReplayReport: Encodable, Sendable {
    /// Recorded requests that got a frame.
    public var allocations: Int
    /// Allocations whose first frame is the one that the real kernel chose.
    public var exact: Int
    /// Allocations whose zone the model's own walk along the zonelist chose.
    public var zonesExact: Int
    public var frees: Int
    /// Frees of frames that the model does not hold; they were skipped.
    public var strayFrees: Int
    /// Recorded requests that got nothing, in a text of tracepoints.
    public var recordedFailures = 0
    /// Events that the tracer lost: what the replay says is then not the whole demand.
    public var lostEvents = 0
    /// Events of memory that a text of tracepoints has and a replay has no use for, by name.
    public var otherEvents: [String: Int] = [:]
    /// Lines of the trace that a lenient reader passed over.
    public var skippedRecords: Int
    /// The state at the end against the recorded one; `nil` without one, or under other settings.
    @OrNull public var finalState: FinalState?
    @OrNull public var firstDifference: ReplayDifference?
    /// What other settings would have changed; `nil` under the trace's own.
    @OrNull public var changes: ReplayChanges?
    /// What was assumed for want of a recording, one sentence each.
    public var assumptions: [String]
    /// The time that the events took, without reading them.
    public var seconds: Double
    /// It ended before the trace did.
    public var interrupted = false

    /// Each frame and the final state are as recorded, and at most one zone choice in 500 is not.
    public var isExact: Bool {
        exact == allocations && strayFrees == 0 && (allocations - zonesExact) * 500 <= allocations
            && finalState?.isExact ?? true
    }
}

/// Where model and recording first part, and what the model's state is there.
public struct ReplayDifference: Encodable, Hashable, Sendable {
    /// The line in `events.txt`, from 1.
    public var line: Int
    /// What differs, in a sentence.
    public var what: String
    public var expected: String
    public var found: String
    /// The model's state around it before the event, a line each.
    public var state: [String]
}
