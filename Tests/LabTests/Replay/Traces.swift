import Foundation
import TestSupport

/// The recorded traces.
enum Traces {
    static let all = [
        "c1n1-order0", "c1n1-tight", "c2n1-mixed", "c2n1-normal", "c2n1-tight", "c4n2-mixed", "c4n2-spill",
    ]

    /// The trace that every clone carries.
    static let carried = Oracle.tightTrace

    /// A trace's folder: in the clone, else beside it; `nil`, with a printed reason, where it is in neither.
    static func folder(_ name: String) -> String? {
        carried.hasSuffix("/\(name)") ? carried : Oracle.folder("traces/\(name)")?.path
    }
}
