import ArgumentParser
import PhysicalMemory

/// CPUs or nodes as the kernel and numactl list them: `0-3,8`, every second with `0-7:2`, `all`, all but some with `!0-1`,
/// and `+0-1`, which counts among those that there are: the first and the second of them, whatever their numbers.
struct NumberList: ExpressibleByArgument, CustomStringConvertible {
    static let forms = "0-3,8; 0-7:2; all; !0 (all but 0); +0-1 (the first two of those there are)"

    private enum Base { case absolute, relative, all }

    private let named: [Int]
    private let base: Base
    private let isInverted: Bool
    private let text: String

    init(_ numbers: some Sequence<Int>) {
        named = Set(numbers).sorted()
        base = .absolute
        isInverted = false
        text = Self.text(of: named)
    }

    init?(argument: String) {
        text = argument
        var rest = argument[...]
        isInverted = rest.first == "!"
        if isInverted { rest.removeFirst() }
        if rest == "all" {
            base = .all
            named = []
            return
        }
        base = rest.first == "+" ? .relative : .absolute
        if base == .relative { rest.removeFirst() }
        var found = Set<Int>()
        for part in rest.split(separator: ",", omittingEmptySubsequences: false) {
            guard let numbers = Self.numbers(of: part) else { return nil }
            found.formUnion(numbers)
        }
        named = found.sorted()
    }

    /// The numbers of `3`, `0-3` or `0-7:2`. As a string's digits alone: `Int("+0")` is 0, but means something else here.
    private static func numbers(of part: Substring) -> StrideTo<Int>? {
        func number(_ text: Substring) -> Int? {
            text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text).flatMap { $0 < limit ? $0 : nil } : nil
        }
        let sides = part.split(separator: ":", omittingEmptySubsequences: false)
        let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count <= 2, ends.count <= 2, let first = number(ends[0]), let last = number(ends[ends.count - 1]),
            first <= last
        else { return nil }
        guard sides.count == 2 else { return stride(from: first, to: last + 1, by: 1) }
        guard let step = number(sides[1]), step > 0 else { return nil }
        return stride(from: first, to: last + 1, by: step)
    }

    /// Numbers are below it.
    private static let limit = 1 << 20

    /// The numbers meant, ascending. What is named by its number need not be among `available`; the caller says so.
    ///
    /// - Parameters:
    ///   - available: those that there are.
    ///   - option: what an error calls the list.
    func numbers(among available: some Sequence<Int>, option: String) throws -> [Int] {
        let available = Set(available).sorted()
        let meant: [Int]
        switch base {
        case .all: meant = available
        case .absolute: meant = named
        case .relative:
            if let outside = named.first(where: { $0 >= available.count }) {
                throw Failure(
                    .usage,
                    "\(option) \(text): +\(outside) counts from 0 among those there are, which are "
                        + "\(available.count): \(Self.text(of: available))")
            }
            meant = named.map { available[$0] }
        }
        guard isInverted else { return meant }
        if let missing = meant.first(where: { !available.contains($0) }) {
            throw Failure(
                .usage, "\(option) \(text): there is no \(missing) to leave out; there are \(Self.text(of: available))")
        }
        let rest = Set(available).subtracting(meant).sorted()
        if rest.isEmpty { throw Failure(.usage, "\(option) \(text): nothing is left") }
        return rest
    }

    var description: String { text }

    private static func text(of numbers: [Int]) -> String {
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

extension NumberList {
    /// The CPUs of `layout` that are meant.
    func cpus(of layout: MachineLayout, option: String = "--cpus") throws -> [CPUID] {
        let numbers = try numbers(among: layout.nodes.flatMap(\.cpus).map(\.rawValue), option: option)
        if let outside = numbers.first(where: { $0 >= CPUID.limit }) {
            throw Failure(.usage, "\(option) \(outside): CPUs are numbered below \(CPUID.limit)")
        }
        return numbers.map { CPUID($0) }
    }

    /// The nodes of `layout` that are meant.
    func nodes(of layout: MachineLayout, option: String = "--nodes") throws -> [NodeID] {
        let numbers = try numbers(among: layout.nodes.map(\.id.rawValue), option: option)
        if let outside = numbers.first(where: { $0 >= NodeID.limit }) {
            throw Failure(.usage, "\(option) \(outside): nodes are numbered below \(NodeID.limit)")
        }
        return numbers.map { NodeID($0) }
    }
}
