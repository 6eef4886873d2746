/// One step on a machine's way from its firmware's map to free frames.
public struct BootStep: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        case firmwareMap, commandLine, nodeMemory, nodeStructures, zoneLimits, movableBorders, zones, memoryMap
        case deferredPages, zonelists, freeFrames, tuning
    }

    /// One thing that the step found or decided.
    public struct Entry: Hashable, Sendable {
        /// The node that it is about, if any.
        public var node: NodeID?
        /// The zone that it is about, if any.
        public var zone: ZoneType?
        /// What it is about beside those: `page flags`, `usable`; perhaps empty.
        public var subject: String
        public var details: [Detail]

        init(_ subject: String = "", node: NodeID? = nil, zone: ZoneType? = nil, _ details: [Detail]) {
            self.subject = subject
            self.node = node
            self.zone = zone
            self.details = details
        }

        /// As people say it: `node 0 zone DMA`.
        public var name: String {
            let words = [subject, node.map { "node \($0)" } ?? "", zone.map { "zone \($0.kernelName)" } ?? ""]
            return words.filter { !$0.isEmpty }.joined(separator: " ")
        }
    }

    public struct Detail: Hashable, Sendable {
        public var key: String
        public var value: Value

        init(_ key: String, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    public enum Value: Hashable, Sendable {
        case number(Int)
        /// In bytes.
        case address(UInt64)
        case text(String)
        case isTrue(Bool)
        case numbers([Int])
        case names([String])
    }

    public var kind: Kind
    /// The kernel's functions that do it.
    public var kernelFunction: String
    /// What happens, in a sentence.
    public var sentence: String
    public var entries: [Entry]

    init(_ kind: Kind, _ kernelFunction: String, _ sentence: String, _ entries: [Entry]) {
        self.kind = kind
        self.kernelFunction = kernelFunction
        self.sentence = sentence
        self.entries = entries
    }
}
