import PhysicalMemory

/// What a kernel reported of the layout that it made: what a computed ``MachineLayout`` is compared with.
///
/// Whatever the capture doesn't say is `nil` or empty.
public struct ObservedLayout: Sendable {
    /// From the boot log; of the first picture only, as all of it until ``zonelists``.
    public var zoneRanges: [BootLog.ZoneRange] = []
    /// `nil`: the log has no such heading; empty: no node has Movable.
    public var movableStarts: [BootLog.MovableStart]?
    public var nodeSpans: [BootLog.NodeSpan] = []
    public var earlyRanges: [BootLog.NodeRange] = []
    public var zonePages: [BootLog.ZonePages] = []
    public var policyZone: ZoneType?
    /// By node, nearest first.
    public var fallbackOrders: [NodeID: [NodeID]] = [:]
    public var zonelists: [BootLog.Zonelist] = []
    /// What boot gave back after the watermarks had been computed, in KiB.
    public var freedKibibytes = 0

    /// The picture's zoneinfo.
    public var zones: ZoneInfo?
    /// The states that the kernel prints.
    public var states: [NodeStates.State: NodeMask] = [:]
    /// `vm.min_free_kbytes`.
    public var minFreeKbytes: Int?
    /// Something made the kernel compute again what depends on `managed`: boot's own values are no longer shown.
    public var action: Capture.Action?

    /// Whether there is anything to compare.
    public var isEmpty: Bool {
        zoneRanges.isEmpty && movableStarts == nil && nodeSpans.isEmpty && zonePages.isEmpty && policyZone == nil
            && fallbackOrders.isEmpty && zonelists.isEmpty && zones == nil && states.isEmpty && minFreeKbytes == nil
    }
}

extension Capture {
    /// What the kernel reported in picture `number`, from 1.
    ///
    /// Throws where there is no such picture.
    public func observed(picture number: Int = 1) throws(FormatError) -> ObservedLayout {
        let picture = try picture(number)
        var observed = ObservedLayout()
        if number == 1 {
            observed.zoneRanges = bootLog.zoneRanges
            observed.movableStarts = bootLog.hasMovableStarts ? bootLog.movableStarts : nil
            observed.nodeSpans = bootLog.nodeSpans
            observed.earlyRanges = bootLog.earlyRanges
            observed.zonePages = bootLog.zonePages
            observed.policyZone = bootLog.policyZone
            observed.fallbackOrders = bootLog.fallbackOrders
            observed.zonelists = bootLog.zonelists
        }
        observed.freedKibibytes = bootLog.freed.reduce(0) { $0 + min($1.kibibytes, 1 << 40) }
        observed.zones = picture.zoneInfo
        observed.minFreeKbytes = picture.sysctls["min_free_kbytes"].flatMap(Numbers.count)
        observed.action = picture.action
        if let nodes = picture.nodes {
            observed.states[.possible] = nodes.possible
            observed.states[.online] = nodes.online
            observed.states[.cpu] = nodes.hasCPU
            observed.states[.memory] = nodes.hasMemory
            observed.states[.normalMemory] = nodes.hasNormalMemory
            observed.states[.highMemory] = nodes.hasHighMemory
            observed.states[.genericInitiator] = nodes.hasGenericInitiator
        }
        return observed
    }

    func picture(_ number: Int) throws(FormatError) -> Picture {
        guard 1...pictures.count ~= number else {
            throw FormatError(file: name, reason: .outOfRange(field: "picture", value: String(number)))
        }
        return pictures[number - 1]
    }
}
