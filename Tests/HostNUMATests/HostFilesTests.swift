import Testing

@testable import HostNUMA

private let cpu0 = HostCPU(rawValue: 0)!
private let cache = "sys/devices/system/cpu/cpu0/cache/"

@Suite struct HostFilesTests {
    @Test func theLastCacheIsFound() throws {
        let tree = try FixtureTree([
            "\(cache)index0/type": "Data\n", "\(cache)index0/level": "1\n", "\(cache)index0/size": "32K\n",
            "\(cache)index1/type": "Instruction\n", "\(cache)index1/level": "1\n", "\(cache)index1/size": "32K\n",
            "\(cache)index2/type": "Unified\n", "\(cache)index2/level": "3\n", "\(cache)index2/size": "16M\n",
            "\(cache)index2/coherency_line_size": "128\n",
        ])
        let last = try #require(try HostCache.lastLevel(of: cpu0, root: tree.root))
        #expect(last.level == 3 && last.byteCount == 16 << 20 && last.lineBytes == 128)
        #expect(try HostCache.lastLevel(of: HostCPU(rawValue: 1)!, root: tree.root) == nil)
    }

    @Test(arguments: ["", "K", "12X", "-1K", "99999999999999999999K", "9223372036854775807K"])
    func aSizeThatIsNoneIsATypedError(size: String) throws {
        let tree = try FixtureTree([
            "\(cache)index0/type": "Data\n", "\(cache)index0/level": "1\n", "\(cache)index0/size": size,
        ])
        #expect(throws: HostError.self) { try HostCache.lastLevel(of: cpu0, root: tree.root) }
    }

    @Test func theTightestGroupLimits() throws {
        let tree = try FixtureTree([
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "5\n",
            "sys/fs/cgroup/a/memory.max": "1000\n", "sys/fs/cgroup/a/memory.current": "700\n",
            "sys/fs/cgroup/a/memory.stat": "anon 600\ninactive_file 100\n",
        ])
        #expect(try MemoryLimit(root: tree.root).remainingBytes == 400)
    }

    @Test func versionOneOfControlGroups() throws {
        let tree = try FixtureTree([
            "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "500\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "900\n",
        ])
        #expect(try MemoryLimit(root: tree.root).remainingBytes == 0)
    }

    @Test func versionOneWithoutALimit() throws {
        let tree = try FixtureTree([
            "proc/self/cgroup": "4:memory:/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "900\n",
        ])
        #expect(try MemoryLimit(root: tree.root).remainingBytes == nil)
    }

    @Test(arguments: ["", "garbage\n", "0::/../../x\n", "0::\n::::\n", "4:memory:/gone\n"])
    func withoutALimitNothingLimits(groups: String) throws {
        let tree = try FixtureTree(["proc/self/cgroup": groups])
        #expect(try MemoryLimit(root: tree.root).remainingBytes == nil)
    }

    @Test func hugePagesOfMappingsWithinARange() throws {
        let tree = try FixtureTree([
            "smaps": """
            1000-3000 rw-p 00000000 00:00 0 [heap]
            Size:                  8 kB
            AnonHugePages:      2048 kB
            VmFlags: rd wr
            3000-5000 rw-p 00000000 00:00 0
            AnonHugePages:      4096 kB
            """
        ])
        let file = try #require(try HostFile(tree.root + "/smaps"))
        #expect(try HugePages.bytes(in: 0x1000..<0x5000, file) == 6 << 20)
        #expect(try HugePages.bytes(in: 0x1000..<0x4000, file) == 2 << 20)
        #expect(try HugePages.bytes(in: 0x1001..<0x3000, file) == 0)
    }
}
