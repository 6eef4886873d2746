import CHostShims
import Glibc
import Testing

@testable import HostNUMA

/// What a container's system call filter leaves: filters are per thread and inherited, so a thread of its own
/// stands for the container.
@Suite struct SystemCallFilterTests {
    private static let memoryPolicy = Int32(CHOST_FORBID_MEMORY_POLICY.rawValue)
    private static let affinity = Int32(CHOST_FORBID_AFFINITY.rawValue)

    /// Runs `body` where the calls fail with `error`; nil, with a printed reason, if filters can't be had.
    private func forbidding<Value: Sendable>(
        _ calls: Int32, with error: Int32, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value? {
        let container = try PinnedExecutor(.anywhere, name: "container")
        return try container.runBlocking {
            let code = chost_forbid(calls, error)
            guard code == 0 else {
                print("skipped: no system call filter here: \(errorText(code))")
                return nil
            }
            return try body()
        }
    }

    @Test(arguments: [EPERM, ENOSYS])
    func theNodesAreStillThere(error: Int32) throws {
        let free = try HostTopology.current()
        guard let host = try forbidding(Self.memoryPolicy, with: error, { try Host.current() }) else { return }
        #expect(host.topology.source != .libnuma)
        #expect(host.topology.nodes.map(\.id) == free.nodes.map(\.id))
        #expect(host.topology.nodes.map(\.cpus) == free.nodes.map(\.cpus))
        #expect(host.topology.nodes.map(\.memoryTotal) == free.nodes.map(\.memoryTotal))
        #expect(host.topology.distances == free.distances)
    }

    @Test(arguments: [EPERM, ENOSYS])
    func whatIsForbiddenIsSaid(error: Int32) throws {
        guard let host = try forbidding(Self.memoryPolicy, with: error, { try Host.current() }) else { return }
        let binding = host.binding
        for (name, ability) in [
            ("mbind", binding.mbind), ("move_pages", binding.movePages), ("get_mempolicy", binding.getMempolicy),
        ] {
            guard host.topology.hasNUMA || name != "mbind" else { continue }
            #expect(ability == .refused(reason: "\(name): \(errorText(error))"))
        }
    }

    @Test func memoryIsFirstTouchedAndReadFromNumaMaps() throws {
        let measured = try forbidding(Self.memoryPolicy, with: EPERM) {
            () -> [(way: PlacementWay, placement: Placement)] in
            let host = try Host.current()
            guard host.binding.setAffinity.works else {
                print("skipped: \(host.binding.setAffinity)")
                return []
            }
            return try host.topology.nodes.filter { $0.hasUsableMemory && !$0.cpus.isEmpty }.map { node in
                let memory = try NodeMemory(byteCount: 8 << 20, on: node.id, of: host)
                return (memory.way, try memory.placement())
            }
        }
        for (way, placement) in measured ?? [] {
            #expect("\(way)" == "first-touch")
            guard placement.method != .none else {
                print("skipped: this kernel has no numa_maps")
                continue
            }
            #expect(placement.method == .numaMaps)
            #expect(placement.checkedPages == (8 << 20) / ReservedMemory.pageSize)
            #expect(placement.isAsExpected)
        }
    }

    @Test func neighbouringPartsAreCountedApart() throws {
        let part = 32 * ReservedMemory.pageSize
        let counts = try forbidding(Self.memoryPolicy, with: EPERM) { () -> [Int] in
            let host = try Host.current()
            guard let node = host.topology.nodes.first(where: { $0.hasUsableMemory && !$0.cpus.isEmpty }),
                try NUMAMaps(root: "") != nil
            else { return [] }
            let memory = try ReservedMemory(byteCount: 8 * part)
            return try (0..<3).map { index in
                let range = (2 + index) * part..<(3 + index) * part
                let way = try memory.bind(range, to: node.id, of: host)
                try memory.populate(range, way: way)
                return try Placement(
                    of: memory.address + range.lowerBound, byteCount: part, expected: node.id
                ).checkedPages
            }
        }
        for count in counts ?? [] { #expect(count == 32) }
    }

    @Test func nodesWithoutCPUsAreNamedUnreachable() throws {
        let tree = try FixtureTree(
            ["\(FixtureTree.nodes)online": "0-1\n"]
                + FixtureTree.node(0, cpus: "0", totalKB: 4000, freeKB: 1000, distances: "10 20")
                + FixtureTree.node(1, cpus: "", totalKB: 4000, freeKB: 1000, distances: "20 10"))
        let root = tree.root
        let ways = try forbidding(Self.memoryPolicy, with: EPERM) { () -> [String] in
            let topology = try HostTopology(root: root)
            let host = Host(topology: topology, binding: try BindingCapability(probing: topology))
            return topology.nodes.map { node in
                do throws(HostError) { return "\(try host.way(to: node.id))" } catch { return "\(error)" }
            }
        }
        guard let ways, try Host.current().binding.setAffinity.works else { return }
        #expect(ways[0] == "first-touch")
        #expect(ways[1].hasPrefix("node 1 is unreachable: mbind: "))
        #expect(ways[1].contains("no CPU"))
    }

    @Test func withoutPinningThreadsRunUnpinnedAndSaySo() throws {
        let pinning = try forbidding(Self.affinity, with: EPERM) { () -> Pinning in
            let cpu = try HostTopology.current().cpus[0]
            let executor = try PinnedExecutor(.cpu(cpu), name: "unpinned")
            return executor.runBlocking { executor.pinning }
        }
        guard let pinning else { return }
        #expect(pinning == .refused(reason: "sched_setaffinity: \(errorText(EPERM))"))
    }

    @Test func withNeitherRightOneNodeStillHasMemory() throws {
        let outcomes = try forbidding(Self.memoryPolicy | Self.affinity, with: EPERM) { () -> [String] in
            let host = try Host.current()
            return host.topology.nodes.map { node in
                do throws(HostError) {
                    return "\(try NodeMemory(byteCount: 1 << 20, on: node.id, of: host).way)"
                } catch {
                    return "\(error)"
                }
            }
        }
        guard let outcomes else { return }
        let usable = try HostTopology.current().nodes.filter(\.hasUsableMemory).count
        if usable == 1 {
            #expect(outcomes.contains("only-node"))
        } else {
            for outcome in outcomes { #expect(outcome.contains("unreachable")) }
        }
    }
}
