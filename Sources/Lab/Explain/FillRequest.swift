import PhysicalMemory

/// Pressure to prepare in one zone: `0/Normal=95%`, `1/DMA32=low`, `0/Normal=all:unmovable`, `0/Normal=50%:scattered`.
public struct FillRequest: Hashable, Sendable, CustomStringConvertible {
    /// How full the zone is to be.
    public enum Level: Hashable, Sendable {
        /// Thousandths of the zone's managed pages are taken.
        case permille(Int)
        /// As many pages stay free as this watermark asks for: a request that heeds it is refused.
        case watermark(Watermark)
        /// Nothing is left.
        case all
    }

    public enum Watermark: String, CaseIterable, Hashable, Sendable { case min, low, high }

    public var zone: ZoneName
    public var level: Level
    public var type: MigrateType
    /// What stays free lies in single pages.
    public var scattered: Bool
    public let description: String

    /// Parses `NODE/ZONE=LEVEL[:KIND]…`; a level is `95%`, `99.5%`, a watermark's name or `all`; a kind is `movable`
    /// (the default), `unmovable`, `reclaimable` or `scattered`. `nil` if it is not of that form.
    public init?(_ text: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let names = sides[0].split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, names.count == 2, let node = Int(names[0]), 0..<NodeID.limit ~= node,
            let type = ZoneType(kernelName: names[1])
        else { return nil }
        let words = sides[1].split(separator: ":", omittingEmptySubsequences: false)
        guard let level = Self.level(words[0]) else { return nil }
        zone = ZoneName(node: NodeID(node), zone: type)
        self.level = level
        self.type = .movable
        scattered = false
        description = text
        for word in words.dropFirst() {
            switch word.lowercased() {
            case "movable": self.type = .movable
            case "unmovable": self.type = .unmovable
            case "reclaimable": self.type = .reclaimable
            case "scattered": scattered = true
            default: return nil
            }
        }
    }

    private static func level(_ text: Substring) -> Level? {
        if text.lowercased() == "all" { return .all }
        if let mark = Watermark(rawValue: text.lowercased()) { return .watermark(mark) }
        guard text.last == "%" else { return nil }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = digits(parts[0]), whole <= 100 else { return nil }
        guard parts.count == 2 else { return .permille(whole * 10) }
        guard parts[1].count == 1, let tenth = digits(parts[1]), whole < 100 || tenth == 0 else { return nil }
        return .permille(whole * 10 + tenth)
    }

    private static func digits(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }

    /// The pages of the zone that are to stay free.
    func rest(of status: ZoneStatus) -> PageCount {
        switch level {
        case .permille(let taken):
            // Divided first: no product of outside numbers.
            let managed = status.managedPages.rawValue
            return PageCount(managed - managed / 1000 * taken - managed % 1000 * taken / 1000)
        case .watermark(.min): return status.watermarks.min
        case .watermark(.low): return status.watermarks.low
        case .watermark(.high): return status.watermarks.high
        case .all: return 0
        }
    }
}
