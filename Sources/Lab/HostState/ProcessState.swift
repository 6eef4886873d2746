import HostNUMA

/// A process's memory by node, for reports. In bytes.
public struct ProcessState: Encodable, Sendable {
    public var pid: Int
    public var name: String
    public var nodes: [Node]
    /// What belongs to no file, wherever it lies: the kernel doesn't say it by node.
    public var anonymousBytes: Int
    /// The biggest mappings, the biggest first.
    public var mappings: [Mapping]
    /// How many mappings have pages.
    public var mappingCount: Int

    public struct Node: Encodable, Sendable {
        public var node: Int
        public var bytes: Int
        /// By what backs the mapping; a file's mapping counts as `file` with the process's own copies in it.
        public var bytesByKind: [String: Int]
    }

    public struct Mapping: Encodable, Sendable {
        /// The address that it begins at, hexadecimal as in `numa_maps`.
        public var start: String
        public var kind: String
        public var policy: String
        @OrNull public var file: String?
        public var pageBytes: Int
        public var bytes: Int
        public var bytesByNode: [String: Int]
    }

    /// - Parameter limit: how many mappings to show.
    public init(_ memory: ProcessMemory, mappings limit: Int) {
        pid = memory.pid
        name = memory.name
        nodes = memory.nodes.map { node in
            let kinds = ProcessMemory.Kind.allCases.map { ($0.rawValue, memory.bytes($0, on: node)) }
            return Node(
                node: node.rawValue, bytes: memory.bytes(on: node), bytesByKind: Dictionary(uniqueKeysWithValues: kinds)
            )
        }
        anonymousBytes = memory.anonymousBytes
        mappingCount = memory.mappings.count
        mappings = memory.mappings.sorted { ($1.bytes, $0.start) < ($0.bytes, $1.start) }.prefix(limit).map { mapping in
            Mapping(
                start: String(mapping.start, radix: 16), kind: mapping.kind.rawValue, policy: mapping.policy,
                file: mapping.file, pageBytes: mapping.pageBytes, bytes: mapping.bytes,
                bytesByNode: Dictionary(
                    uniqueKeysWithValues: mapping.pages.keys.map { (String($0.rawValue), mapping.bytes(on: $0)) }))
        }
    }
}
