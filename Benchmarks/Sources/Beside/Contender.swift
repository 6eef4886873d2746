import CMallocs
import Foundation

/// An allocator and the library to start a process with, if it takes one.
struct Contender {
    let name: String
    let library: String?

    /// pgdat and C first, then the allocators that this machine has.
    static func all() -> [Contender] {
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
        let libraries = [
            ("mimalloc", "libmimalloc.so.2"), ("jemalloc", "libjemalloc.so.2"),
            ("gperftools", "libtcmalloc_minimal.so.4"),
        ]
        let found = libraries.compactMap { name, file in
            folders.map { "\($0)/\(file)" }.first { FileManager.default.fileExists(atPath: $0) }
                .map { Contender(name: name, library: $0) }
        }
        return [Contender(name: "pgdat", library: nil), Contender(name: "C", library: nil)] + found
    }

    /// One run in a process of its own.
    func measure() throws -> [String: Double] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["--child", name]
        if let library {
            process.environment = ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": library]) { $1 }
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(name: name, status: process.terminationStatus) }
        return try JSONDecoder().decode([String: Double].self, from: text)
    }

    struct Failed: Error, CustomStringConvertible {
        let name: String
        let status: Int32
        var description: String { "\(name): its process ended with status \(status)" }
    }

    /// Two CPUs that this process may use, or one.
    static func allowedCPUs() -> [Int32] {
        [Int32](unsafeUninitializedCapacity: 2) { buffer, count in
            count = Int(allowed_cpus(buffer.baseAddress, 2))
        }
    }
}
