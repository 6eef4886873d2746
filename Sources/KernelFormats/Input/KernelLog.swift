import CHostShims

/// The running kernel's own log.
enum KernelLog {
    /// What is in the kernel's buffer, as `dmesg` prints it: without the priority `<6>` at each line's beginning. `nil`
    /// where this process may not read it.
    static func bytes() -> [UInt8]? {
        let size = chost_kernel_log_size()
        guard size > 0 else { return nil }
        var log = [UInt8](repeating: 0, count: Int(size))
        let count = log.withUnsafeMutableBytes { chost_kernel_log($0.baseAddress, Int32($0.count)) }
        guard count >= 0 else { return nil }
        return withoutPriorities(log[..<Int(count)])
    }

    /// Takes `<N>` off each line's beginning.
    static func withoutPriorities(_ log: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        let lines = Array(log).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            if number > 0 { result.append(UInt8(ascii: "\n")) }
            let end = line.first == UInt8(ascii: "<") ? line.prefix(6).firstIndex(of: UInt8(ascii: ">")) : nil
            if let end, line[..<end].dropFirst().allSatisfy({ 0x30...0x39 ~= $0 }) {
                result.append(contentsOf: line[(end + 1)...])
            } else {
                result.append(contentsOf: line)
            }
        }
        return result
    }
}
