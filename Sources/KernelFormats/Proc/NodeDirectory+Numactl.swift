import PhysicalMemory

extension NodeDirectory {
    /// Picks what `numactl -H` and `lscpu` print out of a text; the first statement counts.
    init(numactl lines: some Sequence<TextLine>) {
        var cpuNode: NodeID?
        var columns: [NodeID]?
        var rows: [NodeID: [Int]] = [:]
        for line in lines {
            let words = line.words
            let numbers = words.map { Int($0) }
            if let node = cpuNode, !words.isEmpty, !numbers.contains(nil) {
                nodes[node]?.cpus? += words.compactMap(Numbers.cpu)
                continue
            }
            cpuNode = nil
            if words.count >= 3, words[0] == "node", words[2] == "cpus:", let node = Numbers.node(words[1]) {
                guard nodes[node]?.cpus == nil else { continue }
                nodes[node, default: Node()].cpus = words[3...].compactMap(Numbers.cpu)
                cpuNode = node
            } else if words.count == 5, words[0] == "node", words[2] == "size:", words[4] == "MB",
                let node = Numbers.node(words[1]), let size = Numbers.count(words[3])
            {
                if nodes[node]?.totalKibibytes == nil { nodes[node, default: Node()].totalKibibytes = size << 10 }
            } else if words.first == "node", words.count > 1, !numbers.dropFirst().contains(nil) {
                columns = columns ?? words.dropFirst().compactMap(Numbers.node)
            } else if let columns, let node = words.first.flatMap({ Self.row($0) }), rows[node] == nil,
                words.count == columns.count + 1
            {
                rows[node] = words.dropFirst().compactMap { Int($0) }.filter { 0...255 ~= $0 }
            } else if line.text.hasPrefix("NUMA node"), words.count == 4, words[2] == "CPU(s):",
                let node = Numbers.node(words[1].dropFirst(4)), let cpus = Numbers.list(words[3], limit: CPUID.limit)
            {
                nodes[node, default: Node()].cpus = cpus.map { CPUID($0) }
            }
        }
        guard let columns, rows.count == columns.count, rows.values.allSatisfy({ $0.count == columns.count })
        else { return }
        for (node, distances) in rows { nodes[node, default: Node()].distances = distances }
        online = NodeMask(columns)
    }

    private static func row(_ word: Substring) -> NodeID? {
        word.last == ":" ? Numbers.node(word.dropLast()) : nil
    }
}
