/// Disjoint address ranges in ascending order, each with a value.
///
/// Neighbours with equal values stay apart until ``merge()``: memblock, which this stands in for, tells regions with
/// different flags apart in the same way.
struct RangeMap<Value: Hashable & Sendable>: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var range: Range<UInt64>
        var value: Value
    }

    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// The index of the first entry that ends after `address`. Complexity: O(log *n*).
    private func firstIndex(endingAfter address: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].range.upperBound > address { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The entries that share an address with `range`.
    func overlapping(_ range: Range<UInt64>) -> ArraySlice<Entry> {
        guard !range.isEmpty else { return [] }
        let first = firstIndex(endingAfter: range.lowerBound)
        var last = first
        while last < entries.count, entries[last].range.lowerBound < range.upperBound { last += 1 }
        return entries[first..<last]
    }

    /// Gives `value` to those parts of `range` that have none yet.
    mutating func insert(_ range: Range<UInt64>, _ value: Value) {
        replace(range) { old in old ?? value }
    }

    /// Takes the addresses of `range` out.
    mutating func remove(_ range: Range<UInt64>) {
        replace(range) { _ in nil }
    }

    /// Changes the values within `range`, splitting entries at its ends.
    mutating func update(_ range: Range<UInt64>, _ change: (inout Value) -> Void) {
        replace(range) { old in
            guard var value = old else { return nil }
            change(&value)
            return value
        }
    }

    /// Puts what `rule` makes of each piece of `range` in its place; `nil` stands for no entry.
    ///
    /// Complexity: O(log *n* + pieces), and O(*n*) where the number of entries changes.
    private mutating func replace(_ range: Range<UInt64>, _ rule: (Value?) -> Value?) {
        guard !range.isEmpty else { return }
        let old = overlapping(range)
        var new: [Entry] = []
        func append(_ piece: Range<UInt64>, _ value: Value?) {
            if !piece.isEmpty, let value { new.append(Entry(range: piece, value: value)) }
        }
        var position = range.lowerBound
        for entry in old {
            let inner = entry.range.clamped(to: range)
            append(entry.range.lowerBound..<inner.lowerBound, entry.value)
            append(position..<inner.lowerBound, rule(nil))
            append(inner, rule(entry.value))
            append(inner.upperBound..<entry.range.upperBound, entry.value)
            position = inner.upperBound
        }
        append(position..<range.upperBound, rule(nil))
        entries.replaceSubrange(old.indices, with: new)
    }

    /// Joins neighbours that touch and have equal values.
    mutating func merge() {
        var merged: [Entry] = []
        for entry in entries {
            if let last = merged.last, last.range.upperBound == entry.range.lowerBound, last.value == entry.value {
                merged[merged.count - 1].range = last.range.lowerBound..<entry.range.upperBound
            } else {
                merged.append(entry)
            }
        }
        entries = merged
    }

    /// Shrinks each entry to whole multiples of `unit`, a power of two; entries without one vanish.
    mutating func trim(toMultiplesOf unit: UInt64) {
        entries = entries.compactMap { entry in
            let low = (entry.range.lowerBound + unit - 1) & ~(unit - 1)
            let high = entry.range.upperBound & ~(unit - 1)
            return low < high ? Entry(range: low..<high, value: entry.value) : nil
        }
    }
}
