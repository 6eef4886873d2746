import Foundation
import KernelFormats

/// A trace of two CPUs on one node, small enough to write and to break by hand.
public struct SmallTrace {
    public var machine: String
    public var state0: String
    public var events: String
    /// `nil`: the same as at the beginning.
    public var state1: String?

    public init(machine: String, state0: String, events: String, state1: String? = nil) {
        self.machine = machine
        self.state0 = state0
        self.events = events
        self.state1 = state1
    }

    /// A `machine.txt` that says of the kernel what all these traces share, and `zone` of the rest.
    public static func machine(zone: String) -> String {
        """
        kernel 6.12.95+deb12-cloud-amd64
        page_size 4096
        max_order 10
        pageblock_order 9
        migratetypes U M R H I
        nr_pcp_lists 14
        pcp_batch_scale_max 5
        min_free_kbytes 1830
        \(zone)
        cpu 0 node 0
        cpu 1 node 0
        zonelist 0 fallback 0
        zonelist 0 thisnode 0

        """
    }

    /// Written out as files and read back.
    public func load(lenient: Bool = false) throws -> AllocationTrace {
        let folder = try TemporaryFolder()
        try folder.write(machine, "machine.txt")
        try folder.write(state0, "state0.txt")
        try folder.write(events, "events.txt")
        try folder.write(state1 ?? state0, "state1.txt")
        return try AllocationTrace(folder: folder.path, lenient: lenient)
    }
}
