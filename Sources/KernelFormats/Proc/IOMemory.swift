import PhysicalMemory

/// What `/proc/iomem` says: who has which physical addresses.
public struct IOMemory: Hashable, Sendable {
    public struct Resource: Hashable, Sendable {
        public var addresses: Range<ByteCount>
        public var name: String
        /// How many resources it lies within.
        public var depth: Int
    }

    public var resources: [Resource] = []

    /// The addresses are real: a reader without privilege is shown zeros.
    public var isReadable: Bool { resources.contains { $0.addresses.lowerBound > 0 } }

    init(_ lines: some Sequence<TextLine>, problems: inout SkippedRecords) {
        for line in lines {
            guard let separator = line.text.before(" : "), let name = line.text.after(" : ") else { continue }
            guard let range = Numbers.range(separator.trimmed) else {
                problems.add(line.error(.badNumber(field: "addresses", text: String(separator.prefix(40)))))
                continue
            }
            let indent = line.text.prefix { $0 == " " }.count
            resources.append(Resource(addresses: range, name: String(name.trimmed), depth: indent / 2))
        }
    }

    /// The ranges of resources whose name begins with `prefix`, ascending.
    public func ranges(named prefix: String) -> [Range<ByteCount>] {
        resources.filter { $0.name.hasPrefix(prefix) }.map(\.addresses).sorted { $0.lowerBound < $1.lowerBound }
    }
}
