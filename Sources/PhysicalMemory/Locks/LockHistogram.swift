import CPrimitives

/// How often spans of which length were seen, in ticks: log-linear buckets as ``PairTimes`` has them, known to 6 %.
///
/// Anybody may record at any time.
struct LockHistogram: ~Copyable {
    /// 2⁴⁰ ticks, some minutes, and all that is longer.
    static var bucketCount: Int { 37 * 16 + 16 }

    private let counts: ZeroedCounts
    private let greatest = SharedInt()

    init(_ counts: ZeroedCounts) { self.counts = counts }

    /// Complexity: O(1).
    borrowing func record(_ ticks: Int) {
        // A thread that moved between CPUs whose counters differ may read less than nothing.
        let span = Swift.max(ticks, 0)
        counts[Swift.min(PairTimes.bucket(of: UInt64(span)), Self.bucketCount - 1)].add(1)
        greatest.raise(to: span)
    }

    /// Forgets all spans. Nobody may record meanwhile.
    borrowing func reset() {
        for bucket in 0..<Self.bucketCount where counts[bucket].load() != 0 { counts[bucket].store(0) }
        greatest.store(0)
    }

    /// The spans recorded, shortest first.
    borrowing func times() -> LockTimes {
        let scale = CycleClock.nanosecondsPerTick()
        var samples: [PairSample] = []
        for bucket in 0..<Self.bucketCount {
            let count = counts[bucket].load()
            guard count > 0 else { continue }
            let (least, width) = PairTimes.times(of: bucket)
            let middle = Swift.min(Double(least) + Double(width - 1) / 2, Double(greatest.load()))
            samples.append(PairSample(nanoseconds: middle * scale, count: count))
        }
        return LockTimes(samples: samples, greatestNanoseconds: Double(greatest.load()) * scale)
    }
}

/// Shared counts, zero at first; memory that is not counted in is not touched.
///
/// Sound because only ``LockRecorder`` makes and releases it, and counts are reached one by one as shared words.
@safe struct ZeroedCounts: @unchecked Sendable {
    private let start: UnsafeMutablePointer<SharedInt>

    init(count: Int) {
        guard let memory = unsafe cprim_zeroed(UInt64(count * MemoryLayout<SharedInt>.stride)) else {
            fatalError("no memory for \(count) counts")
        }
        // Eight zero bytes are a count of 0.
        unsafe start = memory.assumingMemoryBound(to: SharedInt.self)
    }

    private init(start: UnsafeMutablePointer<SharedInt>) { unsafe self.start = start }

    subscript(index: Int) -> SharedInt {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(start + index) }
    }

    /// The counts from number `first` on. They live as long as the whole.
    func suffix(from first: Int) -> ZeroedCounts { unsafe ZeroedCounts(start: start + first) }

    func release() { unsafe cprim_release(start) }
}
