import Testing

@testable import HostNUMA

private func id(_ number: Int) -> HostNodeID { HostNodeID(rawValue: number)! }

private func maps(_ text: String) throws -> NUMAMaps {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .map { (number: $0.offset + 1, text: $0.element) }
    return try NUMAMaps(lines, file: "numa_maps")
}

@Suite struct NUMAMapsTests {
    @Test func pagesAreCountedPerNodeAndRange() throws {
        let maps = try maps(
            """
            1000 default anon=5 dirty=5 N0=3 N12=2 kernelpagesize_kB=4
            2000 bind:1 anon=7 dirty=7 active=0 N1=7 kernelpagesize_kB=4
            3000 default file=/tmp/N5=x mapped=1 N0=1 kernelpagesize_kB=4
            4000 default
            """)
        #expect(maps.pagesPerNode(in: 0x1000..<0x3000) == [id(0): 3, id(12): 2, id(1): 7])
        #expect(maps.pagesPerNode(in: 0x1001..<0x3001) == [id(1): 7, id(0): 1])
        #expect(maps.pagesPerNode(in: 0x4000..<0x5000) == [:])
    }

    @Test(arguments: [
        "xyz default N0=1", " ", "1000 default N9999=1", "1000 default N0=99999999999999999999", "1000 default N0=-1",
    ])
    func garbageIsATypedError(line: String) throws {
        do {
            _ = try maps("1000 default N0=1\n" + line)
            Issue.record("taken")
        } catch HostError.malformed(_, let at, _) {
            #expect(at == 2)
        }
    }
}
