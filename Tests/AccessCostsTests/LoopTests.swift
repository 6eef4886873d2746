import Testing

@testable import AccessCosts

@Suite struct LoopTests {
    private func withArrays(_ byteCount: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 3 * byteCount + 128, alignment: 128)
        defer { memory.deallocate() }
        let doubles = memory.bindMemory(to: Double.self, capacity: (3 * byteCount + 128) / 8)
        for index in 0..<(3 * byteCount + 128) / 8 { doubles[index] = Double(index) }
        body(memory)
    }

    @Test(arguments: [128, 384, 1280], [1, 2, 5])
    func aRoundMovesEveryWordAndNoneBeyond(byteCount: Int, pieces: Int) {
        for setting in BandwidthSetting.all {
            withArrays(byteCount) { memory in
                let count = byteCount / 8
                let before = (0..<3 * count + 16).map { memory.load(fromByteOffset: $0 * 8, as: Double.self) }
                var loop = MemoryLoop(
                    setting.kernel, streaming: setting.streaming, at: memory, byteCount: byteCount,
                    pieceBytes: byteCount / pieces)
                var bytes = 0
                while bytes < byteCount * setting.kernel.arrays { bytes += loop.advance() }
                for index in 0..<3 * count + 16 {
                    let expected: Double
                    switch setting.kernel {
                    case _ where index >= count: expected = before[index]
                    case .read: expected = before[index]
                    case .write: expected = 1
                    case .copy: expected = before[index + count]
                    case .triad: expected = before[index + count] + 3 * before[index + 2 * count]
                    }
                    #expect(memory.load(fromByteOffset: index * 8, as: Double.self) == expected)
                }
            }
        }
    }

    @Test func readingReadsEveryWord() {
        let byteCount = 1024
        withArrays(byteCount) { memory in
            var loop = MemoryLoop(.read, streaming: false, at: memory, byteCount: byteCount, pieceBytes: byteCount)
            _ = loop.advance()
            let first = loop.digest
            for word in 0..<byteCount / 8 {
                let bits = memory.load(fromByteOffset: word * 8, as: UInt64.self)
                memory.storeBytes(of: bits ^ 1, toByteOffset: word * 8, as: UInt64.self)
                var again = MemoryLoop(.read, streaming: false, at: memory, byteCount: byteCount, pieceBytes: byteCount)
                _ = again.advance()
                #expect(again.digest != first, "word \(word)")
                memory.storeBytes(of: bits, toByteOffset: word * 8, as: UInt64.self)
            }
        }
    }

    @Test(arguments: [1, 2, 7, 64, 100], [64, 128, 512, 4096])
    func aStridedCycleVisitsEveryLineOnce(lines: Int, strideBytes: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: lines * 64, alignment: 64)
        defer { memory.deallocate() }
        let cycle = StridedCycle(at: memory, byteCount: lines * 64, lineBytes: 64, strideBytes: strideBytes)
        var seen = Set<UnsafeMutableRawPointer>()
        var at = cycle.start
        for _ in 0..<lines {
            seen.insert(at)
            at = chase(at, 1)
        }
        #expect(seen.count == lines && cycle.lineCount == lines && at == cycle.start)
    }
}
