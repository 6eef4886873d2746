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

    mutating func validate() throws {
        if output.json, let format, format != .json {
            throw ValidationError("--json and --format \(format.rawValue) exclude each other")
        }
    }

    mutating func run() async throws {
        let layout = try machine.layout()
        switch output.json ? .json : format ?? .tree {
        case .json: try Output.write(LayoutReport(layout).json())
        case .tree: try Output.write(LayoutTree(layout, style: output.style).text)
        case .dmesg: try Output.write(layout.bootLogText())
        case .zoneinfo: try Output.write(layout.zoneInfoText())
        case .buddyinfo: try Output.write(layout.buddyInfoText())
        }
    }
}
