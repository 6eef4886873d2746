import PhysicalMemory
import Testing

/// Where pages come from when the first choice has none: other zones, other nodes, other migrate types.
@Suite struct FallbackTests {
    @Test func aFullNodeSpillsToTheNextAndTheCountersSaySo() throws {
        let machine = try Machine(MachineSpec.nodes(2, mebibytes: 64))
        var held: [Holding] = []
        var remote = 0
        while remote < 100 {
            let pfn = try machine.allocate(0, .kernel, on: 0)
            held.append(Holding(pfn: pfn, order: 0))
            if pfn.rawValue >= (4096 + 64) << 8 { remote += 1 }
        }
        let near = machine.numaStat(of: 0)
        let far = machine.numaStat(of: 1)
        #expect(near.numaHit == held.count - remote && near.localNode == near.numaHit)
        #expect(near.numaForeign == remote)
        #expect(far.numaMiss == remote && far.otherNode == remote && far.numaHit == 0)
        #expect(machine.audit(holding: held).isClean)
    }

    @Test func thisNodeFailsRatherThanGoingElsewhere() throws {
        let machine = try Machine(MachineSpec.nodes(2, mebibytes: 64))
        let gfp: GFP = [.kernel, .thisNode, .noRetry]
        var count = 0
        #expect(throws: AllocationFailure.outOfMemory(order: 0, gfp: gfp)) {
            while true {
                let pfn = try machine.allocate(0, gfp, on: 0)
                #expect(pfn.rawValue < (4096 + 64) << 8)
                count += 1
            }
        }
        #expect(count > 10_000)
        #expect(machine.numaStat(of: 1).numaMiss == 0)
    }

    @Test func anUrgentRequestGoesBelowTheMinWatermark() throws {
        let machine = try Machine(MachineSpec.nodes(1, mebibytes: 64))
        let name = ZoneName(node: 0, zone: .normal)
        func fill(_ gfp: GFP) throws -> PageCount {
            while (try? machine.allocate(0, gfp, on: 0)) != nil {}
            return try #require(machine.status(of: name)).freePagesSnapshot
        }
        let patient = try fill([.kernel, .noRetry])
        let urgent = try fill(.atomic)
        let min = try #require(machine.status(of: name)).watermarks.min
        let boost = try #require(machine.status(of: name)).watermarkBoost
        #expect(patient <= min + boost + 64)
        #expect(urgent < patient && urgent.rawValue <= min.rawValue / 2)
        let everything = try fill([.kernel, .memAlloc, .noRetry])
        #expect(everything == 0)
    }

    @Test func lowZonesKeepTheirReserveFromRequestsThatCouldGoHigher() throws {
        let machine = try Machine(MachinePreset.laptop)
        let dma = try #require(machine.status(of: ZoneName(node: 0, zone: .dma)))
        let normalIndex = machine.layout.zoneTypes.firstIndex(of: .normal)!
        #expect(dma.lowmemReserve[normalIndex] > dma.freePages)
        let pfn = try machine.allocate(0, [.kernel, .dma], on: 0)
        #expect(pfn.rawValue < 4096)
    }

    @Test func unmovableRequestsClaimWholePageblocks() throws {
        let machine = try Machine(MachineSpec.nodes(1, mebibytes: 64))
        let pfn = try machine.allocate(0, .kernel, on: 0)
        let status = try #require(machine.status(of: ZoneName(node: 0, zone: .normal)))
        #expect(status.claims == 1 && status.steals == 0 && status.boosts == 0)
        let unmovable = status.freeBlocksByType.enumerated().reduce(0) {
            $0 + ($1.element[.unmovable] ?? 0) << $1.offset
        }
        // The block of order 10 that was claimed, less what went to the CPU's list.
        let pageset = try #require(machine.pageset(of: 0, ZoneName(node: 0, zone: .normal)))
        #expect(unmovable + pageset.count.rawValue + 1 == 1024)
        #expect(machine.audit(holding: [Holding(pfn: pfn, order: 0)]).isClean)
    }

    @Test func highatomicPageblocksAreKeptAndGivenBack() throws {
        let machine = try Machine(MachineSpec.nodes(1, mebibytes: 1024))
        let name = ZoneName(node: 0, zone: .normal)
        var held: [Holding] = []
        while let pfn = try? machine.allocate(3, [.kernel, .noRetry], on: 0) {
            held.append(Holding(pfn: pfn, order: 3))
        }
        #expect(try #require(machine.status(of: name)).reservedHighatomic == 0)
        let urgent = try machine.allocate(3, .atomic, on: 0)
        held.append(Holding(pfn: urgent, order: 3))
        #expect(try #require(machine.status(of: name)).reservedHighatomic == 512)
        let audit = machine.audit(holding: held)
        #expect(audit.isClean, "\(audit)")
        for block in held { try machine.free(block.pfn, order: block.order, on: 0) }
        #expect(machine.audit(holding: []).isClean)
    }
}
