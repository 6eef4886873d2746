import PhysicalMemory

/// What `/proc/zoneinfo` says.
public struct ZoneInfo: Hashable, Sendable {
    /// One zone's part. What a kernel version doesn't print is `nil` or missing.
    public struct Zone: Hashable, Sendable {
        public var node: NodeID
        public var type: ZoneType
        /// The line of the zone's heading, from 1.
        public var line: Int
        public var free: PageCount?
        /// *Kernel counterpart:* `watermark_boost`.
        public var boost: PageCount?
        public var min: PageCount?
        public var low: PageCount?
        public var high: PageCount?
        public var promo: PageCount?
        public var spanned: PageCount?
        public var present: PageCount?
        public var managed: PageCount?
        public var cma: PageCount?
        public var protection: [PageCount] = []
        public var pagesets: [Pageset] = []
        public var startPFN: PFN?
        /// Counters by the kernel's name, `nr_free_pages` and others; those of the node stand at its first zone.
        public var counters: [String: Int] = [:]

        /// The zone has frames.
        public var isPopulated: Bool { (present ?? managed ?? 0) > 0 }
    }

    /// A CPU's lists of one zone. *Kernel counterpart:* `struct per_cpu_pages`.
    public struct Pageset: Hashable, Sendable {
        public var cpu: CPUID
        public var count: PageCount?
        /// Its value at that moment; fixed before 6.7.
        public var high: PageCount?
        /// Printed from 6.14 on.
        public var highMin: PageCount?
        public var highMax: PageCount?
        public var batch: PageCount?
        /// *Kernel counterpart:* `stat_threshold`, printed on machines with several CPUs.
        public var statThreshold: Int?

        public init(cpu: CPUID) { self.cpu = cpu }
    }

    public var zones: [Zone] = []

    public init() {}

    /// The zone, or `nil` if it isn't printed.
    public func zone(_ node: NodeID, _ type: ZoneType) -> Zone? { zones.first { $0.node == node && $0.type == type } }
}

extension ZoneInfo {
    /// Picks zones out of `lines`; what is no part of a zone is passed over. `problems` takes damaged lines of zones.
    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        var parser = Parser()
        for line in lines { parser.take(line, &problems) }
        parser.finish()
        self = parser.result
    }

    private struct Parser {
        var result = ZoneInfo()
        private var zone: Zone?
        private var isAfterPagesets = false

        mutating func finish() {
            if let zone, result.zone(zone.node, zone.type) == nil { result.zones.append(zone) }
            zone = nil
        }

        mutating func take(_ line: TextLine, _ problems: inout SkippedRecords) {
            let words = line.words
            guard let key = words.first else { return }
            if key == "Node", words.count >= 4, words[2] == "zone", words[1].hasSuffix(",") {
                heading(line, words, &problems)
                return
            }
            guard zone != nil else { return }
            if words.count == 1 {
                isAfterPagesets = isAfterPagesets || key == "pagesets"
                return
            }
            if key == "protection:" {
                protection(line, &problems)
            } else if key == "cpu:" {
                isAfterPagesets = true
                guard let cpu = Numbers.cpu(words[1]) else {
                    problems.add(line.error(.outOfRange(field: "cpu", value: String(words[1]))))
                    return
                }
                if zone?.pagesets.last?.cpu != cpu { zone?.pagesets.append(Pageset(cpu: cpu)) }
            } else if key == "vm", words.count == 4, words[1] == "stats" {
                if let value = number(words[3], line, &problems) { setPageset(\.statThreshold, value) }
            } else {
                let name = key == "pages" && words.count > 2 ? words[1] : key
                guard let text = words.last, words.count <= 3 else { return }
                field(name.hasSuffix(":") ? name.dropLast() : name, text, line, &problems)
            }
        }

        private mutating func heading(
            _ line: TextLine, _ words: [Substring], _ problems: inout SkippedRecords
        ) {
            finish()
            isAfterPagesets = false
            guard let node = Numbers.node(words[1].dropLast()) else {
                problems.add(line.error(.outOfRange(field: "node", value: String(words[1]))))
                return
            }
            guard let type = ZoneType(kernelName: words[3]) else {
                problems.add(line.error(.badValue(field: "zone", text: String(words[3].prefix(40)))))
                return
            }
            // A line of buddyinfo has the same beginning.
            guard words.count == 4 else { return }
            if result.zone(node, type) != nil {
                // The same file twice, as in mails: the first counts.
                return
            }
            zone = Zone(node: node, type: type, line: line.number)
        }

        private func number(
            _ text: Substring, _ line: TextLine, _ problems: inout SkippedRecords
        ) -> Int? {
            guard let value = Int(text), abs(Double(value)) <= 0x1p52 else {
                problems.add(
                    line.error(.badNumber(field: line.text.trimmed.prefix(20) + "", text: String(text.prefix(40)))))
                return nil
            }
            return value
        }

        private mutating func setPageset<Value>(_ field: WritableKeyPath<Pageset, Value?>, _ value: Value) {
            guard let count = zone?.pagesets.count, count > 0, zone?.pagesets[count - 1][keyPath: field] == nil
            else { return }
            zone?.pagesets[count - 1][keyPath: field] = value
        }

        private mutating func protection(_ line: TextLine, _ problems: inout SkippedRecords) {
            guard let inner = line.text.after("(")?.before(")") else {
                problems.add(line.error(.cutShort))
                return
            }
            var pages: [PageCount] = []
            for part in inner.split(separator: ",").prefix(ZoneType.allCases.count) {
                guard let value = number(part.trimmed, line, &problems) else { return }
                pages.append(PageCount(value))
            }
            zone?.protection = pages
        }

        private mutating func field(
            _ name: Substring, _ text: Substring, _ line: TextLine, _ problems: inout SkippedRecords
        ) {
            let path: WritableKeyPath<Zone, PageCount?>?
            switch name {
            case "free": path = \.free
            case "boost": path = \.boost
            case "min": path = \.min
            case "low": path = \.low
            case "high" where !isAfterPagesets: path = \.high
            case "promo": path = \.promo
            case "spanned": path = \.spanned
            case "present": path = \.present
            case "managed": path = \.managed
            case "cma": path = \.cma
            default: path = nil
            }
            if let path {
                guard let value = number(text, line, &problems) else { return }
                if zone?[keyPath: path] == nil { zone?[keyPath: path] = PageCount(max(0, value)) }
                return
            }
            guard let value = Int(text), abs(Double(value)) <= 0x1p52 else { return }
            switch name {
            case "count": setPageset(\.count, PageCount(value))
            case "high": setPageset(\.high, PageCount(value))
            case "high_min": setPageset(\.highMin, PageCount(value))
            case "high_max": setPageset(\.highMax, PageCount(value))
            case "batch": setPageset(\.batch, PageCount(value))
            case "start_pfn": zone?.startPFN = value >= 0 ? PFN(UInt64(value)) : nil
            default:
                if let count = zone?.counters.count, count < 1000 { zone?.counters[String(name)] = value }
            }
        }
    }
}
