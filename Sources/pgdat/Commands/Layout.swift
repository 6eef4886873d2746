import ArgumentParser
import KernelFormats
import Lab
import PhysicalMemory

struct LayoutCommand: AsyncParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case tree, dmesg, zoneinfo, buddyinfo, json
    }

    static let configuration = CommandConfiguration(
        commandName: "layout", abstract: "Show a machine's nodes, zones, zonelists and watermarks.")

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: "How to print it.")
    var format: Format?

    @Flag(help: "Show the way there: the firmware's map, node structures, zones, zonelists, frames to the free lists.")
    var bootSteps = false

    mutating func validate() throws {
        if bootSteps, let format, format != .json, format != .tree {
            throw ValidationError("--boot-steps is text or JSON, not --format \(format.rawValue)")
        }
        if output.json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other")
        }
    }

    mutating func run() async throws {
        let (spec, layout) = try machine.described()
        let steps = bootSteps ? try BootSteps(of: layout, from: spec) : nil
        let format = output.json ? .json : format ?? .tree
        // The kernel's own forms have no room for them.
        if ![.json, .tree].contains(format) { for note in layout.notes { output.remark("Note: \(note).") } }
        switch format {
        case .json: try Output.write(json: LayoutReport(layout, steps: steps).json())
        case .tree where bootSteps:
            if let steps { try Output.write(BootStepsText(steps, of: layout, style: output.style).text) }
        case .tree: try Output.write(LayoutTree(layout, style: output.style).text)
        case .dmesg: try Output.write(layout.bootLogText())
        case .zoneinfo: try Output.write(layout.zoneInfoText())
        case .buddyinfo: try Output.write(layout.buddyInfoText())
        }
    }
}
