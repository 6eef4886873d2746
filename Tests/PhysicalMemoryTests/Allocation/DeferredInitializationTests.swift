import PhysicalMemory
import TestSupport
import Testing

/// Frames are initialised when they are needed; no choice may depend on when that is.
@Suite struct DeferredInitializationTests {
    @Test func aMachineThatInitialisesAsItGoesChoosesTheSameFrames() throws {
        let spec = MachineSpec(
            name: "holes",
            memory: [
                .init(start: .mebibytes(4096) + 12288, end: .mebibytes(4300) + 4096, node: 0),
                .init(start: .mebibytes(4352), end: .mebibytes(4900), node: 0),
            ],
            nodes: [.init(id: 0, cpus: [0], distances: [10])])
        let lazy = try Machine(spec)
        let eager = try Machine(spec)
        eager.finishInitialization(of: 0)
        let name = ZoneName(node: 0, zone: .normal)
        #expect(lazy.status(of: name)?.firstDeferred != nil)
        #expect(eager.status(of: name)?.firstDeferred == nil)
        #expect(lazy.status(of: name)?.freeBlocks == eager.status(of: name)?.freeBlocks)

        var random = SeededGenerator(seed: 7)
        var held: [Holding] = []
        for step in 0..<40_000 {
            if held.isEmpty || Int.random(in: 0..<100, using: &random) < 65 {
                let order = Order([0, 0, 0, 1, 2, 3, 4, 9, 10][Int.random(in: 0..<9, using: &random)])
                let gfp: GFP = [.kernel, .highUserMovable, [.kernel, .reclaimable]][
                    Int.random(in: 0..<3, using: &random)]
                let a = try? lazy.allocate(order, gfp.union(.noRetry), on: 0)
                let b = try? eager.allocate(order, gfp.union(.noRetry), on: 0)
                try #require(a == b, "step \(step), seed 7")
                if let a { held.append(Holding(pfn: a, order: order)) }
            } else {
                let block = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                try lazy.free(block.pfn, order: block.order, on: 0)
                try eager.free(block.pfn, order: block.order, on: 0)
            }
        }
        #expect(lazy.audit(holding: held).isClean)
        #expect(eager.audit(holding: held).isClean)
        #expect(lazy.status(of: name)?.freeBlocksByType == eager.status(of: name)?.freeBlocksByType)
    }
}
