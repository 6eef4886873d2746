/// A cache between a CPU and memory, as that CPU sees it.
public struct HostCache: Hashable, Sendable, Codable {
    /// 1, 2, 3 …
    public let level: Int
    /// What one CPU can fill: the size of the instance it shares with its neighbours.
    public let byteCount: Int
    /// The unit in which it fetches, in bytes.
    public let lineBytes: Int
    /// CPUs that share this instance; nil if sysfs does not say.
    public let sharingCPUs: Int?

    public init(level: Int, byteCount: Int, lineBytes: Int, sharingCPUs: Int? = nil) {
        self.level = level
        self.byteCount = byteCount
        self.lineBytes = lineBytes
        self.sharingCPUs = sharingCPUs
    }

    /// A CPU's data or unified cache of the highest level by sysfs; nil if it lists none (many emulated machines).
    ///
    /// `root` is "" or a folder that mirrors a machine. Throws `HostError` on what no kernel writes.
    public static func lastLevel(of cpu: HostCPU, root: String = "") throws(HostError) -> HostCache? {
        try all(of: cpu, root: root).last
    }

    /// A CPU's data and unified caches by sysfs, one per level from the nearest; empty if it lists none.
    ///
    /// As `lastLevel(of:root:)` otherwise.
    public static func all(of cpu: HostCPU, root: String = "") throws(HostError) -> [HostCache] {
        let folder = "\(root)/sys/devices/system/cpu/cpu\(cpu.rawValue)/cache"
        var levels: [Int: HostCache] = [:]
        for index in 0..<16 {
            let path = "\(folder)/index\(index)"
            guard let type = try HostFile(path + "/type") else { break }
            guard type.firstLine != "Instruction" else { continue }
            guard let level = try HostFile(path + "/level"), let size = try HostFile(path + "/size") else { continue }
            guard let number = HostFile.number(level.firstLine), number < 16 else {
                throw .malformed(file: level.path, line: 1, reason: "no cache level")
            }
            let line = try HostFile(path + "/coherency_line_size")
            let lineBytes = line.flatMap { HostFile.number($0.firstLine) } ?? 64
            guard [16, 32, 64, 128, 256].contains(lineBytes) else {
                throw .malformed(file: path + "/coherency_line_size", line: 1, reason: "\(lineBytes) is no line size")
            }
            guard number > 0, levels[number] == nil else { continue }
            levels[number] = HostCache(
                level: number, byteCount: try size.sizeInBytes(), lineBytes: lineBytes,
                sharingCPUs: try HostFile(path + "/shared_cpu_list")?.cpuList().count)
        }
        return levels.values.sorted { $0.level < $1.level }
    }
}

extension HostFile {
    /// The first line as a size, `32768K`, `1M` or plain bytes.
    func sizeInBytes() throws(HostError) -> Int {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = firstLine.last.flatMap { units[$0] }
        guard let number = HostFile.number(unit == nil ? firstLine : firstLine.dropLast()) else {
            throw .malformed(file: path, line: 1, reason: "'\(firstLine.prefix(40))' is no size")
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { throw .malformed(file: path, line: 1, reason: "too large") }
        return bytes
    }
}
