import ArgumentParser

/// Numbers as the kernel lists them: `0-3,8`.
struct NumberList: ExpressibleByArgument, CustomStringConvertible {
    /// Ascending, each once.
    let numbers: [Int]

    init(_ numbers: some Sequence<Int>) { self.numbers = Set(numbers).sorted() }

    init?(argument: String) {
        var found = Set<Int>()
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], 0 <= first, first <= last,
                last < 1 << 20
            else { return nil }
            found.formUnion(first...last)
        }
        numbers = found.sorted()
    }

    var description: String {
        var runs: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
