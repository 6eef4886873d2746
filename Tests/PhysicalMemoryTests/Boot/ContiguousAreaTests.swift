import PhysicalMemory
import Testing

/// Where `cma=` and `hugetlb_cma=` put their areas.
struct ContiguousAreaTests {
    private func areas(
        _ commandLine: String, architecture: MachineSpec.Architecture = .arm64, _ ranges: [(Int, Int)],
        known: [MachineSpec.ByteRange]? = nil
    ) throws -> [String] {
        var configuration = MachineSpec.Configuration(usualFor: architecture)
        configuration.memoryMap?.hasContiguousMemory = true
        var spec = MachineSpec(
            name: "test", architecture: architecture, configuration: configuration,
            memory: ranges.enumerated().map {
                .init(start: .mebibytes($1.0), end: .mebibytes($1.1), node: NodeID($0))
            },
            nodes: ranges.indices.map { .init(id: NodeID($0), cpus: [CPUID($0)]) }, commandLine: commandLine)
        spec.contiguousRanges = known
        return try MachineLayout(booting: spec).nodes.flatMap { node in
            node.zones.flatMap { zone in
                #expect(zone.managedRanges.reduce(0) { $0 + $1.pageCount } == zone.managedPages)
                for range in zone.cmaRanges {
                    #expect(zone.managedRanges.contains { $0.clamped(to: range) == range })
                }
                return zone.cmaRanges.map { "\(node.id) \(zone.type.kernelName) \($0.lowerBound)+\($0.pageCount)" }
            }
        }
    }

    @Test func armTakesTheTopOfWhatDevicesReach() throws {
        // As `arm64-6.12-uma-4g-cma-512m` logs it: 512 MiB below 4 GiB.
        #expect(try areas("cma=512M", [(1024, 5120)]) == ["0 DMA 0xe0000+131072"])
        // 64 MiB where the command line does not say.
        #expect(try areas("", [(1024, 2048)]) == ["0 DMA 0x7c000+16384"])
        #expect(try areas("cma=0", [(1024, 2048)]).isEmpty)
    }

    @Test func whereEverythingCanBeReachedItBeginsAt4GiB() throws {
        #expect(
            try areas("cma=100M", architecture: .x86_64, [(1, 3072), (4096, 8192)]) == ["1 Normal 0x100000+25600"])
        #expect(try areas("cma=100M", architecture: .x86_64, [(1, 3072)]) == ["0 DMA32 0xb9c00+25600"])
    }

    @Test func aPlaceMayBeAskedFor() throws {
        #expect(try areas("cma=64M@1536M", [(1024, 4096)]) == ["0 DMA 0x60000+16384"])
        #expect(try areas("cma=64M@1G-2G", [(1024, 4096)]) == ["0 DMA 0x7c000+16384"])
        // No memory there, no whole pageblock, more than there is.
        #expect(try areas("cma=64M@16G", [(1024, 4096)]).isEmpty)
        #expect(try areas("cma=64M@1537K", [(1024, 4096)]).isEmpty)
        #expect(try areas("cma=1024T", [(1024, 4096)]).isEmpty)
    }

    @Test func whatALogSaysCounts() throws {
        let known = [MachineSpec.ByteRange(start: .mebibytes(2048), end: .mebibytes(2112))]
        #expect(try areas("cma=512M", [(1024, 4096)], known: known) == ["0 DMA 0x80000+16384"])
        #expect(try areas("cma=512M", [(1024, 4096)], known: []).isEmpty)
    }

    @Test func gigantcPagesHaveAreasOnEachNode() throws {
        let memory = [(4096, 8192), (8192, 12288)]
        let both = try areas("cma=0 hugetlb_cma=2G", architecture: .x86_64, memory)
        #expect(both == ["0 Normal 0x100000+262144", "1 Normal 0x200000+262144"])
        let one = try areas("cma=0 hugetlb_cma=1:1G", architecture: .x86_64, memory)
        #expect(one == ["1 Normal 0x200000+262144"])
    }
}
