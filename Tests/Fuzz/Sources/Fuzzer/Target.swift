import KernelFormats
import Lab
import PhysicalMemory

/// What is fed with damaged input. Errors are what it is for; only a crash, a hang or too much memory is a finding.
enum Target: String, CaseIterable {
    case bootLog = "boot-log"
    case zoneInfo = "zoneinfo"
    case capture
    case verify
    case spec
    case commandLine = "command-line"
    case trace

    // Set once, before libFuzzer starts; it calls back from one thread.
    nonisolated(unsafe) static var chosen = Target.capture

    func feed(_ input: [UInt8]) {
        switch self {
        case .bootLog: study(Capture(parsing: Self.section("dmesg", input), name: "fuzz"))
        case .zoneInfo: study(Capture(parsing: Self.section("zoneinfo", input), name: "fuzz"))
        case .capture: study(Capture(parsing: input, name: "fuzz"))
        case .verify: _ = try? Verifier.verify(Capture(parsing: input, name: "fuzz"))
        case .spec:
            guard let spec = try? MachineSpec(json: input, name: "fuzz") else { return }
            _ = try? spec.json()
            lay(spec)
        case .commandLine: layUnderSettings(input)
        case .trace: replay(input)
        }
    }

    private static func section(_ name: String, _ input: [UInt8]) -> [UInt8] { Array("@@\(name)\n".utf8) + input }

    /// What the commands do with a capture, but for `verify`, which is a target of its own because it takes its time.
    private func study(_ capture: Capture) {
        for number in 1...min(3, capture.pictures.count) {
            _ = try? capture.pluggedMemory(picture: number)
            _ = try? capture.observed(picture: number)
            guard let spec = try? capture.machineSpec(picture: number).spec else { continue }
            lay(spec)
        }
    }

    private func lay(_ spec: MachineSpec) {
        guard let layout = try? MachineLayout(booting: spec) else { return }
        show(layout)
    }

    private func show(_ layout: MachineLayout) {
        _ = layout.bootLogText()
        _ = layout.zoneInfoText()
        _ = layout.buddyInfoText()
        _ = LayoutReport(layout).json()
    }

    /// The first line is the kernel's command line, each further one a `--set`.
    private func layUnderSettings(_ input: [UInt8]) {
        let lines = String(decoding: input, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let machines: [MachinePreset] = [.ring, .documentedPC, .documentedArm]
        for machine in machines {
            var spec = machine.spec
            spec.commandLine = String(lines[0])
            guard var layout = try? MachineLayout(booting: spec) else { continue }
            for line in lines.dropFirst().prefix(8) {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                try? layout.set(sysctl: String(parts[0]), to: String(parts[1]))
            }
            show(layout.retuned())
        }
    }
}
