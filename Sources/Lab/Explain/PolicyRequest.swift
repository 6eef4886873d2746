import PhysicalMemory

/// A memory policy as the command line writes it: `local`, `bind:0,1`, `preferred:1`, `preferred-many:0-2`,
/// `interleave:0-3`, `weighted:0=3,1=1`; after the mode `=static` or `=relative`, as tmpfs writes it.
public struct PolicyRequest: Hashable, Sendable, CustomStringConvertible {
    public var mode: MemoryPolicy.Mode
    public var flags: MemoryPolicy.Flags = []
    public var nodes = NodeMask()
    /// Under weighted interleaving, the weights that were given.
    public var weights: [NodeID: UInt8] = [:]
    public let description: String

    public static let local = PolicyRequest(mode: .local)

    private init(mode: MemoryPolicy.Mode) {
        self.mode = mode
        description = mode.rawValue
    }

    /// `nil` if the text is not of that form. Whether the machine has the nodes is not looked at.
    public init?(_ text: String) {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let words = sides[0].split(separator: "=", omittingEmptySubsequences: false)
        switch words[0].lowercased() {
        case "local", "default": mode = .local
        case "bind": mode = .bind
        case "preferred", "prefer": mode = .preferred
        case "preferred-many", "preferredmany": mode = .preferredMany
        case "interleave": mode = .interleave
        case "weighted", "weighted-interleave": mode = .weightedInterleave
        default: return nil
        }
        for word in words.dropFirst() {
            switch word.lowercased() {
            case "static": flags.insert(.staticNodes)
            case "relative": flags.insert(.relativeNodes)
            default: return nil
            }
        }
        description = text
        guard sides.count == 2 else { return }
        for part in sides[1].split(separator: ",", omittingEmptySubsequences: false) {
            guard add(part) else { return nil }
        }
    }

    /// Adds `3`, `0-3` or, with a weight from 1 to 255, `0=3`.
    private mutating func add(_ part: Substring) -> Bool {
        let pair = part.split(separator: "=", omittingEmptySubsequences: false)
        let ends = pair[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard pair.count <= 2, ends.count <= 2, let low = ends[0], let high = ends[ends.count - 1],
            low <= high, low >= 0, high < NodeID.limit
        else { return false }
        for node in low...high { nodes.insert(NodeID(node)) }
        guard pair.count == 2 else { return true }
        guard mode == .weightedInterleave, let weight = UInt8(pair[1]), weight > 0 else { return false }
        for node in low...high { weights[NodeID(node)] = weight }
        return true
    }
}
