import PhysicalMemory
import Testing

/// Sections, page flags, extensions and node structures: what a kernel keeps of its frames.
struct MemoryMapTests {
    private func layout(_ spec: MachineSpec) throws -> MachineLayout { try MachineLayout(booting: spec) }

    private func machine(
        _ ranges: [(Int, Int)], architecture: MachineSpec.Architecture = .x86_64,
        _ change: (inout MemoryMapOptions) -> Void = { _ in }
    ) -> MachineSpec {
        var configuration = MachineSpec.Configuration(usualFor: architecture)
        var options = MemoryMapOptions(usualFor: architecture)
        change(&options)
        configuration.memoryMap = options
        return MachineSpec(
            name: "test", architecture: architecture, configuration: configuration,
            memory: ranges.enumerated().map {
                .init(start: .mebibytes($1.0), end: .mebibytes($1.1), node: NodeID($0))
            },
            nodes: ranges.indices.map { .init(id: NodeID($0), cpus: [CPUID($0)]) })
    }

    @Test func sectionsAreThereWhereMemoryIs() throws {
        let sections = try layout(machine([(0, 2048), (4096, 4160)])).sections
        #expect(sections.pagesPerSection == 32768)
        #expect(sections.runs.map(\.sections) == [0..<16, 32..<33])
        #expect(sections.runs.map(\.node) == [0, 1])
        // Of the last section 64 MiB are there: 32 subsections of 2 MiB.
        #expect(sections.runs.map(\.subsections) == [1024, 32])
        #expect(sections.count == 17)
        // 32 bytes for each section with page extensions: 128 in a page.
        #expect(sections.sectionsPerRoot == 128)
        #expect(sections.rootCount == 1)
        #expect(sections.section(of: PFN(1 << 20)) == 32)
    }

    @Test func rootsThatNoSectionIsInAreNotCounted() throws {
        let spec = machine([(0, 1024), (1 << 20, (1 << 20) + 1024)]) { $0.hasPageExtensions = false }
        let sections = try layout(spec).sections
        #expect(sections.sectionsPerRoot == 256)
        #expect(sections.rootCount == 2)
    }

    @Test func flatMemoryHasNoSections() throws {
        let layout = try layout(machine([(0, 1024)], architecture: .i386))
        #expect(layout.sections.runs.isEmpty)
        #expect(layout.pageFlags.width(.section) == 0)
    }

    /// As Debian's kernels print their widths with `mminit_loglevel=4`.
    @Test(arguments: [
        (MachineSpec.Architecture.x86_64, [0, 10, 3, 21, 0, 3, 2]), (.i386PAE, [0, 0, 2, 0, 0, 3, 2]),
        (.ppc64, [0, 8, 2, 19, 0, 3, 2]), (.riscv64, [0, 2, 2, 15, 0, 3, 2]), (.s390x, [0, 0, 2, 0, 0, 3, 2]),
    ])
    func widthsAreThoseThatKernelsPrint(_ architecture: MachineSpec.Architecture, _ widths: [Int]) throws {
        let flags = try layout(machine([(0, 1024)], architecture: architecture)).pageFlags
        #expect(PageFlagsLayout.Field.allCases.map { flags.width($0) } == widths)
    }

    @Test func whatDoesNotFitGoesElsewhere() throws {
        // 19 section bits and 3 of zones leave no room for 10 of nodes and 21 of CPUs in a word with 24 flags.
        let sparse = machine([(0, 1024)]) {
            $0.model = .sparse
            $0.physicalBits = 46
            $0.nodesShift = 16
        }
        let flags = try layout(sparse).pageFlags
        #expect(flags.width(.section) == 19)
        #expect(flags.width(.node) == 0)
        #expect(flags.elsewhere(.node) == "section_to_node_table")
        #expect(flags.width(.lastCPUPID) == 0)
        #expect(flags.elsewhere(.lastCPUPID) == "page._last_cpupid")
        #expect(flags.unusedBits >= 0)
    }

