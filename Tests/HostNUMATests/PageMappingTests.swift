import Testing

@testable import HostNUMA

@Suite struct PageMappingTests {
    @Test func pagesComeWhenTouchedAndGoWhenUnmapped() throws {
        let mapping = try PageMapping(byteCount: 10_000, pages: .base)
        #expect(mapping.byteCount % ReservedMemory.pageSize == 0 && mapping.byteCount >= 10_000)
        guard let before = try? mapping.nodes() else {
            print("skipped: move_pages is not permitted")
            return
        }
        #expect(before.allSatisfy { $0 == nil })
        mapping.touch()
        #expect(try mapping.nodes().allSatisfy { $0 != nil })
        mapping.unmap()
        mapping.unmap()
    }

    @Test func populatedPagesAreOnTheNodeTheyAreBoundTo() throws {
        let host = try Host.current()
        guard host.binding.mbind.works, let node = host.topology.nodes.first(where: \.hasUsableMemory) else {
            print("skipped: memory cannot be bound here")
            return
        }
        for policy in [
            MappingPolicy.bind(node.id), .preferred(node.id), .interleave([node.id]), .firstTouch,
        ] {
            let mapping = try PageMapping(byteCount: 1 << 16, pages: .base)
            try mapping.place(policy)
            try mapping.populate()
            guard policy != .firstTouch else { continue }
            #expect(try mapping.nodes().allSatisfy { $0 == node.id })
            #expect(try mapping.move(to: node.id) == mapping.pageCount)
        }
    }

    @Test func whatCannotBeMappedIsRefused() {
        #expect(throws: HostError.badSize(0)) { try PageMapping(byteCount: 0, pages: .base) }
        #expect(throws: HostError.self) { try PageMapping(byteCount: .max, pages: .transparentHuge) }
        // No pool holds a quarter of the address space.
        #expect(throws: HostError.self) { try PageMapping(byteCount: Int.max / 4, pages: .huge1G) }
    }
}
