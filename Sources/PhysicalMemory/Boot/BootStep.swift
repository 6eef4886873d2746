/// One step on a machine's way from its firmware's map to free frames.
public struct BootStep: Hashable, Sendable {
    /// The steps, in the order in which boot takes them.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Firmware's map of memory.
        case firmwareMap
        /// What the command line changes in it.
        case commandLine
        /// Which memory is on which node.
        case nodeMemory
        /// Where each node's own structure lies.
        case nodeStructures
        /// How far each zone type may reach.
        case zoneLimits
        /// Where zone Movable begins on each node.
        case movableBorders
        /// Each node's zones.
        case zones
        /// How pages are found, and what they remember.
        case memoryMap
        /// Pages left for workers to initialise.
        case deferredPages
        /// Where each node looks, in which order.
        case zonelists
        /// What is given to the page allocator.
        case freeFrames
        /// Watermarks, reserves and list sizes.
        case tuning
    }

    /// One thing that the step found or decided.
    public struct Entry: Hashable, Sendable {
        /// The node that it is about, if any.
        public var node: NodeID?
        /// The zone that it is about, if any.
        public var zone: ZoneType?
        /// What it is about beside those: `page flags`, `usable`; perhaps empty.
        public var subject: String
        /// What is known of it, in the order in which it is shown.
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

    /// A name and a value.
    public struct Detail: Hashable, Sendable {
        /// Its name.
        public var key: String
        /// Its value.
        public var value: Value

        init(_ key: String, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// A value of one of the kinds that reports tell apart.
    public enum Value: Hashable, Sendable {
        /// A count.
        case number(Int)
        /// In bytes.
        case address(UInt64)
        /// Words.
        case text(String)
        /// Yes or no.
        case isTrue(Bool)
        /// Counts, in order.
        case numbers([Int])
        /// Names, in order.
        case names([String])
    }

    /// Which step it is.
    public var kind: Kind
    /// The kernel's functions that do it.
    public var kernelFunction: String
    /// What happens, in a sentence.
    public var sentence: String
    /// What it found and decided, in order.
    public var entries: [Entry]

    init(_ kind: Kind, _ kernelFunction: String, _ sentence: String, _ entries: [Entry]) {
        self.kind = kind
        self.kernelFunction = kernelFunction
        self.sentence = sentence
        self.entries = entries
    }
}
