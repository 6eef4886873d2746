import PhysicalMemory

extension AllocationTrace {
    /// What stays the same during a trace.
    public struct Machine: Hashable, Sendable {
        /// A populated zone.
        public struct Zone: Hashable, Sendable {
            public var node: NodeID
            /// Its number in the node, to which ``lowmemReserve`` and a request's highest zone index refer.
            public var index: Int
            public var type: ZoneType
            public var start: PFN
            public var spanned: PageCount
            public var present: PageCount
            public var managed: PageCount
            /// Whether every frame of the span exists. *Kernel counterpart:* `contiguous`.
            public var isContiguous: Bool
            /// Without boost.
            public var watermarks = ZoneLayout.Watermarks()
            /// By the zone index of the request's highest zone. *Kernel counterpart:* `lowmem_reserve`.
            public var lowmemReserve: [PageCount] = []
            /// *Kernel counterpart:* `percpu_drift_mark`.
            public var driftMark: PageCount = 0
            /// At the first state; ``TraceEvent/Kind/statThreshold`` changes it. *Kernel counterpart:*
            /// `stat_threshold`.
            public var statThreshold = 0
            public var perCPU = ZoneLayout.PerCPUTuning()

            /// The frames that the zone spans.
            public var span: Range<PFN> { start..<start.advanced(by: spanned.rawValue) }
        }

        public var kernel: String
        public var pageSize: ByteCount
        /// *Kernel counterpart:* `MAX_PAGE_ORDER`.
        public var maxOrder: Order
        public var pageblockOrder: Order
        /// *Kernel counterpart:* `NR_PCP_LISTS`.
        public var perCPUListCount: Int
        /// *Kernel counterpart:* `CONFIG_PCP_BATCH_SCALE_MAX`.
        public var perCPUBatchScaleMax: Int
        /// Sysctls and globals by the kernel's name: `min_free_kbytes`, `watermark_boost_factor` and others.
        public var globals: [String: Int]
        /// By the number that the trace gives them.
        public var zones: [Zone]
        /// The node of each CPU, by CPU number.
        public var cpuNodes: [NodeID]
        /// By node: indices into ``zones``, nearest first.
        public var zonelists: [NodeID: [Int]]
        /// As ``zonelists``, of the node's own zones. *Kernel counterpart:* `ZONELIST_NOFALLBACK`.
        public var thisNodeZonelists: [NodeID: [Int]]

        /// The kernel's version, as far as rules depend on it; the reference where it cannot be read.
        public var kernelVersion: KernelVersion {
            let numbers = kernel.split(separator: ".").prefix(2).map { $0.prefix { $0.isNumber } }
            guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else {
                return .reference
            }
            return KernelVersion(major, minor)
        }
    }
}

extension AllocationTrace.Machine {
    /// More zones than a machine can have.
    private static let zoneLimit = NodeID.limit * ZoneType.allCases.count

    init(_ scanner: inout RecordScanner, file: String, log: inout RecordLog) throws(FormatError) {
        kernel = ""
        pageSize = 4096
        maxOrder = 10
        pageblockOrder = 9
        perCPUListCount = 14
        perCPUBatchScaleMax = 5
        globals = [:]
        zones = []
        cpuNodes = []
        zonelists = [:]
        thisNodeZonelists = [:]
        while scanner.nextRecord() {
            do throws(FormatError.Reason) {
                try take(&scanner)
                if scanner.isUnterminated { throw .cutShort }
            } catch {
                try log.report(error, in: scanner)
            }
        }
        guard !zones.isEmpty else { throw FormatError(file: file, reason: .missingRecord("zone")) }
        guard !cpuNodes.isEmpty else { throw FormatError(file: file, reason: .missingRecord("cpu")) }
        for node in Set(cpuNodes).union(zones.map(\.node)).sorted() where zonelists[node] == nil {
            try log.report(.missingRecord("zonelist of node \(node)"), line: nil)
        }
        for (number, zone) in zones.enumerated() {
            if zone.lowmemReserve.isEmpty { try log.report(.missingRecord("zone_reserve \(number)"), line: nil) }
            if zone.statThreshold == 0 { try log.report(.missingRecord("zone_stat_threshold \(number)"), line: nil) }
            if zone.perCPU == ZoneLayout.PerCPUTuning(batch: 0, highMin: 0, highMax: 0) {
                try log.report(.missingRecord("zone_pcp \(number)"), line: nil)
            }
        }
    }

