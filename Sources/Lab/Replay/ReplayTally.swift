import PhysicalMemory

/// What a replay counts on its way.
struct ReplayTally: Hashable, Sendable {
    var allocations = 0
    /// Requests that got nothing when they were recorded.
    var recordedFailures = 0
    var exact = 0
    /// Allocations whose zone the model's own walk chose.
    var zonesExact = 0
    var frees = 0
    /// Frees of what the model does not hold.
    var strayFrees = 0
}
