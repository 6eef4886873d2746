import AccessCosts

extension AccessCostReport {
    /// The figures for monitoring, in base units: families `pgdat_memory_…`, `pgdat_cache_…`, `pgdat_page_…`.
    public var openMetrics: String {
        var metrics = OpenMetrics()
        addMemory(to: &metrics)
        addCaches(to: &metrics)
        addPages(to: &metrics)
        metrics.add(
            "pgdat_firmware_distance", help: "Firmware's distance, 10 for local.",
            pairs(firmwareDistances.map { $0.map { $0.map(Double.init) } }))
        if let weights = WeightProposal(self) {
            metrics.add(
                "pgdat_interleave_weight", help: "Weighted-interleave weight that the measured bandwidth speaks for.",
                weights.nodes.map { .init(["memory_node": String($0.node)], $0.weight) })
        }
        metrics.add(
            "pgdat_measure_placement_verified", help: "1 if each page measured was found on its node.",
            [.init([:], placementVerified ? 1 : 0)])
        metrics.add(
            "pgdat_measure_interrupted", help: "1 if the measurement was stopped before its end.",
            [.init([:], interrupted ? 1 : 0)])
        metrics.add(
            "pgdat_measure_gaps", help: "Pairs that were not measured.", [.init([:], gaps.count)])
        metrics.add(
            "pgdat_measure_duration", unit: "seconds", help: "How long the measurement took.", [.init([:], seconds)])
        return metrics.text
    }

    private func labels(_ row: Int?, _ column: Int?) -> KeyValuePairs<String, String> {
        [
            "cpu_node": row.map { String(cpuNodes[$0]) } ?? "all",
            "memory_node": column.map { String(memoryNodes[$0]) } ?? "all",
        ]
    }

    private func pairs(_ matrix: [[Double?]], times factor: Double = 1) -> [OpenMetrics.Sample] {
        matrix.enumerated().flatMap { row, values in
            values.enumerated().compactMap { column, value in
                value.map { .init(labels(row, column), $0 * factor) }
            }
        }
    }

    private func addMemory(to metrics: inout OpenMetrics) {
        metrics.add(
            "pgdat_memory_latency", unit: "seconds", help: "A dependent load that no cache serves, median.",
            pairs(latencyNanoseconds, times: 1e-9))
        metrics.add(
            "pgdat_memory_bandwidth", unit: "bytes_per_second", help: "Best setting's bandwidth by kernel, median.",
            BandwidthKernel.allCases.flatMap { kernel in
                pairs(bandwidthGBps[kernel], times: 1e9).map { sample in
                    var sample = sample
                    sample.labels.append(("kernel", kernel.rawValue))
                    return sample
                }
            })
        // The same kernel may have been tried in several settings.
        var best: [BandwidthKernel: Double] = [:]
        for figure in allLocalBandwidth { best[figure.kernel] = max(best[figure.kernel] ?? 0, figure.gbps.median) }
        metrics.add(
            "pgdat_memory_all_local_bandwidth", unit: "bytes_per_second",
            help: "All nodes at once, each on its own memory, best setting's median.",
            BandwidthKernel.allCases.compactMap { kernel in
                best[kernel].map { .init(["kernel": kernel.rawValue], $0 * 1e9) }
            })
        var last: [[Int]: LoadedLatency] = [:]
        for point in loadedLatency where point.gbps > last[[point.row, point.column]]?.gbps ?? -1 {
            last[[point.row, point.column]] = point
        }
        metrics.add(
            "pgdat_memory_loaded_latency", unit: "seconds", help: "A dependent load under the greatest load tried.",
            last.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
                .init(labels($0.value.row, $0.value.column), $0.value.nanoseconds * 1e-9)
            })
    }

    private func addCaches(to metrics: inout OpenMetrics) {
        metrics.add(
            "pgdat_cache_to_cache", unit: "seconds", help: "A line's way between two CPUs and back, median.",
            cacheToCacheNanoseconds.enumerated().flatMap { row, values in
                values.enumerated().compactMap { column, value in
                    value.map {
                        .init(["from_cpu": String(cpus[row]), "to_cpu": String(cpus[column])], $0 * 1e-9)
                    }
                }
            })
    }

    private func addPages(to metrics: inout OpenMetrics) {
        let operations = [
            ("first_touch", pageCosts.firstTouch), ("populate", pageCosts.populate), ("unmap", pageCosts.unmap),
            ("migrate", pageCosts.migrate),
        ]
        var seen = Set<[String]>()
        metrics.add(
            "pgdat_page_cost", unit: "seconds", help: "What the kernel takes for a page, median.",
            operations.flatMap { name, costs in
                costs.compactMap { cost in
                    let (from, to) = (String(cpuNodes[cost.row]), String(memoryNodes[cost.column]))
                    guard seen.insert([name, cost.pages.rawValue, from, to]).inserted else { return nil }
                    return .init(
                        ["operation": name, "pages": cost.pages.rawValue, "cpu_node": from, "memory_node": to],
                        cost.nanosecondsPerPage.median * 1e-9)
                }
            })
    }
}
