import Glibc
import Testing

@testable import HostNUMA

@Suite struct NodeMemoryTests {
    @Test func memoryLiesOnTheNodeAskedFor() throws {
        let host = try Host.current()
        for node in host.topology.nodes where node.hasUsableMemory {
            let memory: NodeMemory
            do {
                memory = try NodeMemory(byteCount: 4 << 20, on: node.id, of: host)
            } catch HostError.unreachable(let id, let reason) {
                print("skipped: \(id): \(reason)")
                continue
            }
            #expect(memory.byteCount == 4 << 20)
            #expect(UInt(bitPattern: memory.address) % (2 << 20) == 0)
            #expect(memory.address.loadUnaligned(fromByteOffset: 12345, as: UInt64.self) == 0)
            let placement = try memory.placement()
            guard placement.method != .none else {
                print("skipped: nobody here says where a page is")
                continue
            }
            #expect(placement.checkedPages > 0)
            #expect(placement.isAsExpected)
            if host.binding.mbind.works { #expect(memory.way == .bound) }
        }
    }

    @Test func aNodeThatIsNotThereIsUnreachable() throws {
        let host = try Host.current()
        let absent = HostNodeID(rawValue: HostNodeID.limit - 1)!
        #expect(throws: HostError.unreachable(node: absent, reason: "no such online node")) {
            try NodeMemory(byteCount: 4096, on: absent, of: host)
        }
    }

    @Test(arguments: [0, -1, Int.max, Int.min])
    func badSizesAreTypedErrors(size: Int) throws {
        #expect(throws: HostError.badSize(size)) { try ReservedMemory(byteCount: size) }
    }

    @Test func moreThanTheAddressSpaceIsATypedError() throws {
        #expect(throws: HostError.systemCall(name: "mmap", code: ENOMEM)) {
            try ReservedMemory(byteCount: Int.max / 4)
        }
    }

    @Test func aReservationCostsNothingUntilTouched() throws {
        let before = try residentPages()
        let memory = try ReservedMemory(byteCount: 1 << 40, alignment: 1 << 30)
        #expect(UInt(bitPattern: memory.address) % (1 << 30) == 0)
        #expect(memory.address.load(fromByteOffset: 1 << 39, as: UInt64.self) == 0)
        // Other tests run beside this one, so the bound is wide: a thousandth of what was reserved.
        #expect(try residentPages() - before < (1 << 30) / ReservedMemory.pageSize)
    }

    @Test func partsOfAReservationGoToTheirNodes() throws {
        let host = try Host.current()
        let part = 16 * ReservedMemory.pageSize
        let nodes = host.topology.nodes.filter { (try? host.way(to: $0.id)) != nil }
        let memory = try ReservedMemory(byteCount: 4 * part * max(nodes.count, 1))
        for (index, node) in nodes.enumerated() {
            let range = 4 * part * index..<4 * part * index + part
            let way = try memory.bind(range, to: node.id, of: host)
            try memory.populate(range, way: way)
            let placement = try Placement(
                of: memory.address + range.lowerBound, byteCount: part, expected: node.id, samples: 8)
            #expect(placement.isAsExpected || placement.method == .none)
        }
    }

    @Test func pagesThatWereNeverTouchedAreNotCounted() throws {
        let memory = try ReservedMemory(byteCount: 64 * ReservedMemory.pageSize)
        let node = try HostTopology.current().nodes[0].id
        let placement = try Placement(of: memory.address, byteCount: memory.byteCount, expected: node)
        if placement.method == .movePages { #expect(placement.checkedPages == 0) }
        #expect(!placement.isAsExpected || placement.method == .getMempolicy)
    }

    private func residentPages() throws -> Int {
        let file = try #require(try HostFile("/proc/self/statm"))
        return try #require(HostFile.number(file.firstLine.words[1]))
    }
}
