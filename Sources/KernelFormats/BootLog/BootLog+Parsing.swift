import PhysicalMemory

extension BootLog {
    /// Picks what concerns memory out of a kernel log, with or without time stamps, as `dmesg`, a journal or a mail
    /// shows it.
    ///
    /// Of several boots in one text the first that shows zones counts. `problems` takes lines that were recognized but
    /// make no sense. Complexity: O(length).
    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        var parser = BootLogParser()
        for line in lines {
            if !parser.take(line) { break }
        }
        parser.flush()
        problems.add(parser.problems)
        self = parser.log
    }
}

/// Reads a boot log line by line.
struct BootLogParser {
    /// What unmarked lines belong to.
    private enum Block { case none, zoneRanges, movableStarts, earlyRanges }

    var log = BootLog()
    var problems = SkippedRecords()
    /// CPUs that the affinity table has named so far.
    var affineCPUs = 0
    private var block = Block.none
    private var pagesNode: NodeID?
    /// A line that a mail program broke after `[mem`.
    private var broken: TextLine?
    /// Messages that only one architecture prints.
    private static let marks: [(prefix: String, architecture: MachineSpec.Architecture)] = [
        ("ppc64_", .ppc64), ("radix-mmu:", .ppc64), ("hash-mmu:", .ppc64), ("rfi-flush:", .ppc64),
        ("psci:", .arm64), ("GICv", .arm64), ("ITS [mem", .arm64), ("riscv:", .riscv64), ("x86/", .x86_64),
        ("ACPI: LAPIC", .x86_64),
    ]
    /// Bounds lists that a damaged or hostile log could blow up.
    static let listLimit = 100_000

    /// Takes a line; `false`: another boot begins, the log is complete.
    mutating func take(_ line: TextLine) -> Bool {
        let text = Self.message(line.text)
        if var start = broken {
            broken = nil
            start.text += " " + text
            message(start.text[...], start)
            return true
        }
        if text.hasSuffix("[mem") {
            broken = TextLine(file: line.file, number: line.number, text: String(text))
            return true
        }
        if text.hasPrefix("Linux version "), log.banner != nil, !log.zoneRanges.isEmpty || !log.earlyRanges.isEmpty {
            return false
        }
        if text == "Zone ranges:" {
            // Node ranges stand below the zones: what came before was the end of another boot.
            if !log.zoneRanges.isEmpty, !log.earlyRanges.isEmpty { return false }
            log.earlyRanges = []
        }
        message(text, line)
        return true
    }

    mutating func flush() {
        if let line = broken { problems.add(line.error(.cutShort)) }
    }

    /// The message without quote marks, time stamps and what journals put in front; leading blanks go.
    static func message(_ text: String) -> Substring {
        var rest = text[...]
        while let first = rest.first, first == ">" || first == " " || first == "\t" { rest.removeFirst() }
        // A journal's `Dec 20 21:10:57 host kernel: ` before the stamp.
        if let first = rest.first, first != "[", let kernel = rest.after(" kernel: "),
            rest.utf8.count - kernel.utf8.count < 60
        {
            rest = kernel.trimmed
        }
        while rest.first == "[" || rest.first == "<" {
            guard let end = rest.firstIndex(of: rest.first == "[" ? "]" : ">"),
                rest[..<end].utf8.count < 24, !rest.hasPrefix("[mem")
            else { break }
            rest = rest[rest.index(after: end)...].trimmed
        }
        return rest.trimmed
    }

    private mutating func message(_ text: Substring, _ line: TextLine) {
        guard let first = text.first else { return }
        if log.architectureMark == nil {
            log.architectureMark = Self.marks.first { text.hasPrefix($0.prefix) }?.architecture
        }
        switch first {
        case "B": if bios(text, line) { return }
        case "u", "m": if map(text, line) || zonelist(text, line) || mappedLow(text) || pageFlags(text) { return }
        case "L", "K", "C": if banner(text) { return }
        case "e": if update(text, line) { return }
        case "h":
            if text.hasPrefix("hugetlbfs: disabling"), text.after("no supported") != nil { log.lacksHugePages = true }
        case "A", "S": if affinity(text, line) || cpuAffinity(text, line) { return }
        case "Z", "M", "E", "I", "O", "P", "F", "N", "n", "D", "H", "R", ".", "s", "c", "l": break
        default: return
        }
        if heading(text, line) || blockLine(text, line) { return }
        others(text, line)
    }

    // MARK: What the kernel made of it

    private mutating func heading(_ text: Substring, _ line: TextLine) -> Bool {
        switch text {
        case "Zone ranges:": block = .zoneRanges
        case "Movable zone start for each node":
            block = .movableStarts
            log.hasMovableStarts = true
        case "Early memory node ranges": block = .earlyRanges
        default: return false
        }
        return true
    }

