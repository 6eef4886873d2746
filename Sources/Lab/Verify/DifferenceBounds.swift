/// The tightest bounds on sums over neighbours in a row of whole numbers, from bounds on some of those sums.
///
/// Over the running totals every bound is one on a difference; shortest paths between the totals give the tightest
/// ones, and every combination of totals within them that the paths allow is reached by whole numbers.
struct DifferenceBounds {
    /// `most[a][b]`: what total `b` may exceed total `a` by.
    private var most: [[Int]]

    private static let unbounded = Int.max / 4

    /// `nil` where the bounds contradict each other.
    init?(
        _ numbers: [ClosedRange<Int>], _ sums: [(first: Int, end: Int, bounds: ClosedRange<Int>)]
    ) {
        let count = numbers.count + 1
        most = Array(repeating: Array(repeating: Self.unbounded, count: count), count: count)
        for total in 0..<count { most[total][total] = 0 }
        for (place, bounds) in numbers.enumerated() { add(place, place + 1, bounds) }
        for sum in sums { add(sum.first, sum.end, sum.bounds) }
        for middle in 0..<count {
            for from in 0..<count {
                for to in 0..<count {
                    most[from][to] = min(most[from][to], most[from][middle] + most[middle][to])
                }
            }
        }
        for total in 0..<count where most[total][total] < 0 { return nil }
    }

    private mutating func add(_ first: Int, _ end: Int, _ bounds: ClosedRange<Int>) {
        most[first][end] = min(most[first][end], bounds.upperBound)
        most[end][first] = min(most[end][first], -bounds.lowerBound)
    }

    /// The bounds of the sum over the numbers `first..<end`.
    func sum(_ first: Int, _ end: Int) -> ClosedRange<Int> {
        first == end ? 0...0 : -most[end][first]...most[first][end]
    }
}
