/// A NUMA node of the host: what `/sys/devices/system/node/nodeN` calls N. From 0 to 1023.
public struct HostNodeID: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// One more than the greatest node number Linux can be built for (`CONFIG_NODES_SHIFT` 10).
    public static let limit = 1024

    public let rawValue: Int

    /// Fails outside 0..<1024.
    public init?(rawValue: Int) {
        guard (0..<HostNodeID.limit).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    public static func < (a: HostNodeID, b: HostNodeID) -> Bool { a.rawValue < b.rawValue }
    public var description: String { "node \(rawValue)" }
}

/// A logical CPU of the host: what `/sys/devices/system/cpu/cpuN` calls N. From 0 to 8191.
public struct HostCPU: RawRepresentable, Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// One more than the greatest CPU number Linux can be built for (`CONFIG_NR_CPUS` 8192).
    public static let limit = 8192

    public let rawValue: Int

    /// Fails outside 0..<8192.
    public init?(rawValue: Int) {
        guard (0..<HostCPU.limit).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    public static func < (a: HostCPU, b: HostCPU) -> Bool { a.rawValue < b.rawValue }
    public var description: String { "CPU \(rawValue)" }
}