    private mutating func blockLine(_ text: Substring, _ line: TextLine) -> Bool {
        let words = text.split(separator: " ")
        guard let first = words.first else { return false }
        switch block {
        case .none: return false
        case .zoneRanges:
            guard let zone = ZoneType(kernelName: first) else {
                // Old kernels go on with empty headings; a mail may have lost some.
                return nodeRange(words, text, line)
            }
            if words.count == 2, words[1] == "empty" {
                log.zoneRanges.append(BootLog.ZoneRange(zone: zone, addresses: nil))
            } else if text.after("[mem") != nil, let range = memory(text, line) {
                log.zoneRanges.append(BootLog.ZoneRange(zone: zone, addresses: range))
            }
            if log.zoneRanges.count > ZoneType.allCases.count { log.zoneRanges.removeLast() }
            return true
        case .movableStarts:
            if words.count == 3, first == "Node", words[1].hasSuffix(":"), text.after("[mem") == nil {
                guard let node = node(words[1].dropLast(), line) else { return true }
                guard let address = Numbers.address(words[2]), address < 1 << 56 else {
                    problems.add(line.error(.badNumber(field: "Movable start", text: String(words[2].prefix(40)))))
                    return true
                }
                if log.movableStarts.count < NodeID.limit {
                    log.movableStarts.append(BootLog.MovableStart(node: node, address: ByteCount(address)))
                }
                return true
            }
            return nodeRange(words, text, line)
        case .earlyRanges: return nodeRange(words, text, line)
        }
    }

    /// `node   0: [mem A-B]`.
    private mutating func nodeRange(_ words: [Substring], _ text: Substring, _ line: TextLine) -> Bool {
        guard words.count >= 2, words[0] == "node", words[1].hasSuffix(":") else { return false }
        guard let node = node(words[1].dropLast(), line), let range = memory(text, line) else { return true }
        if log.earlyRanges.count < Self.listLimit {
            log.earlyRanges.append(BootLog.NodeRange(node: node, addresses: range))
        }
        return true
    }

    private mutating func others(_ text: Substring, _ line: TextLine) {
        if let rest = text.after("Initmem setup node "), text.hasPrefix("Initmem") {
            block = .none
            initmem(rest, text, line)
        } else if let rest = text.after("Fallback order for Node "), text.hasPrefix("Fallback") {
            fallback(rest, line)
        } else if let rest = text.after("Policy zone: "), text.hasPrefix("Policy") {
            log.policyZone = log.policyZone ?? ZoneType(kernelName: rest.trimmed)
        } else if text.hasPrefix("Freeing "), let rest = text.after(": "), rest.hasSuffix("K") {
            let what = text.dropFirst(8).before(": ") ?? ""
            if let size = Numbers.count(rest.dropLast().trimmed), log.freed.count < 1000 {
                log.freed.append(BootLog.Freed(what: String(what), kibibytes: size))
            }
        } else if text.hasPrefix("node "), let rest = text.after("node "), rest.after(" deferred pages init") != nil {
            guard let node = node(rest.split(separator: " ").first ?? "", line) else { return }
            if log.deferredNodes.count < NodeID.limit { log.deferredNodes.append(node) }
        } else if let rest = text.after("NODE_DATA("), text.hasPrefix("N"), rest.after("[mem") != nil {
            guard let node = node(rest.before(")") ?? "", line), let range = memory(rest, line) else { return }
            log.nodeData[node] = log.nodeData[node] ?? range
        } else if text.hasPrefix("RAMDISK: ") {
            log.ramdisk = log.ramdisk ?? memory(text, line)
        } else if text.hasPrefix("Faking node ") {
            log.hasFakeNodes = true
        } else if text.hasPrefix("cma: Reserved ") {
            contiguousArea(text, line)
        } else {
            cpusAndPages(text, line)
        }
    }

    /// `cma: Reserved 64 MiB at 0x00000000fc000000 on node -1`.
    private mutating func contiguousArea(_ text: Substring, _ line: TextLine) {
        let words = text.split(separator: " ")
        guard words.count > 5, let size = Numbers.count(words[2]), let start = Numbers.address(words[5]) else {
            problems.add(line.error(.cutShort))
            return
        }
        let unit = words[3].hasPrefix("K") ? 1 << 10 : 1 << 20
        let (bytes, overflow) = size.multipliedReportingOverflow(by: unit)
        guard !overflow, bytes > 0, start < 1 << 56, bytes < 1 << 56 - start,
            log.contiguousAreas.count < Self.listLimit
        else { return }
        log.contiguousAreas.append(ByteCount(start)..<ByteCount(start + bytes))
    }

    private mutating func initmem(_ rest: Substring, _ text: Substring, _ line: TextLine) {
        guard let node = node(rest.split(separator: " ").first ?? "", line), log.nodeSpans.count < NodeID.limit
        else { return }
        if rest.after("memoryless") != nil {
            log.nodeSpans.append(BootLog.NodeSpan(node: node, addresses: nil))
        } else if let range = memory(text, line) {
            // A node without memory may also be printed as [mem 0x0-0x0].
            let isEmpty = range == ByteCount(0)..<ByteCount(1)
            log.nodeSpans.append(BootLog.NodeSpan(node: node, addresses: isEmpty ? nil : range))
        }
        pagesNode = node
    }

