import PhysicalMemory

/// A machine's layout as `pgdat layout --json` prints it. Addresses in bytes, sizes in pages.
public struct LayoutReport: Encodable, Sendable {
    public struct ZoneRange: Encodable, Sendable {
        public var zone: String
        public var start: UInt64
        /// One past the last byte.
        public var end: UInt64
    }

    public struct MovableStart: Encodable, Sendable {
        public var node: NodeID
        public var address: UInt64
    }

    public struct ZoneReference: Encodable, Sendable {
        public var node: NodeID
        public var zone: String
    }

    public struct Watermarks: Encodable, Sendable {
        public var min: PageCount
        public var low: PageCount
        public var high: PageCount
        @OrNull public var promo: PageCount?
    }

    public struct Pageset: Encodable, Sendable {
        public var cpu: CPUID
        @OrNull public var highMin: PageCount?
        @OrNull public var highMax: PageCount?
        /// Where the kernel tunes it, 0: so it stands until the list is first used.
        public var high: PageCount
        public var batch: PageCount
        public var statThreshold: Int
    }

    public struct Zone: Encodable, Sendable {
        public var name: String
        public var startPFN: PFN
        public var spannedPages: PageCount
        public var presentPages: PageCount
        public var managedPages: PageCount
        public var watermarks: Watermarks
        public var protection: [PageCount]
        /// One for each online CPU; none in a zone without frames.
        public var pagesets: [Pageset]
    }

    public struct Node: Encodable, Sendable {
        public var id: NodeID
        public var startPFN: PFN
        public var spannedPages: PageCount
        public var presentPages: PageCount
        public var totalReservePages: PageCount
        public var cpus: [CPUID]
        public var distances: [Int]
        public var fallbackOrder: [NodeID]
        public var zonelist: [ZoneReference]
        public var zones: [Zone]
    }

    public var name: String
    public var architecture: String
    public var kernel: String
    public var pageSize: ByteCount
    public var maxOrder: Order
    public var pageblockOrder: Order
    public var managedIsKnown: Bool
    public var notes: [String]
    public var zoneRanges: [ZoneRange]
    public var movableStart: [MovableStart]
    @OrNull public var policyZone: String?
    public var minFreeKbytes: Int
    public var nodeStates: NodeStates
    public var nodes: [Node]
}

extension LayoutReport {
    public init(_ layout: MachineLayout) {
        let pageSize = UInt64(layout.pageSize.rawValue)
        func address(_ pfn: PFN) -> UInt64 {
            let (bytes, overflow) = pfn.rawValue.multipliedReportingOverflow(by: pageSize)
            return overflow ? .max : bytes
        }
        let cpus = Set(layout.nodes.flatMap(\.cpus)).sorted()
        self.init(
            name: layout.name, architecture: layout.architecture.rawValue, kernel: layout.kernel.description,
            pageSize: layout.pageSize, maxOrder: layout.maxOrder, pageblockOrder: layout.pageblockOrder,
            managedIsKnown: layout.managedIsKnown, notes: layout.notes,
            zoneRanges: layout.zoneRanges.map {
                ZoneRange(
                    zone: $0.zone.kernelName, start: address($0.frames.lowerBound), end: address($0.frames.upperBound))
            },
            movableStart: layout.movableStart.map { MovableStart(node: $0.node, address: address($0.start)) },
            policyZone: layout.policyZone?.kernelName, minFreeKbytes: layout.minFreeKbytes,
            nodeStates: layout.states,
            nodes: layout.nodes.map { node in Node(node, cpus: cpus, kernel: layout.kernel) })
    }
}

extension LayoutReport.Node {
    init(_ node: NodeLayout, cpus: [CPUID], kernel: KernelVersion) {
        self.init(
            id: node.id, startPFN: node.startPFN, spannedPages: node.spannedPages, presentPages: node.presentPages,
            totalReservePages: node.totalReservePages, cpus: node.cpus, distances: node.distances,
            fallbackOrder: node.fallbackOrder,
            zonelist: node.zonelist.map { LayoutReport.ZoneReference(node: $0.node, zone: $0.zone.kernelName) },
            zones: node.zones.map { LayoutReport.Zone($0, cpus: cpus, kernel: kernel) })
    }
}

extension LayoutReport.Zone {
    init(_ zone: ZoneLayout, cpus: [CPUID], kernel: KernelVersion) {
        let marks = zone.watermarks
        let tunes = kernel >= .tunesPerCPUHigh
        self.init(
            name: zone.type.kernelName, startPFN: zone.startPFN, spannedPages: zone.spannedPages,
            presentPages: zone.presentPages, managedPages: zone.managedPages,
            watermarks: .init(min: marks.min, low: marks.low, high: marks.high, promo: marks.promo),
            protection: zone.protection,
            pagesets: zone.presentPages == 0
                ? []
                : cpus.map { cpu in
                    LayoutReport.Pageset(
                        cpu: cpu, highMin: tunes ? zone.perCPU.highMin : nil,
                        highMax: tunes ? zone.perCPU.highMax : nil, high: tunes ? 0 : zone.perCPU.highMin,
                        batch: zone.perCPU.batch, statThreshold: zone.statThreshold)
                })
    }
}
