import AccessCosts
import Glibc

/// One matrix of a measurement with its heading, so that every form of report shows the same ones.
public struct CostMatrix: Sendable {
    /// For programs: `latency`, `read`, `write`, `copy`, `triad`, `cacheToCache`.
    public var name: String
    public var title: String
    public var unit: String
    /// Without it more is better.
    public var lessIsBetter: Bool
    /// `node 0` or `CPU 3`.
    public var rows: [String]
    public var columns: [String]
    public var values: [[Double?]]
    /// Why a value is not there.
    public var gaps: [Gap]

    public var isEmpty: Bool { values.allSatisfy { $0.allSatisfy { $0 == nil } } }

    /// How good a value is among those of the matrix: 0 for the best, 1 for the worst, by their ratio; nil if there is
    /// no value. Values that differ by less than a twentieth are all equally good.
    public func heat(_ row: Int, _ column: Int) -> Double? {
        guard let value = values[row][column], value > 0, let range else { return nil }
        guard range.upperBound > range.lowerBound * 1.05 else { return 0 }
        // Twice as much is as far from once as four times from twice.
        let place = log2(value / range.lowerBound) / log2(range.upperBound / range.lowerBound)
        return lessIsBetter ? place : 1 - place
    }

    private var range: ClosedRange<Double>? {
        let all = values.joined().compactMap { $0 }.filter { $0 > 0 }
        guard let low = all.min(), let high = all.max() else { return nil }
        return low...high
    }
}

extension AccessCostReport {
    /// The matrices that have any value.
    public var matrices: [CostMatrix] {
        let rows = cpuNodes.map { "node \($0)" }
        let columns = memoryNodes.map { "node \($0)" }
        var all = [
            CostMatrix(
                name: "latency", title: "latency of a dependent load", unit: "ns", lessIsBetter: true, rows: rows,
                columns: columns, values: latencyNanoseconds, gaps: gaps.filter { $0.part == .latency })
        ]
        for kernel in BandwidthKernel.allCases {
            all.append(
                CostMatrix(
                    name: kernel.rawValue, title: "bandwidth, \(kernel.rawValue)", unit: "GB/s", lessIsBetter: false,
                    rows: rows, columns: columns, values: bandwidthGBps[kernel],
                    gaps: gaps.filter { $0.part == .bandwidth }))
        }
        let names = cpus.map { "CPU \($0)" }
        all.append(
            CostMatrix(
                name: "cacheToCache", title: "a line's way between caches and back", unit: "ns", lessIsBetter: true,
                rows: names, columns: names, values: cacheToCacheNanoseconds,
                gaps: gaps.filter { $0.part == .cacheToCache }))
        return all.filter { !$0.isEmpty }
    }
}
