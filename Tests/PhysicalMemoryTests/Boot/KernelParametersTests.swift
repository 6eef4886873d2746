import PhysicalMemory
import Testing

struct KernelParametersTests {
    @Test func amountsAreSizesOrPercentages() {
        let parameters = KernelParameters("quiet kernelcore=6G movablecore=80%")
        #expect(parameters.kernelCore == .bytes(6 << 30))
        #expect(parameters.movableCore == .percent(80))
        #expect(parameters.ignored.isEmpty)
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
