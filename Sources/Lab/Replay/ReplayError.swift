import KernelFormats
import PhysicalMemory

/// Why a trace cannot be replayed.
public enum ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The trace cannot be read, or says what cannot be.
    case format(FormatError)
    /// The model has no such thing.
    case unsupported(String)
    /// The zones span more frames than that.
    case tooLarge(limit: PageCount)
    case machine(MachineError)
    /// A setting of `--set`.
    case setting(String)

    public var description: String {
        switch self {
        case .format(let error): error.description
        case .unsupported(let what): "the model does not have \(what)"
        case .tooLarge(let limit): "the trace's zones span more than \(limit) frames"
        case .machine(let error): error.description
        case .setting(let text): text
        }
    }
}
