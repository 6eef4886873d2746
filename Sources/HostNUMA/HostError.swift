import Glibc

/// What can go wrong between this library and the host.
public enum HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system call `name` failed with `code`, an errno value.
    case systemCall(name: String, code: Int32)
    /// `file` was there but could not be opened or read: `code` is an errno value.
    case unreadable(file: String, code: Int32)
    /// `file`, which every online node has, is not there.
    case missing(file: String)
    /// Line `line` (from 1) of `file` is not what the kernel writes there.
    case malformed(file: String, line: Int, reason: String)
    /// No memory can be placed on `node` from here.
    case unreachable(node: HostNodeID, reason: String)
    /// A size that is not positive or does not fit the address space.
    case badSize(Int)

    public var description: String {
        switch self {
        case .systemCall(let name, let code): "\(name): \(errorText(code))"
        case .unreadable(let file, let code): "\(file): \(errorText(code))"
        case .missing(let file): "\(file) is missing"
        case .malformed(let file, let line, let reason): "\(file):\(line): \(reason)"
        case .unreachable(let node, let reason): "\(node) is unreachable: \(reason)"
        case .badSize(let size): "\(size) bytes cannot be mapped"
        }
    }
}

/// The C library's words for an errno value.
func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}
