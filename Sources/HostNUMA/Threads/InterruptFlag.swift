import CHostShims
import Synchronization

/// A wish to stop that long loops look at: raised by hand, or by SIGINT.
public final class InterruptFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    private let watchesSignal: Bool

    /// A flag that only `raise()` raises.
    public init() { watchesSignal = false }

    private init(watchesSignal: Bool) { self.watchesSignal = watchesSignal }

    /// The process's flag: the first SIGINT raises it, the second one kills the process.
    ///
    /// The handler is installed when the flag is first asked for; its whole work is one atomic addition.
    /// The corresponding C function is `sigaction`.
    public static let sigint: InterruptFlag = {
        _ = chost_count_interrupts()
        return InterruptFlag(watchesSignal: true)
    }()

    /// Whether to stop. One or two relaxed loads.
    public var isRaised: Bool {
        raised.load(ordering: .relaxed) || (watchesSignal && chost_interrupts() > 0)
    }

    public func raise() { raised.store(true, ordering: .relaxed) }
}
