/// What a node's kswapd was asked for, for the daemon to pick up.
///
/// *Kernel counterpart:* `kswapd_order`, `kswapd_highest_zoneidx`, `kswapd_failures` and `kswapd_wait` of
/// `struct pglist_data`.
struct KswapdState: ~Copyable {
    /// The largest order asked for since kswapd last looked.
    let order = SharedInt()
    /// The highest zone index asked for; −1: none.
    let highestZone = SharedInt(-1)
    /// Runs that freed nothing.
    let failures = SharedInt()
    /// Requests since the machine began.
    let wakeups = SharedInt()
    /// Times that kswapd ran.
    let runs = SharedInt()
    /// Requests that kswapd has not looked at.
    let isPending = SharedFlags()

    /// Racing requests may lose each other's order, as in the kernel.
    borrowing func request(order: Int, highest: Int) {
        if self.order.load() < order { self.order.store(order) }
        if highestZone.load() < highest { highestZone.store(highest) }
        wakeups.add(1)
        isPending.set(1)
    }
}
