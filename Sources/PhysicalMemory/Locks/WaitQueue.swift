/// Who sleeps until something happens. What wakes them stands with the daemons that sleep here.
///
/// *Kernel counterpart:* `wait_queue_head_t`.
struct WaitQueue: ~Copyable {
    /// Sleepers at this moment.
    let sleepers = SharedInt()
}
