import Foundation
import PhysicalMemory
import Synchronization
import TestSupport
import Testing

/// Threads that act as CPUs of one machine at once, and hand each other blocks to free.
@Suite struct ConcurrencyTests {
    @Test(arguments: [1, 2, 3]) func nothingIsLostAndNothingHandedOutTwice(nodes: Int) throws {
        let machine = try Machine(MachineSpec.nodes(nodes, mebibytes: 64))
        let cpus = nodes * 2
        let post = (0..<cpus).map { _ in PostBox() }
        let left = PostBox()
        let steps = 20_000
        DispatchQueue.concurrentPerform(iterations: cpus) { index in
            var random = SeededGenerator(seed: UInt64(index) + 11)
            var held: [Holding] = []
            let cpu = CPUID(index)
            for step in 0..<steps {
                for block in post[index].takeAll() { held.append(block) }
                if Int.random(in: 0..<100, using: &random) < 52 {
                    let order = Order([0, 0, 0, 0, 1, 2, 3, 5, 9][Int.random(in: 0..<9, using: &random)])
                    var gfp: GFP = [.kernel, .highUserMovable, .atomic][Int.random(in: 0..<3, using: &random)]
                    if order > 0 && step % 3 == 0 { gfp.insert(.compound) }
                    if let pfn = try? machine.allocate(order, gfp.union(.noRetry), on: cpu) {
                        held.append(Holding(pfn: pfn, order: order))
                    }
                } else if !held.isEmpty {
                    let block = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                    if step % 5 == 0 {
                        post[(index + 1) % cpus].put(block)
                    } else {
                        do {
                            try machine.free(block.pfn, order: block.order, on: cpu)
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
                if step % 4999 == 0 { machine.drain(CPUID((index + 1) % cpus), on: cpu) }
            }
            for block in held { left.put(block) }
        }
        let held = left.takeAll() + post.flatMap { $0.takeAll() }
        let audit = machine.audit(holding: held)
        #expect(audit.isClean, "\(audit)")
        #expect(machine.badPageCount == 0)
        for block in held { try machine.free(block.pfn, order: block.order, on: 0) }
        machine.drainAll(on: 0)
        let end = machine.audit(holding: [])
        #expect(end.isClean && end.pcp == 0 && end.allocated == 0, "\(end)")
    }
}

/// Blocks on their way to another thread.
private final class PostBox: Sendable {
    // Foundation's lock: ThreadSanitizer knows it, but not Synchronization.Mutex.
    private let lock = NSLock()
    // Reached only under the lock.
    nonisolated(unsafe) private var blocks: [Holding] = []

    func put(_ block: Holding) { lock.withLock { blocks.append(block) } }
    func takeAll() -> [Holding] {
        lock.withLock {
            defer { blocks = [] }
            return blocks
        }
    }
}
