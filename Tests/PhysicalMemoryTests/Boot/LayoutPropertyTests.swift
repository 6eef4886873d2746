import PhysicalMemory
import Testing

/// What must hold of every machine's layout. A failure names its seed.
struct LayoutPropertyTests {
    /// Layouts of random machines; machines left without memory by their command line are passed over.
    private func layouts(_ seeds: ClosedRange<UInt64>, _ check: (MachineSpec, MachineLayout) throws -> Void) throws {
        var count = 0
        for seed in seeds {
            let spec = RandomMachine.spec(seed: seed)
            do {
                try check(spec, MachineLayout(booting: spec))
                count += 1
            } catch BootError.noUsableMemory {
                continue
            }
        }
        #expect(count > seeds.count / 2)
    }

    private func overlap(_ a: [Range<PFN>], _ b: [Range<PFN>]) -> Bool {
        a.contains { x in b.contains { $0.overlaps(x) } }
    }

    @Test func zonesOfANodeDoNotOverlapExceptWithMirrors() throws {
        try layouts(1...300) { spec, layout in
            for node in layout.nodes {
                for (index, zone) in node.zones.enumerated() {
                    for other in node.zones[(index + 1)...] where zone.spannedPages > 0 && other.spannedPages > 0 {
                        let isApart = zone.startPFN.advanced(by: zone.spannedPages.rawValue) <= other.startPFN
                        #expect(isApart || spec.commandLine == "kernelcore=mirror", "seed \(spec.name)")
                        #expect(!overlap(zone.presentRanges, other.presentRanges), "seed \(spec.name)")
                    }
                }
            }
        }
    }

    @Test func everyUsableFrameIsInOneZone() throws {
        try layouts(1...300) { spec, layout in
            // Mirrored memory above a Movable that swallowed Normal counts in no zone's present.
            guard !spec.commandLine.contains("mirror"), !spec.commandLine.contains("mem") else { return }
            let limit = spec.architecture == .i386PAE ? 1 << 36 : Int.max
            var frames = 0
            for range in spec.memory where range.start.rawValue < limit {
                frames += max(0, min(range.end.rawValue, limit) / 4096 - (range.start.rawValue + 4095) / 4096)
            }
            let present = layout.nodes.reduce(0) { $0 + $1.presentPages.rawValue }
            // Two ranges that meet within a frame may make it whole; each border counts for one at most.
            #expect(present >= frames && present <= frames + spec.memory.count, "seed \(spec.name)")
            let all = layout.nodes.flatMap { $0.zones.flatMap(\.presentRanges) }.sorted {
                $0.lowerBound < $1.lowerBound
            }
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "seed \(spec.name)")
        }
    }

    @Test func spansCoverAndSumsAgree() throws {
        try layouts(1...300) { spec, layout in
            for node in layout.nodes {
                #expect(node.presentPages == node.zones.reduce(0) { $0 + $1.presentPages }, "seed \(spec.name)")
                for zone in node.zones {
                    #expect(zone.presentPages == zone.presentRanges.reduce(0) { $0 + $1.pageCount })
                    #expect(zone.managedPages == zone.managedRanges.reduce(0) { $0 + $1.pageCount })
                    #expect(zone.presentPages <= zone.spannedPages)
                    let end = zone.startPFN.advanced(by: zone.spannedPages.rawValue)
                    #expect(zone.presentRanges.allSatisfy { $0.lowerBound >= zone.startPFN && $0.upperBound <= end })
                    #expect(zone.managedRanges.allSatisfy { !overlap([$0], []) && $0.upperBound <= end })
                }
            }
        }
    }

    @Test func zonelistsNameEveryPopulatedZoneOnce() throws {
        try layouts(1...300) { spec, layout in
            let populated = Set(
                layout.nodes.flatMap { node in
                    node.zones.filter { $0.presentPages > 0 }.map { ZoneName(node: node.id, zone: $0.type) }
                })
            for node in layout.nodes {
                #expect(node.zonelist.count == populated.count, "seed \(spec.name)")
                #expect(Set(node.zonelist) == populated, "seed \(spec.name)")
                #expect(node.thisNodeZonelist == node.zonelist.filter { $0.node == node.id })
                if node.presentPages > 0 { #expect(node.fallbackOrder.first == node.id) }
                for (zone, next) in zip(node.zonelist, node.zonelist.dropFirst()) where zone.node == next.node {
                    #expect(zone.zone > next.zone, "seed \(spec.name)")
                }
            }
        }
    }

    /// The score again, as slowly as it reads.
    @Test func nodesStandInTheOrderOfTheScore() throws {
        try layouts(1...100) { spec, layout in
            guard layout.nodes.count < 16 else { return }
            var load = Array(repeating: 0, count: layout.nodes.count)
            for (local, node) in layout.nodes.enumerated() {
                var left = layout.nodes.indices.filter { layout.nodes[$0].presentPages > 0 }
                var previous = local
                var expected: [NodeID] = []
                while !left.isEmpty {
                    let score = { (other: Int) in
                        other == local
                            ? -1 : (node.distances[other] + (other < local ? 1 : 0)) * 1024 + load[other]
                    }
                    let next = left.min { score($0) < score($1) }!
                    left.removeAll { $0 == next }
                    if node.distances[next] != node.distances[previous] { load[next] += 1 }
                    previous = next
                    expected.append(layout.nodes[next].id)
                }
                #expect(node.fallbackOrder == expected, "seed \(spec.name)")
            }
        }
    }

    @Test func tuningIsTheSameWhenAskedAgain() throws {
        try layouts(1...200) { spec, layout in #expect(layout.retuned() == layout, "seed \(spec.name)") }
    }

    @Test func watermarksAscendAndReservesHold() throws {
        try layouts(1...300) { spec, layout in
            for zone in layout.nodes.flatMap(\.zones) {
                #expect(zone.watermarks.min <= zone.watermarks.low && zone.watermarks.low <= zone.watermarks.high)
                #expect(zone.perCPU.highMin <= max(zone.perCPU.highMax, zone.perCPU.highMin))
                #expect(zone.protection.count == layout.zoneTypes.count, "seed \(spec.name)")
            }
            for node in layout.nodes {
                #expect(node.totalReservePages <= node.zones.reduce(0) { $0 + $1.managedPages }, "seed \(spec.name)")
            }
        }
    }
}