    private mutating func take(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let key = try scanner.word("record")
        switch key {
        case "kernel": kernel = try scanner.word(key)
        case "page_size":
            let size = try scanner.decimal(key, 1024...(1 << 24))
            guard size & (size - 1) == 0 else { throw .outOfRange(field: key, value: String(size)) }
            pageSize = ByteCount(size)
        case "max_order": maxOrder = Order(try scanner.decimal(key, 0...20))
        case "pageblock_order": pageblockOrder = Order(try scanner.decimal(key, 0...20))
        case "migratetypes": while !scanner.isAtEnd { _ = try scanner.migrateType(key) }
        case "nr_pcp_lists": perCPUListCount = try scanner.decimal(key, 1...256)
        case "pcp_batch_scale_max": perCPUBatchScaleMax = try scanner.decimal(key, 0...20)
        case "zone": try takeZone(&scanner)
        case "zone_wmark":
            let zone = try zoneNumber(&scanner)
            zones[zone].watermarks = .init(
                min: try scanner.pages("min"), low: try scanner.pages("low"), high: try scanner.pages("high"),
                promo: scanner.isAtEnd ? nil : try scanner.pages("promo"))
        case "zone_reserve":
            let zone = try zoneNumber(&scanner)
            var reserve: [PageCount] = []
            while !scanner.isAtEnd, reserve.count < ZoneType.allCases.count {
                reserve.append(PageCount(try scanner.decimal(key, 0...(1 << 52))))
            }
            guard !reserve.isEmpty else { throw .missingField(key) }
            zones[zone].lowmemReserve = reserve
        case "zone_drift_mark":
            zones[try zoneNumber(&scanner)].driftMark = PageCount(try scanner.decimal(key, 0...(1 << 52)))
        case "zone_stat_threshold": zones[try zoneNumber(&scanner)].statThreshold = try scanner.decimal(key, 1...125)
        case "zone_pcp":
            let zone = try zoneNumber(&scanner)
            zones[zone].perCPU = .init(
                batch: try scanner.pages("batch"), highMin: try scanner.pages("high_min"),
                highMax: try scanner.pages("high_max"))
        case "cpu":
            let cpu = try scanner.decimal(key, 0...(CPUID.limit - 1))
            guard cpu == cpuNodes.count else { throw .outOfRange(field: key, value: String(cpu)) }
            try scanner.keyword("node")
            cpuNodes.append(try scanner.node("node"))
        case "zonelist": try takeZonelist(&scanner)
        default:
            guard globals.count < 1000 else { throw .unknownRecord(key) }
            guard let first = scanner.peek, first == 45 || (48...57).contains(first) else { throw .unknownRecord(key) }
            globals[key] = try scanner.decimal(key, -(1 << 52)...(1 << 52))
        }
        try scanner.finish()
    }

    private mutating func takeZone(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let number = try scanner.decimal("zone", 0...(Self.zoneLimit - 1))
        guard number == zones.count else { throw .outOfRange(field: "zone", value: String(number)) }
        try scanner.keyword("node")
        let node = try scanner.node("node")
        try scanner.keyword("idx")
        let index = try scanner.decimal("idx", 0...(ZoneType.allCases.count - 1))
        try scanner.keyword("name")
        let name = try scanner.word("name")
        guard let type = ZoneType(kernelName: name) else { throw .badValue(field: "name", text: name) }
        try scanner.keyword("start")
        let start = PFN(UInt64(try scanner.decimal("start", 0...(1 << 52))))
        let zone = Zone(
            node: node, index: index, type: type, start: start, spanned: try scanner.pages("spanned"),
            present: try scanner.pages("present"), managed: try scanner.pages("managed"),
            isContiguous: try scanner.flag("contiguous"), perCPU: .init(batch: 0, highMin: 0, highMax: 0))
        guard zone.present <= zone.spanned else {
            throw .contradiction(what: "spanned", stated: "\(zone.spanned)", found: "\(zone.present) present")
        }
        guard zone.managed <= zone.spanned else {
            throw .contradiction(what: "spanned", stated: "\(zone.spanned)", found: "\(zone.managed) managed")
        }
        if zones.contains(where: { $0.node == node && $0.index == index }) {
            throw .duplicate("zone \(index) of node \(node)")
        }
        zones.append(zone)
    }

    private mutating func takeZonelist(_ scanner: inout RecordScanner) throws(FormatError.Reason) {
        let node = try scanner.node("node")
        let kind = try scanner.word("kind")
        var list: [Int] = []
        while !scanner.isAtEnd {
            let zone = try zoneNumber(&scanner)
            guard !list.contains(zone) else { throw .duplicate("zone \(zone)") }
            list.append(zone)
        }
        switch kind {
        case "fallback": zonelists[node] = list
        case "thisnode": thisNodeZonelists[node] = list
        default: throw .badValue(field: "kind", text: kind)
        }
    }

    private func zoneNumber(_ scanner: inout RecordScanner) throws(FormatError.Reason) -> Int {
        let zone = try scanner.decimal("zone")
        guard zone < zones.count else { throw .outOfRange(field: "zone", value: String(zone)) }
        return zone
    }
}

extension RecordScanner {
    /// A migrate type's letter.
    mutating func migrateType(_ field: String) throws(FormatError.Reason) -> MigrateType {
        let letter = try letter(field)
        guard let type = MigrateType(traceLetter: letter) else {
            throw .badValue(field: field, text: String(UnicodeScalar(letter)))
        }
        return type
    }

    /// `key N`, a number of pages.
    mutating func pages(_ key: String) throws(FormatError.Reason) -> PageCount {
        try keyword(key)
        return PageCount(try decimal(key, 0...(1 << 52)))
    }

    /// `key 0` or `key 1`.
    mutating func flag(_ key: String) throws(FormatError.Reason) -> Bool {
        try keyword(key)
        return try decimal(key, 0...1) == 1
    }

    mutating func node(_ field: String) throws(FormatError.Reason) -> NodeID {
        NodeID(try decimal(field, 0...(NodeID.limit - 1)))
    }
}

extension MigrateType {
    /// From a trace's letter: `U` `M` `R` `H` `C` `I`.
    init?(traceLetter letter: UInt8) {
        switch letter {
        case UInt8(ascii: "U"): self = .unmovable
        case UInt8(ascii: "M"): self = .movable
        case UInt8(ascii: "R"): self = .reclaimable
        case UInt8(ascii: "H"): self = .highatomic
        case UInt8(ascii: "C"): self = .cma
        case UInt8(ascii: "I"): self = .isolate
        default: return nil
        }
    }
}
