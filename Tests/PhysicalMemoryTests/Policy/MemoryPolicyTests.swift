import PhysicalMemory
import Testing

@Suite struct MemoryPolicyTests {
    @Test func nodesAreFoldedMappedAndRemapped() {
        #expect(NodeMask([0, 5, 7]).folded(onto: 4) == [0, 1, 3])
        #expect(NodeMask([0, 5]).folded(onto: 0) == [])
        #expect(NodeMask([0, 2, 9]).mapped(onto: [4, 5, 8]) == [4, 8])
        #expect(NodeMask([1, 2]).remapped(from: [1, 2, 3], to: [4, 6]) == [4, 6])
        #expect(NodeMask([3]).remapped(from: [1, 2, 3], to: [4, 6]) == [4], "the third wraps around to the first")
        #expect(NodeMask([7]).remapped(from: [1, 2], to: [4]) == [7], "a node that was not allowed stays")
        #expect(NodeMask([1]).remapped(from: [1], to: []) == [1])
        #expect(NodeMask([0, 3]).relative(to: [2, 4, 6]) == [2], "both are the first place of three")
    }

    @Test func plainNodesFollowTheAllowedOnes() throws {
        var policy = try MemoryPolicy(.interleave, nodes: [0, 2], usable: [0, 1, 2, 3])
        policy.rebind(to: [4, 5, 6, 7])
        #expect(policy.nodes == [4, 6])
        policy.rebind(to: [1])
        #expect(policy.nodes == [1])
        policy.rebind(to: [0, 1, 2, 3])
        #expect(policy.nodes == [0], "what was folded away does not come back")
        policy.rebind(to: [])
        #expect(policy.nodes == [0])
    }

    @Test func staticNodesStayThemselves() throws {
        var policy = try MemoryPolicy(.bind, nodes: [0, 2], flags: .staticNodes, usable: [0, 1, 2])
        policy.rebind(to: [1, 2])
        #expect(policy.nodes == [2])
        policy.rebind(to: [1, 3])
        #expect(policy.nodes == [1, 3], "none of them is left, so all that are allowed")
        policy.rebind(to: [0, 1, 2, 3])
        #expect(policy.nodes == [0, 2])
    }

    @Test func relativeNodesArePlaces() throws {
        var policy = try MemoryPolicy(.weightedInterleave, nodes: [0, 2], flags: .relativeNodes, usable: [3, 4, 5])
        #expect(policy.nodes == [3, 5])
        policy.rebind(to: [1, 2])
        #expect(policy.nodes == [1], "place 2 of two is place 0")
    }

    @Test(arguments: [MemoryPolicy.Mode.preferred, .preferredMany])
    func wishesKeepTheirNodes(mode: MemoryPolicy.Mode) throws {
        var policy = try MemoryPolicy(mode, nodes: [1, 2], usable: [0, 1, 2])
        let nodes = policy.nodes
        #expect(nodes == (mode == .preferred ? [1] : [1, 2]))
        policy.rebind(to: [0])
        #expect(policy.nodes == nodes)
    }

    @Test func whatTheKernelRefuses() throws {
        func error(
            _ mode: MemoryPolicy.Mode, _ nodes: NodeMask, _ flags: MemoryPolicy.Flags = [], home: NodeID? = nil
        ) -> MemoryPolicyError? {
            do throws(MemoryPolicyError) {
                _ = try MemoryPolicy(mode, nodes: nodes, flags: flags, homeNode: home, usable: [0, 1])
                return nil
            } catch { return error }
        }
        #expect(error(.bind, []) == .noNodes(.bind))
        #expect(error(.interleave, [2]) == .noUsableNode([2]))
        #expect(error(.local, [0]) == .nodesOfLocal)
        #expect(error(.local, [], .staticNodes) == .flagsWithoutNodes)
        #expect(error(.preferred, [], .relativeNodes) == .flagsWithoutNodes)
        #expect(error(.bind, [0], [.staticNodes, .relativeNodes]) == .staticAndRelative)
        #expect(error(.interleave, [0], home: 1) == .homeNode(.interleave))
        #expect(try MemoryPolicy(.preferred, usable: [0]).mode == .local)
        #expect(try MemoryPolicy(.bind, nodes: [0, 9], usable: [0, 1]).nodes == [0])
    }
}
