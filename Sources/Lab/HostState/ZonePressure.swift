import PhysicalMemory

/// Where a zone's free pages stand among its watermarks, and so what an ordinary allocation from it meets.
public enum ZonePressure: String, Hashable, Sendable, Codable {
    /// Free pages are at or below `min`: only requests with a right to the reserves are served.
    case belowMin
    /// Above `min`, at or below `low`: the page is found, and kswapd is woken.
    case belowLow
    /// Above `low`, at or below `high`: kswapd, once awake, goes on to here.
    case belowHigh
    /// Above `high`: kswapd is content with this zone.
    case aboveHigh

    /// *Kernel counterpart:* `__zone_watermark_ok`, which refuses where free pages are not more than the mark.
    public init(free: PageCount, min: PageCount, low: PageCount, high: PageCount) {
        self = free <= min ? .belowMin : free <= low ? .belowLow : free <= high ? .belowHigh : .aboveHigh
    }

    /// In words.
    public var meaning: String {
        switch self {
        case .belowMin: "at or below min: ordinary allocations must reclaim by themselves"
        case .belowLow: "at or below low: allocations wake kswapd"
        case .belowHigh: "at or below high: kswapd, once awake, goes on"
        case .aboveHigh: "above high: no pressure"
        }
    }
}