    @Test func numbersStandWhereTheirShiftSays() throws {
        let flags = try layout(machine([(0, 1024), (4096, 8192)])).pageFlags
        #expect(flags.shift(.node) == 54 && flags.shift(.zone) == 51 && flags.shift(.lastCPUPID) == 30)
        let word = flags.word(section: 40, node: 1, zoneIndex: 2, flags: ["PG_reserved"])
        #expect(word >> 54 == 1)
        #expect(word >> 51 & 7 == 2)
        #expect(word >> 30 & 0x1f_ffff == 0x1f_ffff)
        #expect(word & 0xff_ffff == 1 << 13)
    }

    @Test func extensionsAreOffWithoutTheirOption() throws {
        var spec = machine([(0, 1024)]) { $0.hasPageOwner = true }
        func extensions() throws -> PageExtensions {
            PageExtensions(try layout(spec), KernelParameters(spec.commandLine))
        }
        #expect(try extensions().entrySize == 0)
        spec.commandLine = "page_owner=on page_table_check=on"
        let on = try extensions()
        // Page table checks are asked for, but not built in.
        #expect(on.clients.filter(\.isOn).map(\.name) == ["page_owner"])
        #expect(on.entrySize == 72)
        #expect(on.bytes(for: 32768) == ByteCount(72 * 32768))
    }

    @Test func structuresLieOnTheirNodesIfTheyCan() throws {
        var spec = machine([(0, 2048), (4096, 6144)])
        spec.nodes.append(.init(id: 2, cpus: [2]))
        var homes = try layout(spec).nodeStructures
        #expect(homes.map(\.home) == [0, 1, 1])
        // As the logs of 6.12 for x86-64 say.
        #expect(homes.map(\.size) == [174_464, 174_464, 174_464])
        // Memory that may be unplugged holds none.
        spec.memory[1].isHotPluggable = true
        spec.commandLine = "movable_node"
        homes = try layout(spec).nodeStructures
        #expect(homes.map(\.home) == [0, 0, 0])
        spec.nodes[1].structure = .init(start: .mebibytes(4096), end: .mebibytes(4097))
        homes = try layout(spec).nodeStructures
        #expect(homes[1].home == 1 && homes[1].size == .mebibytes(1) && !homes[1].sizeIsEstimated)
    }

    @Test func onlyTheLastZoneIsPutOff() throws {
        let layout = try layout(machine([(0, 2048), (2048, 6144)]))
        let deferred = layout.deferredInitialization
        // Node 0 ends with DMA32, whose first section's worth begins at 16 MiB; node 1 with Normal.
        #expect(deferred.map(\.zone) == [.dma32, .normal])
        #expect(deferred.map(\.firstPFN) == [PFN(0x10000), PFN(0x108000)])
        #expect(deferred[1].pages == PageCount(524_288 - 32768))
        let undeferred = machine([(0, 2048)]) { $0.defersInitialization = false }
        #expect(try self.layout(undeferred).deferredInitialization.isEmpty)
    }

    @Test func rangesBecomeTheLargestBlocksThatFit() {
        let blocks = InitialBlocks([PFN(1)..<PFN(2048 + 3)], maxOrder: 10)
        // 1, 2–3, 4–7 … 512–1023, one whole block, 2048–2049 and 2050.
        #expect(blocks.counts == [2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(InitialBlocks([PFN(0)..<PFN(1 << 40)], maxOrder: 10).counts.last == 1 << 30)
    }

    @Test func theStepsTellTheWay() throws {
        let spec = machine([(0, 2048), (4096, 6144)])
        let steps = try BootSteps(of: layout(spec), from: spec).steps
        #expect(steps.map(\.kind) == BootStep.Kind.allCases)
        let zones = try #require(steps.first { $0.kind == .zones })
        #expect(zones.entries.map(\.name) == ["node 0 zone DMA", "node 0 zone DMA32", "node 1 zone Normal"])
    }
}
