/// The free blocks that boot makes of a zone's frames: in each range the largest that fit their place.
///
/// *Kernel counterpart:* `memblock_free_all`, `__free_pages_memory`.
public struct InitialBlocks: Hashable, Sendable {
    /// By order.
    public private(set) var counts: [Int]

    /// Blocks of `ranges` up to `maxOrder`. Complexity: O(ranges × orders).
    public init(_ ranges: [Range<PFN>], maxOrder: Order) {
        counts = Array(repeating: 0, count: maxOrder.rawValue + 1)
        let most = UInt64(1) << UInt64(maxOrder.rawValue)
        for range in ranges {
            var start = range.lowerBound.rawValue
            let end = range.upperBound.rawValue
            while start < end {
                if start % most == 0, end - start >= most {
                    counts[maxOrder.rawValue] += Int(clamping: (end - start) / most)
                    start += (end - start) / most * most
                    continue
                }
                var order = start == 0 ? maxOrder.rawValue : min(start.trailingZeroBitCount, maxOrder.rawValue)
                while end - start < 1 << UInt64(order) { order -= 1 }
                counts[order] += 1
                start += 1 << UInt64(order)
            }
        }
    }
}

extension ZoneLayout {
    /// Pageblocks that the zone's span touches. *Kernel counterpart:* what `pageblock_flags` has room for.
    func pageblocks(order: Order) -> Int {
        guard spannedPages.rawValue > 0 else { return 0 }
        let shift = UInt64(order.rawValue)
        let last = (startPFN.rawValue + UInt64(spannedPages.rawValue) - 1) >> shift
        return Int(clamping: last - startPFN.rawValue >> shift + 1)
    }
}
