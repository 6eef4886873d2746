import PhysicalMemory

extension HostState {
    /// The state for monitoring: families `pgdat_numastat`, `pgdat_zone_…`, `pgdat_pcp_…`, `pgdat_process_…`.
    public var openMetrics: String {
        var metrics = OpenMetrics()
        addNUMAStat(to: &metrics)
        addZones(to: &metrics)
        addPagesets(to: &metrics)
        addFragmentation(to: &metrics)
        addProcess(to: &metrics)
        return metrics.text
    }

    private func addNUMAStat(to metrics: inout OpenMetrics) {
        metrics.add(
            "pgdat_numastat", .counter, help: "The kernel's numastat by node and event.",
            nodes.flatMap { node in
                node.numastat.map { stat in
                    NUMAStat.Event.allCases.map { event in
                        .init(["node": String(node.id), "event": event.rawValue], stat[keyPath: event.path])
                    }
                } ?? []
            })
    }

    /// A sample of each zone that has a value.
    private func zoneSamples(_ value: (Zone) -> Int?) -> [OpenMetrics.Sample] {
        nodes.flatMap { node in
            node.zones.compactMap { zone in
                value(zone).map { .init(["node": String(node.id), "zone": zone.name], $0) }
            }
        }
    }

    private func addZones(to metrics: inout OpenMetrics) {
        metrics.add("pgdat_zone_free", unit: "pages", help: "Free pages of the zone.", zoneSamples(\.free))
        metrics.add("pgdat_zone_present", unit: "pages", help: "Pages that exist in the zone.", zoneSamples(\.present))
        metrics.add(
            "pgdat_zone_managed", unit: "pages", help: "Pages that the allocator has of the zone.",
            zoneSamples(\.managed))
        metrics.add(
            "pgdat_zone_boost", unit: "pages", help: "Boost in the zone's watermarks at the moment.",
            zoneSamples(\.boost))
        let marks: [(String, (Zone) -> Int?)] = [
            ("min", \.min), ("low", \.low), ("high", \.high), ("promo", \.promo),
        ]
        metrics.add(
            "pgdat_zone_watermark", unit: "pages", help: "The zone's watermarks.",
            nodes.flatMap { node in
                node.zones.flatMap { zone in
                    marks.compactMap { mark, value in
                        value(zone).map {
                            .init(["node": String(node.id), "zone": zone.name, "mark": mark], $0)
                        }
                    }
                }
            })
    }

    private func pagesetSamples(_ value: (Pageset) -> Int?) -> [OpenMetrics.Sample] {
        nodes.flatMap { node in
            node.zones.flatMap { zone in
                zone.pagesets.compactMap { set in
                    value(set).map {
                        .init(["node": String(node.id), "zone": zone.name, "cpu": String(set.cpu)], $0)
                    }
                }
            }
        }
    }

    private func addPagesets(to metrics: inout OpenMetrics) {
        metrics.add("pgdat_pcp", unit: "pages", help: "Pages in the CPU's lists of the zone.", pagesetSamples(\.count))
        metrics.add(
            "pgdat_pcp_high", unit: "pages", help: "Pages above which the CPU gives some back.", pagesetSamples(\.high))
        metrics.add(
            "pgdat_pcp_batch", unit: "pages", help: "Pages that the CPU's lists are filled by.", pagesetSamples(\.batch)
        )
    }

    private func orderSamples(_ values: (Zone) -> [Double]) -> [OpenMetrics.Sample] {
        nodes.flatMap { node in
            node.zones.flatMap { zone in
                values(zone).enumerated().map { order, value in
                    .init(["node": String(node.id), "zone": zone.name, "order": String(order)], value)
                }
            }
        }
    }

    private func addFragmentation(to metrics: inout OpenMetrics) {
        metrics.add(
            "pgdat_zone_free", unit: "blocks", help: "Free blocks of the zone by order.",
            orderSamples { $0.freeBlocks.map(Double.init) })
        metrics.add(
            "pgdat_zone_unusable_free", unit: "ratio",
            help: "Part of the zone's free memory that an allocation of the order cannot use.",
            orderSamples(\.unusableFreeIndex))
        metrics.add(
            "pgdat_zone_free_by_type", unit: "blocks", help: "Free blocks of the zone by migrate type and order.",
            nodes.flatMap { node in
                node.zones.flatMap { zone in
                    zone.freeBlocksByType.sorted { $0.key < $1.key }.flatMap { type, blocks in
                        blocks.enumerated().map { order, count in
                            .init(
                                [
                                    "node": String(node.id), "zone": zone.name, "migratetype": type,
                                    "order": String(order),
                                ], count)
                        }
                    }
                }
            })
        metrics.add(
            "pgdat_zone", unit: "pageblocks", help: "Pageblocks of the zone by migrate type.",
            nodes.flatMap { node in
                node.zones.flatMap { zone in
                    zone.pageblocks.sorted { $0.key < $1.key }.map { type, count in
                        .init(["node": String(node.id), "zone": zone.name, "migratetype": type], count)
                    }
                }
            })
    }

    private func addProcess(to metrics: inout OpenMetrics) {
        guard let process else { return }
        metrics.add(
            "pgdat_process_memory", unit: "bytes", help: "The process's memory by node and kind of mapping.",
            process.nodes.flatMap { node in
                node.bytesByKind.sorted { $0.key < $1.key }.map { kind, bytes in
                    .init(
                        [
                            "pid": String(process.pid), "name": process.name, "node": String(node.node),
                            "kind": kind,
                        ], bytes)
                }
            })
    }
}
