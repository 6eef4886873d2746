import KernelFormats
import PhysicalMemory

/// Compares what a kernel reported of its memory with what the model computes from the same inputs.
public struct Verifier {
    private let capture: Capture
    private var report = VerifyReport()
    private var stale = StaleGroups(.reference)
    /// CPUs that actions took offline.
    private var offlineCPUs: Set<CPUID> = []
    /// The CPU that came online last, if nothing has sized the CPUs' lists since.
    private var joiningCPU: CPUID?

    /// Boot gives some memory back without a line in the log, single pages mostly; so much may be missing from what it
    /// says. All of 124 boots here are explained with 0 as well; a pageblock (2 MiB) would explain too much.
    static let unloggedBytes = 64 << 10

    /// What boot may have given back where no log tells: initrd and initial code of a distribution's kernel.
    static let unknownFreedBytes = 256 << 20

    private init(_ capture: Capture) throws {
        self.capture = capture
        let spec = try capture.machineSpec().spec
        stale = StaleGroups(spec.kernel)
        // Sysctls of the command line are written when boot has given back all it will.
        // *Kernel counterpart:* `do_sysctl_args` in `kernel_init`.
        for name in KernelParameters(spec.commandLine).sysctls.keys { stale.refresh(after: name) }
    }

    /// Compares all pictures of `capture`.
    ///
    /// Throws where the capture describes no machine at all.
    public static func verify(_ capture: Capture) throws -> VerifyReport {
        var verifier = try Verifier(capture)
        try verifier.run()
        return verifier.report
    }

    private mutating func run() throws {
        for number in 1...capture.pictures.count {
            let observed = try capture.observed(picture: number)
            if case .other(let text) = observed.action {
                skip(from: number, "\(text): pictures after memory or devices changed are not modelled yet")
                return
            }
            apply(observed.action)
            if hasAddedMemory(number) {
                skip(from: number, "memory was added after boot: not modelled yet")
                return
            }
            guard !observed.isEmpty else {
                skip(number, "the capture shows nothing to compare")
                continue
            }
            try compare(number, observed)
            // The kernel computes protections even when their ratios are only read, as the capture did afterwards.
            if capture.pictures[number - 1].sysctls["lowmem_reserve_ratio"] != nil {
                stale.refresh(after: "lowmem_reserve_ratio")
            }
        }
        report.machines = report.fields > 0 ? 1 : 0
    }

    private mutating func skip(_ number: Int, _ reason: String) {
        report.skipped.append(.init(machine: capture.name, picture: number, reason: reason))
    }

    private mutating func skip(from number: Int, _ reason: String) {
        for picture in number...capture.pictures.count { skip(picture, reason) }
        report.machines = report.fields > 0 ? 1 : 0
    }

    /// Drivers gave memory to the page allocator that the boot log does not know.
    private func hasAddedMemory(_ number: Int) -> Bool {
        let resources = capture.pictures[number - 1].ioMemory?.resources ?? []
        return resources.contains { $0.name.hasPrefix("System RAM (") }
    }

    private mutating func apply(_ action: Capture.Action?) {
        switch action {
        case .rewritten(let names): for name in names { refresh(after: name) }
        case .write(let path, let value):
            if let sysctl = action?.sysctl {
                refresh(after: sysctl.name)
            } else if let cpu = Self.cpu(of: path) {
                let wasOffline = offlineCPUs.remove(cpu) != nil
                if value == "0" { offlineCPUs.insert(cpu) }
                joiningCPU = wasOffline && value != "0" ? cpu : nil
                stale.refreshAfterCPUs()
            }
        default: break
        }
    }

    private mutating func refresh(after sysctl: String) {
        stale.refresh(after: sysctl)
        if StaleGroups.sizingSysctls.contains(sysctl) { joiningCPU = nil }
    }

    /// The CPU that `/sys/devices/system/cpu/cpuN/online` switches.
    private static func cpu(of path: String) -> CPUID? {
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts.last == "online", parts[parts.count - 2].hasPrefix("cpu") else { return nil }
        return Int(parts[parts.count - 2].dropFirst(3)).map { CPUID($0) }
    }

    private mutating func compare(_ number: Int, _ observed: ObservedLayout) throws {
        var (spec, notes) = try capture.machineSpec(picture: number)
        for node in spec.nodes.indices { spec.nodes[node].cpus.removeAll { offlineCPUs.contains($0) } }
        if number == 1 { report.notes += notes.map { "\(capture.name): \($0)" } }
        let computed = try MachineLayout(booting: spec)
        if number == 1, capture.bootLog.freed.isEmpty {
            report.notes.append(
                "\(capture.name): no log says what boot gave back: up to \(Self.unknownFreedBytes >> 20) MiB are allowed"
            )
        }
        if number == 1 { report.notes += computed.notes.map { "\(capture.name): \($0)" } }
        // What depends on `min_free_kbytes` follows from the one that the kernel uses, if that one can be explained.
        var layout = computed
        if stale.contains(.minFree), let kbytes = observed.minFreeKbytes {
            layout.tuning.minFreeKbytes = kbytes
            layout = layout.retuned()
        }
        let knowsDistances = spec.nodes.count < 2 || !spec.nodes.contains { $0.distances.isEmpty }
        let fields = ComparedFields(
            observed, layout, stale: stale, joiningCPU: joiningCPU, comparesOrders: knowsDistances
        ).fields
        var isExplained: Bool?
        for field in fields {
            var field = field
            if field.group == .minFree { field.predicted = .number(computed.minFreeKbytes) }
            report.fields += 1
            if field.isEqual {
                report.equal += 1
            } else if isStale(field, observed, layout, &isExplained) {
                report.stale += 1
            } else {
                let prefix = number == 1 ? "" : "picture \(number) "
                report.mismatches.append(
                    .init(
                        machine: capture.name, field: prefix + field.name, expected: field.expected,
                        predicted: field.predicted))
            }
        }
    }

    private func isStale(
        _ field: ComparedField, _ observed: ObservedLayout, _ layout: MachineLayout, _ isExplained: inout Bool?
    ) -> Bool {
        guard stale.contains(field.group) else { return false }
        if let isExplained { return isExplained }
        let page = layout.pageSize.rawValue
        let logged = (observed.freedKibibytes << 10) + Self.unloggedBytes
        let isLogged = !capture.bootLog.freed.isEmpty
        let budget = (isLogged ? logged : Self.unknownFreedBytes) / page
        let result = EarlierManaged(layout, observed, stale: stale, budget: budget).exists()
        isExplained = result
        return result
    }
}
