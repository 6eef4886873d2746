import ArgumentParser
import Lab
import PhysicalMemory

/// Which machine a command looks at, and under which settings.
struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "host, a preset, a capture (file or folder), or a .json description.",
            discussion: "Presets: \(MachinePreset.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "source"),
        completion: .shellCommand(
            "printf '%s\\n' host \(MachinePreset.allCases.map(\.rawValue).joined(separator: " ")) *"))
    var machine = "host"

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp("A sysctl or tunable by the kernel's name, as vm.min_free_kbytes.", valueName: "name=value"))
    var settings: [Setting] = []

    @Option(help: ArgumentHelp("Kernel parameters, added to the machine's own.", valueName: "parameters"))
    var cmdline: String?

    @Option(help: ArgumentHelp("Which picture of a capture that holds several; the first is 1.", valueName: "number"))
    var picture: Int?

    mutating func validate() throws {
        if let picture, picture < 1 { throw ValidationError("--picture \(picture): pictures are counted from 1") }
    }

    /// The machine's description with the kernel parameters and settings given.
    func spec() throws -> MachineSpec { try source().spec }

    private func source() throws -> (spec: MachineSpec, notes: [String]) {
        var (spec, notes) = try MachineSource(machine).description(picture: picture ?? 1)
        if let cmdline { spec.append(parameters: cmdline) }
        for setting in settings { spec.sysctls[setting.sysctlName] = setting.value }
        return (spec, notes)
    }

    /// The machine laid out. A setting that the kernel would refuse, or that is not modelled, is wrong usage.
    func layout() throws -> MachineLayout { try described().layout }

    /// The machine laid out, and the description that it was laid out from.
    func described() throws -> (spec: MachineSpec, layout: MachineLayout) {
        var (spec, notes) = try source()
        for setting in settings { spec.sysctls[setting.sysctlName] = nil }
        var layout: MachineLayout
        do {
            layout = try MachineLayout(booting: spec)
        } catch {
            throw Failure(.badData, "machine \(machine): \(error)")
        }
        for setting in settings {
            do {
                try layout.set(sysctl: setting.name, to: setting.value)
            } catch {
                throw Failure(.usage, "--set \(error)", hint: Self.hint(for: error))
            }
        }
        layout.notes = notes + layout.notes
        return (spec, layout.retuned())
    }

    private static func hint(for error: BootError) -> String? {
        guard case .unknownSysctl = error else { return nil }
        let names = MachineLayout.sysctlNames.map { "vm." + $0 } + MachineLayout.listTunables
        return "Names: \(names.joined(separator: ", "))."
    }

    /// The machine with its frames, of which nearly none are touched. Its memory is not real.
    func open(_ layout: MachineLayout) throws -> Machine {
        do {
            return try Machine(layout, storage: HostStorage())
        } catch {
            let hasMemory = layout.nodes.contains { $0.presentPages > 0 }
            guard error == .noMemory, hasMemory else { throw error }
            throw Failure(
                .unavailable, "machine \(machine): its nodes span more frames than can be run",
                hint: "pgdat layout shows it.")
        }
    }
}

/// `NAME=VALUE` of `--set`.
struct Setting: ExpressibleByArgument, Hashable {
    var name: String
    var value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }

    /// As ``MachineSpec/sysctls`` has it.
    var sysctlName: String { name.hasPrefix("vm.") ? String(name.dropFirst(3)) : name }
}
