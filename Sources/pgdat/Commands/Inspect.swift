import ArgumentParser
import Lab
import PhysicalMemory

struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show every field of a node, zone, page or CPU by the kernel's names.",
        usage: """
            pgdat inspect node N
            pgdat inspect zone N/NAME
            pgdat inspect page PFN
            pgdat inspect cpu N
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument {
        case node, zone, page, cpu
    }

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Argument(help: "What to look at.")
    var kind: Kind

    @Argument(help: "Which one: a number; for a zone node/name, as 0/Normal; for a page decimal or 0x….")
    var name: String

    mutating func run() async throws {
        let inspection = try inspect(machine.open(machine.layout()))
        if output.json {
            try output.print(inspection)
        } else {
            try Output.write(InspectionText(inspection, style: output.style).text)
        }
    }

    private func inspect(_ machine: Machine) throws -> Inspection {
        switch kind {
        case .node:
            guard let id = NodeID(argument: name) else { throw wrong("a node is a number from 0 on") }
            guard let node = machine.nodeData(id) else { throw wrong("the machine has no such node", nodes(machine)) }
            return Inspection(node)
        case .zone: return try Inspection(zone(machine))
        case .page:
            guard let pfn = PFN(argument: name) else {
                throw wrong("a frame number is decimal, or hexadecimal after 0x")
            }
            guard let page = machine.page(pfn) else {
                throw wrong("the machine has no such frame", "Its memory: \(ranges(machine.layout)).")
            }
            return Inspection(page, of: machine)
        case .cpu:
            guard let id = CPUID(argument: name) else { throw wrong("a CPU is a number from 0 on") }
            guard let inspection = Inspection(id, of: machine) else {
                let cpus = machine.layout.nodes.flatMap(\.cpus).map(\.rawValue)
                throw wrong("the machine has no such CPU", "Its CPUs: \(NumberList(cpus)).")
            }
            return inspection
        }
    }

    private func zone(_ machine: Machine) throws -> ZoneData {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = NodeID(argument: String(parts[0])) else {
            throw wrong("a zone is node/name, as 0/Normal")
        }
        guard machine.nodeData(id) != nil else { throw wrong("the machine has no such node", nodes(machine)) }
        guard let type = ZoneType(kernelName: parts[1]),
            let zone = machine.zoneData(ZoneName(node: id, zone: type))
        else {
            let types = machine.layout.zoneTypes.map(\.kernelName).joined(separator: ", ")
            throw wrong("the machine has no such zone", "Its zones: \(types).")
        }
        return zone
    }

    private func wrong(_ what: String, _ hint: String? = nil) -> Failure {
        Failure(.usage, "\(kind.rawValue) \(name): \(what)", hint: hint)
    }

    private func nodes(_ machine: Machine) -> String { "Its nodes: \(machine.nodeStates.online)." }

    /// The frames that exist, over all zones.
    private func ranges(_ layout: MachineLayout) -> String {
        let all = layout.nodes.flatMap(\.zones).flatMap(\.presentRanges).sorted { $0.lowerBound < $1.lowerBound }
        let texts = all.prefix(8).map { "0x\($0.lowerBound) to 0x\($0.upperBound.advanced(by: -1))" }
        return texts.joined(separator: ", ") + (all.count > 8 ? " and more" : "")
    }
}
