import AccessCosts
import KernelFormats

extension AccessCostReport {
    /// The version of the JSON form.
    public static let schema = 1

    /// Reads a result that `pgdat measure --json` wrote.
    ///
    /// Throws `FormatError`, which names the file, where it is no such result or contradicts itself: matrices of
    /// another shape than the lists of nodes, places outside them, figures that no measurement gives.
    public init(file path: String) throws(FormatError) {
        self = try JSONInput.value(AccessCostReport.self, file: path, schema: Self.schema)
        do throws(FormatError.Reason) {
            try checkShape()
        } catch {
            throw FormatError(file: path, reason: error)
        }
    }

    private func checkShape() throws(FormatError.Reason) {
        for (name, ids, limit) in [
            ("cpuNodes", cpuNodes, 1024), ("memoryNodes", memoryNodes, 1024), ("cpus", cpus, 8192),
            ("host.nodes", host.nodes.map(\.id), 1024), ("firmware.nodes", firmware?.nodes ?? [], 1024),
        ] {
            guard ids.allSatisfy({ 0..<limit ~= $0 }), zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .badValue(field: name, text: "not ascending numbers from 0 to \(limit - 1)")
            }
        }
        let (rows, columns) = (cpuNodes.count, memoryNodes.count)
        try check("latencyNanoseconds", latencyNanoseconds, rows, columns)
        for kernel in BandwidthKernel.allCases {
            try check("bandwidthGBps.\(kernel.rawValue)", bandwidthGBps[kernel], rows, columns)
        }
        if !cacheToCacheNanoseconds.isEmpty {
            try check("cacheToCacheNanoseconds", cacheToCacheNanoseconds, cpus.count, cpus.count)
        }
        try checkDistances("firmwareDistances", firmwareDistances, rows, columns)
        if let firmware {
            try checkDistances("firmware.distances", firmware.distances, firmware.nodes.count, firmware.nodes.count)
        }
        let method = [
            method.latencyBufferBytes.count, method.timesCache.count, method.latencyPages.count, method.placement.count,
        ]
        guard method.allSatisfy({ $0 == columns }) || method.allSatisfy({ $0 == 0 }) else {
            throw .badValue(field: "method", text: "not a value for each of \(columns) memory nodes")
        }
        guard pageCosts.interleave.allSatisfy({ $0.pagesPerNode.count == columns }) else {
            throw .badValue(field: "pageCosts.interleave.pagesPerNode", text: "not \(columns) counts")
        }
        try checkPlaces()
    }

    private func check(_ name: String, _ matrix: [[Double?]], _ rows: Int, _ columns: Int) throws(FormatError.Reason) {
        guard matrix.count == rows, matrix.allSatisfy({ $0.count == columns }) else {
            throw .badValue(field: name, text: "not \(rows) rows of \(columns)")
        }
        for value in matrix.joined().compactMap({ $0 }) {
            guard value > 0, value < 1e15 else { throw .outOfRange(field: name, value: "\(value)") }
        }
    }

    private func checkDistances(
        _ name: String, _ matrix: [[Int?]], _ rows: Int, _ columns: Int
    ) throws(FormatError.Reason) {
        guard matrix.count == rows, matrix.allSatisfy({ $0.count == columns }) else {
            throw .badValue(field: name, text: "not \(rows) rows of \(columns)")
        }
        for value in matrix.joined().compactMap({ $0 }) where !(0...255 ~= value) {
            throw .outOfRange(field: name, value: "\(value)")
        }
    }

    /// Whatever points into the lists of nodes and CPUs.
    private func checkPlaces() throws(FormatError.Reason) {
        func check(_ name: String, _ row: Int?, _ column: Int?) throws(FormatError.Reason) {
            guard row.map({ cpuNodes.indices ~= $0 }) ?? true else {
                throw .outOfRange(field: "\(name).row", value: "\(row ?? 0)")
            }
            guard column.map({ memoryNodes.indices ~= $0 }) ?? true else {
                throw .outOfRange(field: "\(name).column", value: "\(column ?? 0)")
            }
        }
        for gap in gaps {
            if gap.part == .cacheToCache {
                guard cpus.indices ~= gap.row, cpus.indices ~= gap.column else {
                    throw .outOfRange(field: "gaps.row", value: "\(gap.row), \(gap.column)")
                }
            } else {
                try check("gaps", gap.row, gap.column)
            }
        }
        for figure in bandwidthDetails { try check("bandwidthDetails", figure.row, figure.column) }
        for figure in allLocalBandwidth { try check("allLocalBandwidth", figure.row, figure.column) }
        for figure in loadedLatency { try check("loadedLatency", figure.row, figure.column) }
        for point in curves.bySize + curves.byStride { try check("curves", point.row, point.column) }
        for cost in curves.translation { try check("curves.translation", cost.row, cost.column) }
        let costs = pageCosts
        for cost in costs.firstTouch + costs.populate + costs.unmap + costs.migrate {
            try check("pageCosts", cost.row, cost.column)
        }
        for cost in costs.interleave { try check("pageCosts.interleave", cost.row, nil) }
        for gap in costs.gaps { try check("pageCosts.gaps", gap.row, gap.column) }
    }
}
