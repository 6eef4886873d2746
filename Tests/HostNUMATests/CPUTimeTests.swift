import Testing

@testable import HostNUMA

struct CPUTimeTests {
    private func time(_ line: String) throws -> CPUTime? {
        let tree = try FixtureTree(["proc/stat": line + "\ncpu0 1 2 3\n"])
        return withExtendedLifetime(tree) { CPUTime.current(root: tree.root) }
    }

    @Test func stolenIsAPartOfAll() throws {
        let then = try #require(try time("cpu  100 0 0 100 0 0 0 0 0 0"))
        let now = try #require(try time("cpu  150 0 10 130 0 0 0 10 7 7"))
        #expect(now.total == 300 && now.stolen == 10)
        #expect(now.stolenPercent(since: then) == 10)
        #expect(then.stolenPercent(since: now) == nil && now.stolenPercent(since: now) == nil)
    }

    @Test(arguments: [
        "", "cpu", "cpu 1 2 3", "cpu a b c d e f g h", "cpu0 1 2 3 4 5 6 7 8",
        "cpu 9223372036854775807 1 0 0 0 0 0 0", "cpu -1 0 0 0 0 0 0 0",
    ])
    func whatIsNoCountIsUnknown(_ line: String) throws { #expect(try time(line) == nil) }
}
