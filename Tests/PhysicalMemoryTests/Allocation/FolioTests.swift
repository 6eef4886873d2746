import PhysicalMemory
import Testing

@Suite struct FolioTests {
    let machine: Machine
    init() throws { machine = try Machine(.nodes(1, mebibytes: 128)) }

    @Test func aCompoundPageIsOneFolio() throws {
        let pfn = try machine.allocate(3, [.kernel, .compound], on: 0)
        let folio = try #require(machine.folio(of: pfn))
        #expect(folio.head == pfn && folio.order == 3 && folio.isLarge && folio.pageCount == 8)
        for frame in folio.frames { #expect(machine.folio(of: frame) == folio) }
        #expect(machine.mappings(of: folio)?.pages == Array(repeating: 0, count: 8))
        #expect(machine.mappings(of: folio)?.total == 0)
    }

    @Test func tailsAndOtherOrdersAreBadPages() throws {
        let pfn = try machine.allocate(3, [.kernel, .compound], on: 0)
        let tail = pfn.advanced(by: 2)
        #expect(throws: BadPage(pfn: tail, order: 0, reason: .tail)) { try machine.free(tail, on: 0) }
        #expect(throws: BadPage(pfn: tail, order: 1, reason: .tail)) { try machine.free(tail, order: 1, on: 0) }
        for order: Order in [0, 2, 4] {
            #expect(throws: BadPage.self) { try machine.free(pfn, order: order, on: 0) }
        }
        #expect(machine.audit(holding: [Holding(pfn: pfn, order: 3)]).isClean)
        try machine.free(pfn, order: 3, on: 0)
        #expect(throws: BadPage(pfn: pfn, order: 3, reason: .notAllocated)) { try machine.free(pfn, order: 3, on: 0) }
        #expect(machine.audit(holding: []).isClean)
        #expect(machine.badPageCount == 6)
    }

    @Test func aMappedFolioIsNotFreed() throws {
        let pfn = try machine.allocate(2, [.kernel, .compound], on: 0)
        let folio = try #require(machine.folio(of: pfn))
        #expect(machine.addMapping(of: folio) && machine.addMapping(of: folio, page: 3))
        let mappings = try #require(machine.mappings(of: folio))
        #expect(mappings.entire == 1 && mappings.pages == [0, 0, 0, 1] && mappings.total == 2)
        #expect(mappings.mappedPages == 4)
        #expect(throws: BadPage(pfn: pfn, order: 2, reason: .stillReferenced)) {
            try machine.free(pfn, order: 2, on: 0)
        }
        #expect(!machine.removeMapping(of: folio, page: 0) && !machine.addMapping(of: folio, page: 4))
        #expect(machine.removeMapping(of: folio, page: 3) && machine.removeMapping(of: folio))
        try machine.free(pfn, order: 2, on: 0)
        #expect(machine.audit(holding: []).isClean)
    }

    @Test func framesWithoutFolio() throws {
        let plain = try machine.allocate(2, .kernel, on: 0)
        #expect(machine.folio(of: plain)?.order == 0)
        #expect(machine.folio(of: PFN(1)) == nil && machine.folio(of: .none) == nil)
        try machine.free(plain, order: 2, on: 0)
        #expect(machine.folio(of: plain) == nil)
        let gone = try Folio.gone(plain, on: machine)
        #expect(machine.mappings(of: gone) == nil)
    }
}

extension Folio {
    /// The view of a single frame that has been freed meanwhile.
    static func gone(_ pfn: PFN, on machine: Machine) throws -> Folio {
        let single = try machine.allocate(0, .kernel, on: 0)
        guard let folio = machine.folio(of: single) else { throw BadPage(pfn: pfn, order: 0, reason: .notAllocated) }
        try machine.free(single, on: 0)
        return folio
    }
}
