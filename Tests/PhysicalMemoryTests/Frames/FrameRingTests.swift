import TestSupport
import Testing

@testable import PhysicalMemory

@Suite struct FrameRingTests {
    /// Whatever is done at either end, over growth and around the array's end, an array shows the same.
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func isWhatAnArrayIs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ring = FrameRing()
        var model: [FrameOffset] = []
        var widest = 0
        for step in 0..<20_000 {
            let frame = FrameOffset(step)
            // Now the list grows, now it shrinks.
            let puts = UInt64(step / 2000 % 2 == 0 ? 6 : 4)
            if ring.isFull { ring.makeRoom() }
            if random.next() % 10 < puts || model.isEmpty {
                if random.next() & 1 == 0 {
                    ring.prepend(frame)
                    model.insert(frame, at: 0)
                } else {
                    ring.append(frame)
                    model.append(frame)
                }
            } else if random.next() & 1 == 0 {
                #expect(ring.removeFirst() == model.removeFirst())
            } else {
                let last = ring.last(0)
                #expect(last == model.removeLast())
                ring.removeLast(1)
            }
            let (count, isEmpty) = (ring.count, ring.isEmpty)
            #expect(count == model.count && isEmpty == model.isEmpty)
            widest = max(widest, model.count)
            if step % 1000 == 999 {
                for place in model.indices { #expect(ring[place] == model[place]) }
            }
        }
        #expect(widest > 128, "the list never had to grow twice")
    }

    @Test func severalAreTakenAndPutAtOnce() {
        var ring = FrameRing()
        for frame in 0..<40 as Range<FrameOffset> {
            if ring.isFull { ring.makeRoom() }
            ring.append(frame)
        }
        var run = ring.headRun
        #expect((0..<30).map { _ in run.take() } == Array(0..<30))
        let untouched = ring.count
        #expect(untouched == 40)
        ring.moveHead(to: run)
        let (left, room) = (ring.count, ring.room)
        #expect(left == 10 && room >= 30)
        run = ring.headRun
        for frame in 100..<100 + FrameOffset(room) { run.put(frame) }
        ring.moveHead(to: run)
        let (isFull, first, last) = (ring.isFull, ring[0], ring[ring.count - 1])
        #expect(isFull && first == 99 + FrameOffset(room) && last == 39)
        ring.makeRoom()
        let after = (ring.count, ring[0], ring[room], ring.room > 0)
        #expect(after == (10 + room, 99 + FrameOffset(room), 30, true))
    }
}
