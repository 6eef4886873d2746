import HostNUMA

extension HostError {
    /// Why something was not measured: of what cannot be reached, the reason alone.
    var reason: String {
        if case .unreachable(let node, let reason) = self { "\(node): \(reason)" } else { description }
    }
}
