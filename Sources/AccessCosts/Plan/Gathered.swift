/// Readings of figures that are come back to, by figure.
struct Gathered {
    enum Figure: Hashable {
        case bandwidth(row: Int?, column: Int?, threads: Int, BandwidthSetting)
        case size(row: Int, column: Int, bytes: Int)
    }

    private var readings: [Figure: [Double]] = [:]

    /// Adds readings to those of earlier visits, and summarises all; nil if there are none at all.
    mutating func add(_ new: [Double], to figure: Figure) -> Summary? {
        readings[figure, default: []] += new
        return readings[figure].flatMap { Summary($0) }
    }
}

extension Array {
    /// Puts `element` in the place of the one that is about the same, or at the end.
    mutating func put(_ element: Element, isSame: (Element) -> Bool) {
        if let place = firstIndex(where: isSame) { self[place] = element } else { append(element) }
    }
}
