import PhysicalMemory

/// Lines about what firmware says: its memory map and its affinity table.
extension BootLogParser {
    mutating func bios(_ text: Substring, _ line: TextLine) -> Bool {
        if let rest = text.after("BIOS-e820: ") {
            // From 7.0 on gaps are printed too.
            if rest.hasPrefix("[gap ") { return true }
            entry(rest, line, \.firmwareMap)
            return true
        }
        guard text.hasPrefix("Built "), let count = text.dropFirst(6).split(separator: " ").first else {
            return false
        }
        log.zonelistCount = log.zonelistCount ?? Numbers.count(count)
        return true
    }

    mutating func map(_ text: Substring, _ line: TextLine) -> Bool {
        if let rest = text.after("user: "), text.hasPrefix("user:") {
            entry(rest, line, \.userMap)
            return true
        }
        if let rest = text.after("modified: "), text.hasPrefix("modified:") {
            entry(rest, line, \.modifiedMap)
            return true
        }
        return false
    }

    /// `e820: update [mem A-B] usable ==> reserved`. An update may also leave a range what it was, as EFI's does with
    /// the setup data: `usable ==> usable`.
    mutating func update(_ text: Substring, _ line: TextLine) -> Bool {
        guard text.hasPrefix("e820: update ") else { return false }
        guard let range = memory(text, line), let change = text.after("]"), let old = change.before("==>"),
            let new = change.after("==>")
        else { return true }
        func isUsable(_ type: Substring) -> Bool { ["usable", "System RAM"].contains(type.trimmed) }
        if isUsable(old), !isUsable(new), log.withheld.count < Self.listLimit { log.withheld.append(range) }
        return true
    }

    private mutating func entry(
        _ text: Substring, _ line: TextLine, _ list: WritableKeyPath<BootLog, [BootLog.MapEntry]>
    ) {
        guard let range = memory(text, line), log[keyPath: list].count < Self.listLimit else { return }
        let type = text.after("]").map { $0.trimmed } ?? ""
        guard !type.isEmpty else {
            problems.add(line.error(.missingField("type")))
            return
        }
        let plain = type.first == "(" && type.last == ")" ? type.dropFirst().dropLast() : type
        log[keyPath: list].append(BootLog.MapEntry(addresses: range, type: String(plain)))
    }

    /// The addresses of the first `[mem A-B]` in the text.
    mutating func memory(_ text: Substring, _ line: TextLine) -> Range<ByteCount>? {
        guard let inner = text.after("[mem")?.before("]") else {
            problems.add(line.error(.cutShort))
            return nil
        }
        guard let range = Numbers.range(inner.trimmed) else {
            problems.add(line.error(.badNumber(field: "addresses", text: String(inner.prefix(60)))))
            return nil
        }
        return range
    }

    mutating func affinity(_ text: Substring, _ line: TextLine) -> Bool {
        guard let rest = text.after("SRAT: Node ") else { return false }
        guard let node = node(rest.split(separator: " ").first ?? "", line) else { return true }
        guard rest.after("[mem") != nil else {
            if rest.after("nitiator") != nil { log.genericInitiators.insert(node) }
            return true
        }
        guard let range = memory(rest, line), log.affinity.count < Self.listLimit else { return true }
        let flags = rest.after("]") ?? ""
        log.affinity.append(
            BootLog.Affinity(
                node: node, addresses: range, isHotPluggable: flags.after("hotplug") != nil,
                isNonVolatile: flags.after("non-volatile") != nil))
        return true
    }

    /// `SRAT: PXM 0 -> APIC 0x00 -> Node 0`: CPUs in the order of their APICs.
    mutating func cpuAffinity(_ text: Substring, _ line: TextLine) -> Bool {
        guard text.hasPrefix("SRAT: PXM "), let rest = text.after("-> Node ") else { return false }
        guard let node = node(rest.split(separator: " ").first ?? "", line) else { return true }
        let next = CPUID(affineCPUs)
        affineCPUs += 1
        if next.rawValue < CPUID.limit, log.cpuNodes[next] == nil { log.cpuNodes[next] = node }
        return true
    }

    mutating func node(_ text: some StringProtocol, _ line: TextLine) -> NodeID? {
        guard let node = Numbers.node(text) else {
            problems.add(line.error(.outOfRange(field: "node", value: String(text.prefix(40)))))
            return nil
        }
        return node
    }
}
