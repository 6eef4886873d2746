import CPrimitives

/// Patterns of allocating and freeing that are measured: loops inside the model's module, as a call from another
/// module for each page would be a good part of the time.
public struct AllocationPattern: Sendable {
    private let machine: Machine
    private let cpu: Stable<CPUState>

    /// Patterns run as CPU `cpu`, by one thread at a time. Returns `nil` if the machine has no such CPU.
    public init?(_ machine: Machine, cpu: CPUID) {
        guard let state = machine.cpu(cpu) else { return nil }
        self.machine = machine
        self.cpu = state
    }

    /// Last in, first out: one block allocated and freed, `pairs` times. Returns the pairs that succeeded.
    @inline(never)
    public func lifo(pairs: Int, order: Order = 0, _ gfp: GFP) -> Int {
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        return order == 0 ? lifo(pairs, 0, gfp) : lifo(pairs, UInt32(order.rawValue), gfp)
    }

    // A loop for single frames and one for blocks, each with what it needs in registers.
    @inline(__always) private func lifo(_ pairs: Int, _ order: UInt32, _ gfp: GFP) -> Int {
        var done = 0
        for _ in 0..<pairs {
            let pfn = cpu.value.allocatePlainly(order, gfp)
            if pfn == CPUState.noFrame || cpu.value.freePlainly(pfn, order) != nil { break }
            done &+= 1
        }
        return done
    }

    /// `size` blocks allocated, then all freed in the same order, `rounds` times. Returns the pairs that succeeded.
    @inline(never)
    public func batch(rounds: Int, size: Int, order: Order = 0, _ gfp: GFP) -> Int {
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        let bits = UInt32(order.rawValue)
        return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: size) { frames in
            var done = 0
            for _ in 0..<rounds {
                for index in 0..<size { unsafe frames[index] = cpu.value.allocate(bits, gfp) }
                for index in 0..<size where unsafe frames[index] != CPUState.noFrame {
                    if unsafe cpu.value.free(frames[index], bits) == nil { done &+= 1 }
                }
            }
            return done
        }
    }

    /// ``batch(rounds:size:order:_:)`` of single frames, by one call for all allocations and one for all frees.
    @inline(never)
    public func bulk(rounds: Int, size: Int, _ gfp: GFP) -> Int {
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        var done = 0
        unsafe withUnsafeTemporaryAllocation(of: PFN.self, capacity: size) { frames in
            for _ in 0..<rounds {
                var count = 0
                _ = cpu.value.allocateBulk(size, gfp) {
                    unsafe frames[count] = PFN($0)
                    count &+= 1
                }
                let taken = UnsafeBufferPointer(frames.extracting(0..<count))
                if unsafe cpu.value.freeBulk(taken.span) == nil { done &+= count }
            }
        }
        return done
    }

    /// A pool of `size` frames, of which a random one is freed and replaced, `pairs` times.
    @inline(never)
    public func pool(pairs: Int, size: Int, _ gfp: GFP, seed: UInt64 = 1) -> Int {
        precondition((1...Int(Int32.max)).contains(size))
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        var random = seed
        var done = 0
        unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: size) { frames in
            for index in 0..<size { unsafe frames[index] = cpu.value.allocate(0, gfp) }
            for _ in 0..<pairs {
                random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let index = Int(UInt32(truncatingIfNeeded: random &>> 33) % UInt32(size))
                if unsafe cpu.value.free(frames[index], 0) == nil { done &+= 1 }
                unsafe frames[index] = cpu.value.allocate(0, gfp)
            }
            for index in 0..<size { _ = unsafe cpu.value.free(frames[index], 0) }
        }
        return done
    }

    /// Blocks allocated and sent to another thread, which takes them with ``take(_:from:)``. Returns those that were.
    @inline(never)
    public func give(_ blocks: Int, _ gfp: GFP, to line: FrameLine) -> Int {
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        var done = 0
        for _ in 0..<blocks {
            let pfn = cpu.value.allocate(0, gfp)
            if pfn == CPUState.noFrame { break }
            line.put(HeldBlock(pfn, order: 0, isLocal: true, cookie: 0))
            done &+= 1
        }
        return done
    }

    /// As many blocks freed as another thread sends. Returns those that were freed without complaint.
    @inline(never)
    public func take(_ blocks: Int, from line: FrameLine) -> Int {
        cpu.value.beginActing()
        defer { cpu.value.endActing() }
        var done = 0
        for _ in 0..<blocks where cpu.value.free(line.take().pfn, 0) == nil { done &+= 1 }
        return done
    }
}

/// What two threads hand frames over with: one puts, one takes, both wait.
public final class FrameLine: Sendable {
    private let ring = HandoverRing()

    /// Nothing in hand.
    public init() {}

    @inline(__always) fileprivate func put(_ block: HeldBlock) {
        var wait = Wait()
        while !ring.put(block) { wait.aLittle() }
    }

    @inline(__always) fileprivate func take() -> HeldBlock {
        var wait = Wait()
        while true {
            let block = ring.take()
            if block.isSome { return block }
            wait.aLittle()
        }
    }
}

/// A spin that gives its CPU away after a while.
private struct Wait {
    private var looks = 0

    @inline(__always) mutating func aLittle() {
        looks &+= 1
        if looks & 4095 != 0 { cprim_pause() } else { cprim_yield() }
    }
}