    private mutating func fallback(_ rest: Substring, _ line: TextLine) {
        guard let colon = rest.firstIndex(of: ":"), let node = node(rest[..<colon].trimmed, line) else { return }
        var order: [NodeID] = []
        for word in rest[rest.index(after: colon)...].split(separator: " ").prefix(NodeID.limit) {
            guard let next = self.node(word, line) else { return }
            order.append(next)
        }
        if log.fallbackOrders[node] == nil { log.fallbackOrders[node] = order }
    }

    /// `mminit::zonelist general 0:DMA32 = 0:DMA32 0:DMA`.
    private mutating func zonelist(_ text: Substring, _ line: TextLine) -> Bool {
        guard let rest = text.after("mminit::zonelist "), log.zonelists.count < Self.listLimit else { return false }
        let words = rest.split(separator: " ")
        guard words.count >= 3, words[2] == "=", let home = Self.zoneName(words[1]) else {
            problems.add(line.error(.cutShort))
            return true
        }
        let zones = words[3...].map(Self.zoneName)
        guard !zones.contains(nil) else {
            problems.add(line.error(.badValue(field: "zone", text: String(rest.prefix(60)))))
            return true
        }
        log.zonelists.append(
            BootLog.Zonelist(
                isThisNode: words[0] == "thisnode", node: home.node, zone: home.zone, zones: zones.compactMap { $0 }))
        return true
    }

    private static func zoneName(_ word: Substring) -> ZoneName? {
        guard let colon = word.firstIndex(of: ":"), let node = Numbers.node(word[..<colon]),
            let zone = ZoneType(kernelName: word[word.index(after: colon)...])
        else { return nil }
        return ZoneName(node: node, zone: zone)
    }

    // MARK: The rest

    private mutating func banner(_ text: Substring) -> Bool {
        if let rest = text.after("Linux version "), text.hasPrefix("Linux version ") {
            log.banner = log.banner ?? String(text)
            log.kernel = log.kernel ?? rest.split(separator: " ").first.map(String.init)
        } else if let rest = text.after("ommand line: "), text.utf8.count - rest.utf8.count < 24 {
            log.commandLine = log.commandLine ?? String(rest)
        } else {
            return false
        }
        return true
    }

    /// `mminit::pageflags_layout_widths Section 0 Node 10 … Flags 24`.
    private mutating func pageFlags(_ text: Substring) -> Bool {
        guard let rest = text.after("pageflags_layout_widths "), let flags = rest.after(" Flags ") else { return false }
        if let count = Numbers.count(flags.trimmed), count <= 64 { log.pageFlagCount = count }
        let words = rest.split(separator: " ")
        let names = ["Section", "Node", "Zone", "Lastcpupid", "Kasantag", "Gen", "Tier"]
        let widths = names.compactMap { name in
            words.firstIndex(of: name[...]).flatMap { $0 + 1 < words.count ? Numbers.count(words[$0 + 1]) : nil }
        }
        if widths.count == names.count { log.pageFlagWidths = widths }
        return true
    }

    private mutating func mappedLow(_ text: Substring) -> Bool {
        guard let rest = text.after("mapped low ram: "), let end = rest.after("- ") else { return false }
        if let address = Numbers.address(end.trimmed), address > 0, address < 1 << 40 {
            log.mappedLowRAM = ByteCount(address)
        }
        return true
    }

    private mutating func cpusAndPages(_ text: Substring, _ line: TextLine) {
        if let rest = text.after("node  #") ?? text.after("node #"), text.hasPrefix(".") {
            let words = rest.split { $0 == " " || $0 == "," }
            guard let node = words.first.flatMap(Numbers.node) else { return }
            for word in words.dropFirst() where word.first == "#" {
                if let cpu = Numbers.cpu(word.dropFirst()) { log.cpuNodes[cpu] = node }
            }
        } else if let rest = text.after("smp: Brought up ") {
            // `smp: Brought up 2 nodes, 4 CPUs`
            let words = rest.split(separator: " ")
            if words.count >= 4 { log.cpuCount = Numbers.count(words[2]) }
        } else if let rest = text.after("nr_node_ids:") {
            log.nodeNumberLimit = rest.split(separator: " ").first.flatMap(Numbers.count)
        } else if let rest = text.after("On node "), text.hasPrefix("On node") {
            if rest.after("totalpages") != nil { pagesNode = rest.split(separator: " ").first.flatMap(Numbers.node) }
        } else if let batch = text.after("LIFO batch:"), let node = pagesNode, let name = text.before(" zone: ") {
            guard let zone = ZoneType(kernelName: name.trimmed), let batch = Numbers.count(batch.trimmed),
                let pages = text.after(" zone: ")?.split(separator: " ").first.flatMap(Numbers.count),
                log.zonePages.count < Self.listLimit
            else { return }
            log.zonePages.append(
                BootLog.ZonePages(node: node, zone: zone, pages: PageCount(pages), batch: PageCount(batch)))
        } else if let rest = text.after("numa: Node "), let cpus = rest.after("CPUs: ") {
            guard let node = rest.split(separator: " ").first.flatMap(Numbers.node),
                let numbers = Numbers.list(cpus, limit: CPUID.limit)
            else { return }
            for cpu in numbers { log.cpuNodes[CPUID(cpu)] = node }
        }
    }
}
