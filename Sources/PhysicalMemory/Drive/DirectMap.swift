/// Where the frames of a backed machine can be touched.
///
/// *Kernel counterpart:* the direct map, `page_address`.
public final class DirectMap: Sendable {
    /// A zone's frames from `frames.lowerBound` on lie at `address` and after, one page behind the other.
    @safe public struct Part: @unchecked Sendable {
        // Sound because an address is only a number until a map uses it, and the map's owner keeps the memory.
        /// The zone whose frames they are.
        public let zone: ZoneName
        /// The frames, end exclusive.
        public let frames: Range<PFN>
        /// Where the first of them can be touched.
        public let address: UnsafeMutableRawPointer

        /// `frames` of `zone` can be touched from `address` on; that memory is the caller's to keep as long as the map
        /// lives.
        public init(zone: ZoneName, frames: Range<PFN>, address: UnsafeMutableRawPointer) {
            self.zone = zone
            self.frames = frames
            unsafe self.address = address
        }
    }

    /// By zone number.
    let marks: FrameMarks
    private let owner: any AnyObject & Sendable

    /// A map of `parts`, at most one a zone. `owner` keeps their memory, which must stay where it is.
    ///
    /// Every managed frame of a zone with a part must lie in it.
    public init(_ machine: Machine, _ parts: [Part], owner: any AnyObject & Sendable) {
        self.owner = owner
        let shift = UInt64(machine.layout.pageSize.rawValue.trailingZeroBitCount)
        marks = unsafe FrameMarks(
            pageShift: shift,
            windows: StableArray(count: machine.zones.count) { number in
                let zone = machine.zones[number]
                let name = ZoneName(node: zone.value.node, zone: zone.value.type)
                guard let part = parts.first(where: { $0.zone == name }) else { return unsafe .init() }
                return unsafe .init(
                    first: part.frames.lowerBound.rawValue, end: part.frames.upperBound.rawValue,
                    address: part.address)
            })
    }

    deinit { unsafe marks.windows.release() }

    /// The address of a frame; `nil` if it is not backed.
    public func address(of pfn: PFN, in machine: Machine) -> UnsafeMutableRawPointer? {
        guard let zone = machine.zone(of: pfn) else { return nil }
        return unsafe marks.address(of: pfn.rawValue, zone: zone.value.number)
    }
}

/// Marks in the memory of held frames: each frame of a block carries the holder's cookie and its own place.
///
/// A frame that is handed out twice loses the first holder's mark.
@safe struct FrameMarks {
    @unsafe struct Window {
        var first: UInt64 = 0
        var end: UInt64 = 0
        var address: UnsafeMutableRawPointer?
    }

    let pageShift: UInt64
    // By zone number. Sound because a window's memory outlives it (`DirectMap`), and a frame's memory is touched by
    // the frame's holder alone.
    let windows: StableArray<Window>

    @inline(__always) func address(of pfn: UInt64, zone: Int) -> UnsafeMutableRawPointer? {
        let window = unsafe windows[zone]
        guard unsafe pfn >= window.first && pfn < window.end, let start = unsafe window.address else { return nil }
        return unsafe start + Int((pfn &- window.first) &<< pageShift)
    }

    @inline(__always) func write(_ block: HeldBlock, zone: Int) {
        guard let start = unsafe address(of: block.pfn, zone: zone) else { return }
        for page in 0..<block.pageCount {
            unsafe (start + page &<< Int(pageShift)).storeBytes(of: block.cookie ^ UInt64(page), as: UInt64.self)
        }
    }

    /// Whether every frame of the block still carries its mark.
    @inline(__always) func areIntact(_ block: HeldBlock, zone: Int) -> Bool {
        guard let start = unsafe address(of: block.pfn, zone: zone) else { return true }
        for page in 0..<block.pageCount {
            let mark = unsafe (start + page &<< Int(pageShift)).load(as: UInt64.self)
            if mark != block.cookie ^ UInt64(page) { return false }
        }
        return true
    }

    // MARK: What stress adds

    /// The last word of a frame.
    @inline(__always) private func end(of start: UnsafeMutableRawPointer, _ page: Int) -> UnsafeMutableRawPointer {
        unsafe start + (page + 1) &<< Int(pageShift) - 8
    }

    /// The canary at the end of a block; ``write(_:zone:)`` puts the one at its start.
    func writeEnd(_ block: HeldBlock, zone: Int) {
        guard let start = unsafe address(of: block.pfn, zone: zone) else { return }
        unsafe end(of: start, block.pageCount - 1).storeBytes(of: ~block.cookie, as: UInt64.self)
    }

    func isEndIntact(_ block: HeldBlock, zone: Int) -> Bool {
        guard let start = unsafe address(of: block.pfn, zone: zone) else { return true }
        return unsafe end(of: start, block.pageCount - 1).load(as: UInt64.self) == ~block.cookie
    }

    /// Fills the first and the last word of each frame of a block that is about to be free.
    func poison(_ block: HeldBlock, zone: Int) {
        guard let start = unsafe address(of: block.pfn, zone: zone) else { return }
        for page in 0..<block.pageCount {
            unsafe (start + page &<< Int(pageShift)).storeBytes(of: OwnerWords.poison, as: UInt64.self)
            unsafe end(of: start, page).storeBytes(of: OwnerWords.poison, as: UInt64.self)
        }
    }

    /// Whether a frame still has the poison that its last holder left.
    func isPoisoned(_ pfn: UInt64, zone: Int) -> Bool {
        guard let start = unsafe address(of: pfn, zone: zone) else { return true }
        return unsafe start.load(as: UInt64.self) == OwnerWords.poison
            && end(of: start, 0).load(as: UInt64.self) == OwnerWords.poison
    }
}
