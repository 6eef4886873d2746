import TestSupport
import Testing

@testable import PhysicalMemory

/// The short ways leave a machine in the state that the long one does, to the last list and counter.
@Suite struct FastPathTests {
    private struct Block {
        let pfn: UInt64
        let order: UInt32
    }

    /// Two nodes, the first of which has a zone below 4 GiB as well.
    private static let spec = MachineSpec(
        name: "three zones",
        memory: [
            .init(start: .mebibytes(3968), end: .mebibytes(4096), node: 0),
            .init(start: .mebibytes(4096), end: .mebibytes(4352), node: 0),
            .init(start: .mebibytes(4352), end: .mebibytes(4608), node: 1),
        ],
        nodes: [.init(id: 0, cpus: [0, 1], distances: [10, 20]), .init(id: 1, cpus: [2], distances: [20, 10])])

    private static func machine(batch: PageCount = 31) throws -> Machine {
        var layout = try MachineLayout(booting: spec)
        for node in layout.nodes.indices {
            for zone in layout.nodes[node].zones.indices {
                layout.nodes[node].zones[zone].perCPU = .init(batch: batch, highMin: 100, highMax: 700)
            }
        }
        return try Machine(layout)
    }

    /// One machine's CPU is acted for by a thread that has adopted it; the other's is not.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func theOwnersPathsDecideAsTheLongOnes(seed: UInt64) throws {
        let (owned, plain) = (try Self.machine(), try Self.machine())
        let (fast, slow) = (try #require(owned.cpu(0)), try #require(plain.cpu(0)))
        fast.value.beginActing()
        defer { fast.value.endActing() }
        var random = SeededGenerator(seed: seed)
        var held: [Block] = []
        let kinds: [GFP] = [.highUserMovable, .kernel, .highUserMovable, .dma32, [.kernel, .reclaimable]]
        for step in 0..<30_000 {
            let grows = step / 5000 % 2 == 0
            if held.isEmpty || random.next() % 10 < (grows ? 6 : 4) {
                let order = random.next() % 8 == 0 ? UInt32(random.next() % 4) : 0
                let gfp = kinds[Int(random.next() % UInt64(kinds.count))]
                // Now and then a frame of the other node, which goes to another list when it is freed.
                let node = random.next() % 16 == 0 ? 1 : nil
                let pfn =
                    node == nil
                    ? fast.value.allocate(order, gfp) : fast.value.allocateAtLength(order, gfp, node: node)
                try #require(pfn == slow.value.allocateAtLength(order, gfp, node: node))
                if pfn != CPUState.noFrame { held.append(Block(pfn: pfn, order: order)) }
            } else {
                held.swapAt(Int(random.next() % UInt64(held.count)), held.count - 1)
                let block = held.removeLast()
                #expect(fast.value.free(block.pfn, block.order) == nil)
                #expect(slow.value.freeAtLength(block.pfn, block.order) == nil)
            }
            if step % 3000 == 0 { try #require(owned.images() == plain.images()) }
        }
        #expect(owned.images() == plain.images())
        let long = (fast.value.slowRequests.load(), slow.value.slowRequests.load())
        #expect(long.0 * 2 < long.1, "the short way was hardly taken: \(long)")
    }

    /// Bulk frees, whether they stay in the list, overflow it or meet frames that are not plain.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func bulkFreesLeaveWhatSingleOnesDo(seed: UInt64) throws {
        let (bulk, single) = (try Self.machine(batch: 4), try Self.machine(batch: 4))
        var random = SeededGenerator(seed: seed)
        var held: [PFN] = []
        for step in 0..<400 {
            for _ in 0..<Int(random.next() % 300) {
                let isMixed = step % 3 == 0 && random.next() % 10 == 0
                let gfp: GFP = !isMixed ? .highUserMovable : random.next() % 2 == 0 ? .dma32 : .kernel
                let pfn = try bulk.allocate(0, gfp, on: 0)
                #expect(try single.allocate(0, gfp, on: 0) == pfn)
                held.append(pfn)
            }
            let freed = Array(held.prefix(Int(random.next() % UInt64(held.count + 1))))
            held.removeFirst(freed.count)
            try bulk.freeBulk(freed, on: 0)
            for pfn in freed { try single.free(pfn, on: 0) }
            if step % 11 == 0 { try #require(bulk.images() == single.images()) }
        }
        #expect(bulk.images() == single.images())
        let lists = try #require(bulk.pageset(of: 0, ZoneName(node: 0, zone: .normal)))
        #expect(lists.drains > 0 && lists.refills > 0)
    }

    /// A fetch takes blocks whole where it can; one that is watched takes one after the other.
    @Test(arguments: 1...3 as ClosedRange<UInt64>) func aFetchTakesWhatSingleRequestsWould(seed: UInt64) throws {
        let (plain, watched) = (try Self.machine(batch: 20), try Self.machine(batch: 20))
        var random = SeededGenerator(seed: seed)
        var held: [Holding] = []
        for step in 0..<12_000 {
            if held.isEmpty || random.next() % 10 < (step / 3000 % 2 == 0 ? 7 : 4) {
                let order = Order(random.next() % 4 == 0 ? Int(random.next() % 4) : 0)
                let gfp: GFP = random.next() % 4 == 0 ? .kernel : .highUserMovable
                let pfn = try plain.allocate(order, gfp, on: 0)
                let same = watched.explain(on: 0) { machine throws(AllocationFailure) in
                    try machine.allocate(order, gfp, on: 0)
                }
                try #require(same.pfn == pfn)
                held.append(Holding(pfn: pfn, order: order))
            } else {
                held.swapAt(Int(random.next() % UInt64(held.count)), held.count - 1)
                let block = held.removeLast()
                for machine in [plain, watched] { try machine.free(block.pfn, order: block.order, on: 0) }
            }
            if step % 1500 == 0 { try #require(plain.images() == watched.images()) }
        }
        #expect(plain.images() == watched.images())
        let name = ZoneName(node: 0, zone: .normal)
        let (one, other) = (try #require(plain.status(of: name)), try #require(watched.status(of: name)))
        #expect(one.splits == other.splits && one.merges == other.merges && one.splits > 1000)
        #expect(plain.audit(holding: held).isClean)
    }
}
