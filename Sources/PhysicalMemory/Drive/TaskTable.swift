import CPrimitives

/// The tasks of a drive: what each holds, wherever it runs.
///
/// A task belongs to one CPU at a time, which alone looks into it. It goes to the next through a ``TaskMailbox``.
@safe final class TaskTable: @unchecked Sendable {
    // Sound because a task is reached by its number, and a number is held by one driver: from the start, or taken from
    // a mailbox that publishes what the giver wrote.
    private let slots: UnsafeMutablePointer<HeldBlock>
    private let heldPages: UnsafeMutablePointer<Int>
    let count: Int
    let slotsPerTask: Int

    /// Fails if there is no room. Fresh slots are not touched.
    init?(count: Int, slotsPerTask: Int) {
        self.count = count
        self.slotsPerTask = slotsPerTask
        let (total, overflow) = count.multipliedReportingOverflow(by: slotsPerTask)
        let (bytes, overflowToo) = total.multipliedReportingOverflow(by: MemoryLayout<HeldBlock>.stride)
        guard !overflow, !overflowToo, let zeroed = unsafe cprim_zeroed(UInt64(bytes)) else { return nil }
        unsafe slots = zeroed.bindMemory(to: HeldBlock.self, capacity: total)
        unsafe heldPages = .allocate(capacity: count)
        unsafe heldPages.initialize(repeating: 0, count: count)
    }

    deinit {
        unsafe cprim_release(slots)
        unsafe heldPages.deallocate()
    }

    @inline(__always) func slot(_ slot: Int, of task: Int) -> HeldBlock {
        assert(task >= 0 && task < count && slot >= 0 && slot < slotsPerTask)
        return unsafe slots[task &* slotsPerTask &+ slot]
    }

    /// Puts a block, or none, into a slot, whatever was there.
    @inline(__always) func set(_ slot: Int, of task: Int, to block: HeldBlock) {
        assert(task >= 0 && task < count && slot >= 0 && slot < slotsPerTask)
        unsafe slots[task &* slotsPerTask &+ slot] = block
    }

    /// Pages in the task's slots.
    @inline(__always) func held(by task: Int) -> Int { unsafe heldPages[task] }
    @inline(__always) func addHeld(_ pages: Int, to task: Int) { unsafe heldPages[task] &+= pages }
}

/// Where one CPU leaves a task for another. Holds one.
struct TaskMailbox: ~Copyable {
    // The task's number + 1; 0: empty.
    private let word = SharedCursor()

    /// Leaves a task; `false` if the last one is still there. One thread gives.
    borrowing func give(_ task: Int) -> Bool {
        guard word.load() == 0 else { return false }
        word.publish(task + 1)
        return true
    }

    /// Takes the task that is there. One thread takes.
    borrowing func take() -> Int? {
        let value = word.load()
        guard value != 0 else { return nil }
        word.publish(0)
        return value - 1
    }

    /// The task that is there.
    borrowing func peek() -> Int? {
        let value = word.load()
        return value == 0 ? nil : value - 1
    }
}
