/// One cycle through all lines of a piece of memory at a constant distance, lap after lap, each a line further.
///
/// Every line is visited once before the first comes again, so caches help no more than in a random walk; what
/// makes this one faster is that prefetchers see where it goes.
struct StridedCycle {
    let start: UnsafeMutableRawPointer
    let lineCount: Int

    /// Writes the cycle. `strideBytes` is a multiple of `lineBytes`, and both are positive.
    ///
    /// Complexity: O(lines).
    init(at start: UnsafeMutableRawPointer, byteCount: Int, lineBytes: Int, strideBytes: Int) {
        precondition(lineBytes > 0 && strideBytes >= lineBytes && strideBytes % lineBytes == 0, "no stride of lines")
        let lines = byteCount / lineBytes
        let step = strideBytes / lineBytes
        precondition(lines >= 1, "no line fits")
        // Sound: every link is the first word of a line that lies within the bytes.
        func link(_ line: Int, to next: Int) {
            (start + line * lineBytes).storeBytes(
                of: UInt(bitPattern: start + next * lineBytes), as: UInt.self)
        }
        for lap in 0..<min(step, lines) {
            var line = lap
            while line + step < lines {
                link(line, to: line + step)
                line += step
            }
            link(line, to: lap + 1 < min(step, lines) ? lap + 1 : 0)
        }
        self.start = start
        lineCount = lines
    }
}
