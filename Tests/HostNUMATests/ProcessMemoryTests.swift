import Glibc
import Testing

@testable import HostNUMA

@Suite struct ProcessMemoryTests {
    private func node(_ number: Int) -> HostNodeID { HostNodeID(rawValue: number)! }

    private func memory(_ maps: String) throws -> ProcessMemory {
        let tree = try FixtureTree(["proc/42/numa_maps": maps, "proc/42/comm": "some prog\n"])
        return try ProcessMemory(of: 42, root: tree.root)
    }

    @Test func pagesCountByNodeAndKind() throws {
        let memory = try memory(
            """
            1000 default file=/usr/bin/a\\040b mapped=3 anon=1 N0=2 N1=1 kernelpagesize_kB=4
            2000 bind:1 anon=7 dirty=7 active=0 N1=7 kernelpagesize_kB=4
            3000 default heap anon=5 N0=5 kernelpagesize_kB=4
            4000 default stack anon=2 N0=2 kernelpagesize_kB=4
            5000 interleave:0-1 file=/dev/hugepages/x huge anon=3 dirty=3 N0=2 N1=1 kernelpagesize_kB=2048
            6000 default

            """)
        #expect(memory.name == "some prog")
        #expect(memory.nodes == [node(0), node(1)])
        #expect(memory.mappings.count == 5)
        #expect(memory.mappings[0].file == "/usr/bin/a b" && memory.mappings[0].kind == .file)
        #expect(memory.bytes(.anonymous, on: node(1)) == 7 * 4096)
        #expect(memory.bytes(.heap, on: node(0)) == 5 * 4096)
        #expect(memory.bytes(.stack, on: node(0)) == 2 * 4096)
        #expect(memory.bytes(.huge, on: node(0)) == 4 << 20)
        #expect(memory.bytes(on: node(0)) == 4 << 20 + (2 + 5 + 2) * 4096)
        #expect(memory.anonymousBytes == (1 + 7 + 5 + 2) * 4096 + 6 << 20)
        #expect(memory.mappings[4].policy == "interleave:0-1")
    }

    @Test func aKernelThreadHasNone() throws {
        #expect(try memory("").mappings.isEmpty)
    }

    @Test(arguments: [
        "xyz default N0=1", "1000", "1000 default N9999=1", "1000 default N0=-1", "1000 default anon=1x N0=1",
        "1000 default N0=1 kernelpagesize_kB=0", "1000 default N0=99999999999999999999",
    ])
    func garbageIsATypedError(_ line: String) throws {
        let failure = #expect(throws: ProcessMemoryError.self) { try memory("2000 default\n\(line)\n") }
        guard case .host(.malformed(_, 2, _)) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func numbersThatAreTooLargeStayNumbers() throws {
        let most = "N0=1099511627776 N1=1099511627776 kernelpagesize_kB=16777216"
        let memory = try memory((1...20).map { "\($0)000 default \(most)" }.joined(separator: "\n"))
        #expect(memory.bytes(on: node(0)) > 1 << 60)
    }

    @Test func whyThereIsNothing() throws {
        let tree = try FixtureTree(["proc/42/comm": "x\n", "proc/44/numa_maps": ""])
        #expect(throws: ProcessMemoryError.noSuchProcess(pid: 43)) { try ProcessMemory(of: 43, root: tree.root) }
        #expect(throws: ProcessMemoryError.notKept(file: tree.root + "/proc/42/numa_maps")) {
            try ProcessMemory(of: 42, root: tree.root)
        }
        chmod(tree.root + "/proc/44/numa_maps", 0)
        guard access(tree.root + "/proc/44/numa_maps", R_OK) != 0 else {
            print("skipped: this user may read everything")
            return
        }
        #expect(throws: ProcessMemoryError.noRight(pid: 44, file: tree.root + "/proc/44/numa_maps")) {
            try ProcessMemory(of: 44, root: tree.root)
        }
    }

    @Test func thisProcessHasMemory() throws {
        guard access("/proc/self/numa_maps", R_OK) == 0 else {
            print("skipped: no /proc/self/numa_maps")
            return
        }
        let memory = try ProcessMemory(of: Int(getpid()))
        #expect(memory.nodes.reduce(0) { $0 + memory.bytes(on: $1) } > 1 << 20)
    }
}
