import PhysicalMemory
import Testing

struct KernelParametersTests {
    @Test func amountsAreSizesOrPercentages() {
        let parameters = KernelParameters("quiet kernelcore=6G movablecore=80%")
        #expect(parameters.kernelCore == .bytes(6 << 30))
        #expect(parameters.movableCore == .percent(80))
        #expect(parameters.ignored.isEmpty)
    }

    /// A slip is named; what is no option of memory at all is somebody else's.
    @Test func aSlipIsNamedAndAnotherDriversOptionIsNot() {
        #expect(KernelParameters("kernelcor=6G").ignored == ["kernelcor=6G"])
        #expect(KernelParameters("moavblecore=1G movabelcore=1G hugepagess=3").ignored.count == 3)
        #expect(KernelParameters("root=/dev/vda quiet console=ttyS0 memtest=1 numa_balancing=disable").ignored.isEmpty)
    }

    @Test func numbersMayBeHexadecimalOrOctalAndHaveUnits() {
        #expect(KernelParameters("mem=0x10000000").mapChanges == [.total(0x1000_0000)])
        #expect(KernelParameters("mem=010k").mapChanges == [.total(8 << 10)])
        #expect(KernelParameters("movablecore=1234567K").movableCore == .bytes(1_234_567 << 10))
    }

    @Test func memmapChangesComeInOrder() {
        let parameters = KernelParameters("memmap=512M$1G memmap=exactmap,1G@4G,1G!8G,64K#2M,3G")
        let expected: [KernelParameters.MapChange] = [
            .withhold(0x4000_0000..<0x6000_0000), .forget, .usable(0x1_0000_0000..<0x1_4000_0000),
            .persistent(0x2_0000_0000..<0x2_4000_0000), .withhold(0x20_0000..<0x21_0000), .limit(0xc000_0000),
        ]
        #expect(parameters.mapChanges == expected)
    }

    @Test func emulationTakesACountPerNodeOrASize() {
        #expect(KernelParameters("numa=fake=2").fakeNodes == .count(2))
        #expect(KernelParameters("numa=fake=2U").fakeNodes == .perNode(2))
        #expect(KernelParameters("numa=fake=512M").fakeNodes == .size(512 << 20))
        #expect(KernelParameters("numa=off").numaIsOff)
    }

    @Test func quotesProtectBlanksAndTwoDashesEnd() {
        let parameters = KernelParameters(#"foo="a movable_node b" hugepagesz=1G hugepages=3 -- numa=off"#)
        #expect(!parameters.hasMovableNodes && !parameters.numaIsOff)
        #expect(parameters.hugePages.map(\.size) == [1 << 30])
        #expect(parameters.hugePages.map(\.count) == [3])
    }

    @Test func namesMayHaveDashesAndSysctlsStandThere() {
        let parameters = KernelParameters("movable-node transparent-hugepage=never sysctl.vm.min_free_kbytes=4096")
        #expect(parameters.hasMovableNodes && parameters.transparentHugePages == false)
        #expect(parameters.sysctls == ["min_free_kbytes": "4096"])
    }

    @Test func senselessValuesAreNamed() {
        #expect(KernelParameters("mem=x movablecore=% kernelcore= cma=").ignored.count == 4)
    }
}

/// i386's options that move the border between the direct map and HighMem.
struct LowMemoryTests {
    private func ranges(_ commandLine: String, end: Int, known: Int? = nil) throws -> [String: Int] {
        var configuration = MachineSpec.Configuration(usualFor: .i386PAE)
        configuration.hasNUMA = false
        var spec = MachineSpec(
            name: "test", architecture: .i386PAE, kernel: KernelVersion(6, 1), configuration: configuration,
            memory: [.init(start: .mebibytes(1), end: .mebibytes(end), node: 0)], nodes: [.init(id: 0, cpus: [0])])
        spec.lowmemBytes = known.map { .mebibytes($0) }
        spec.append(parameters: commandLine)
        let layout = try MachineLayout(booting: spec)
        return Dictionary(
            uniqueKeysWithValues: layout.zoneRanges.map {
                ($0.zone.kernelName, Int($0.frames.upperBound.rawValue) / 256)
            })
    }

    @Test func highmemCutsHighMem() throws {
        #expect(try ranges("", end: 2048) == ["DMA": 16, "Normal": 896, "HighMem": 2048])
        #expect(try ranges("highmem=256M", end: 2048)["HighMem"] == 1152)
        // More than there is, is passed over.
        #expect(try ranges("highmem=3G", end: 2048)["HighMem"] == 2048)
    }

    @Test func highmemTakesFromTheDirectMapWhereThatReachesAll() throws {
        #expect(try ranges("highmem=300M", end: 700) == ["DMA": 16, "Normal": 400, "HighMem": 700])
        // At least 64 MiB stay.
        #expect(try ranges("highmem=650M", end: 700) == ["DMA": 16, "Normal": 700])
    }

    @Test func vmallocTakesFromTheDirectMap() throws {
        #expect(try ranges("vmalloc=256M", end: 2048)["Normal"] == 760)
        #expect(try ranges("vmalloc=256M", end: 2048, known: 880)["Normal"] == 744)
    }
}
