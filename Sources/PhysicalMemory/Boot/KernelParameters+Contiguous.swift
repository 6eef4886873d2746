extension KernelParameters {
    /// `cma=SIZE[@START[-END]]`: memory for contiguous allocations.
    public struct ContiguousArea: Hashable, Sendable {
        /// Its size.
        public var bytes: UInt64
        /// Where it begins; with an end: where it may begin. `nil`: the kernel chooses.
        public var start: UInt64?
        /// One past the last byte that it may have.
        public var end: UInt64?

        /// An area of `bytes`, between `start` and `end` where they are given.
        public init(bytes: UInt64, start: UInt64? = nil, end: UInt64? = nil) {
            self.bytes = bytes
            self.start = start
            self.end = end
        }

        init?(_ text: Substring) {
            guard let size = MemorySize.parse(text) else { return nil }
            self.init(bytes: size.bytes)
            guard size.rest.first == "@" else { return }
            guard let from = MemorySize.parse(size.rest.dropFirst()) else { return nil }
            start = from.bytes
            guard from.rest.first == "-" else { return }
            guard let to = MemorySize.parse(from.rest.dropFirst()) else { return nil }
            end = to.bytes
        }
    }

    /// `hugetlb_cma=`: areas that gigantic pages can be made of.
    public enum HugePageAreas: Hashable, Sendable {
        /// Shared by all nodes.
        case total(UInt64)
        /// `NODE:SIZE,…`.
        case byNode([NodeID: UInt64])

        init?(_ text: Substring) {
            guard text.contains(":") else {
                guard let size = MemorySize.parse(text) else { return nil }
                self = .total(size.bytes)
                return
            }
            var sizes: [NodeID: UInt64] = [:]
            for part in text.split(separator: ",") {
                let words = part.split(separator: ":", maxSplits: 1)
                guard words.count == 2, let node = Int(words[0]), 0..<NodeID.limit ~= node,
                    let size = MemorySize.parse(words[1])
                else { return nil }
                sizes[NodeID(node)] = size.bytes
            }
            self = .byNode(sizes)
        }
    }
}
