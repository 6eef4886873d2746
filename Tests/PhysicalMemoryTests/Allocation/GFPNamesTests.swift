import PhysicalMemory
import Testing

@Suite struct GFPNamesTests {
    static let known: [(text: String, flags: GFP)] = [
        ("GFP_KERNEL", .kernel), ("kernel", .kernel), ("GFP_ATOMIC|__GFP_COMP", [.atomic, .compound]),
        ("0xcc0", .kernel), ("movable", .highUserMovable), ("__GFP_MOVABLE", .movable),
        ("nofail,norETRY", [.noFail, .noRetry]), ("GFP_KERNEL + __GFP_THISNODE", [.kernel, .thisNode]), ("0x0", []),
        ("dma32", .dma32),
    ]

    @Test(arguments: known.indices) func namesAreRead(index: Int) throws {
        #expect(try GFP(kernelNames: Self.known[index].text) == Self.known[index].flags)
    }

    @Test(arguments: ["", "|", "GFP_KERNEL|", "GFP_NONSENSE", "0x", "0xfffffffff", "0x8000000", "12", "ÄTOMIC"])
    func nonsenseIsNamed(text: String) {
        #expect(throws: UnknownGFP.self) { try GFP(kernelNames: text) }
    }

    @Test func printedNamesReadBack() throws {
        for bits in 0..<22 where bits != 9 {
            for base in [GFP.kernel, .atomic, .transparentHuge, []] {
                let flags = base.union(GFP(rawValue: 1 << UInt32(bits)))
                #expect(try GFP(kernelNames: flags.kernelNames == "0" ? "0x0" : flags.kernelNames) == flags)
            }
        }
        #expect(GFP.kernel.kernelNames == "GFP_KERNEL")
        #expect(GFP(rawValue: 0x200).kernelNames == "0x200")
    }
}
