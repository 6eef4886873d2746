import ArgumentParser
import KernelFormats
import Lab
import PhysicalMemory

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell every decision of one allocation, on a machine under the pressure you choose.",
        discussion: """
            The allocator that tells is the one that always runs. Examples, each another outcome:
              pgdat explain --machine laptop-16g
              pgdat explain --machine 2-socket --fill 0/Normal=low --fill 0/DMA32=low
              pgdat explain --machine laptop-16g --gfp GFP_ATOMIC --order 2 --fill 0/Normal=min --fill 0/DMA32=all
              pgdat explain --machine 4-socket --policy interleave:0-3 --repeat 2
            Each filled frame costs 32 bytes of memory.
            """)

    @OptionGroup(title: "Machine") var machine: MachineOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(help: "The CPU that asks; the machine's first if not given.")
    var cpu: CPUID?

    @Option(help: "How much: 2^order frames.")
    var order = 0

    @Option(
        help: ArgumentHelp(
            "What kind: the kernel's names joined by | (GFP_KERNEL, atomic, __GFP_COMP, movable), or 0xcc0.",
            valueName: "flags"))
    var gfp: GFP = .kernel

    @Option(
        help: ArgumentHelp(
            "local, bind:0,1, preferred:1, preferred-many:0-2, interleave:0-3, weighted:0=3,1=1; =static or =relative.",
            valueName: "policy"),
        completion: .list(["local", "bind:", "preferred:", "preferred-many:", "interleave:", "weighted:"]))
    var policy: PolicyRequest = .local

    @Option(help: ArgumentHelp("The nodes that the task may use, as a cpuset says: 0-3,8.", valueName: "list"))
    var allowed: NumberList?

    @Option(
        help: "The policy is that of a range of memory; this is the page's place in it, which interleaving goes by.")
    var page: Int?

    @Option(name: .customLong("repeat"), help: "Make the same request this many times before.")
    var repeats = 0

    @Option(
        name: .customLong("fill"), parsing: .singleValue,
        help: ArgumentHelp(
            "Pressure: 0/Normal=95%, =low (down to a watermark) or =all; then :unmovable, :reclaimable, :scattered.",
            valueName: "node/zone=level"))
    var fills: [FillRequest] = []

    mutating func validate() throws {
        guard 0..<Order.greatestCount ~= order else {
            throw ValidationError("--order \(order): orders go from 0 to \(Order.greatestCount - 1)")
        }
        guard 0...1_000_000 ~= repeats else { throw ValidationError("--repeat must be from 0 to 1000000") }
    }

    mutating func run() async throws {
        let layout = try machine.layout()
        let request = ExplainedRequest(
            cpu: cpu ?? layout.nodes.flatMap(\.cpus).min() ?? 0, order: Order(order), gfp: gfp, policy: policy,
            allowed: try allowed.map { NodeMask(try $0.nodes(of: layout, option: "--allowed")) }, page: page,
            repeats: repeats, fills: fills
        )
        let model = try Machine(layout)
        let report: ExplainReport
        do throws(ExplainedRequest.Mistake) {
            report = try request.run(on: model)
        } catch {
            throw Failure(.usage, error.description)
        }
        if output.json { return try output.print(report) }
        try Output.write(text(ExplainProse(report), of: layout))
    }

    private func text(_ prose: ExplainProse, of layout: MachineLayout) -> String {
        let style = output.style
        var text = style.bold(PrintableText.escaped(layout.name, isOneLine: true)) + "\n"
        for line in prose.prepared { text += style.dim("    \(line)") + "\n" }
        for (number, step) in prose.steps.enumerated() {
            text += style.cyan(Text.right("\(number + 1)", 3)) + " " + Self.wrapped(step, indent: 4) + "\n"
        }
        return text + style.bold(Text.right("→", 3) + " " + prose.ending) + "\n"
    }

    /// Broken into lines of at most 100 characters, all but the first indented.
    private static func wrapped(_ sentence: String, indent: Int) -> String {
        var text = ""
        var column = indent
        for word in sentence.split(separator: " ") {
            if column + word.count + 1 > 100 && column > indent {
                text += "\n" + String(repeating: " ", count: indent)
                column = indent
            } else if column > indent {
                text += " "
                column += 1
            }
            text += word
            column += word.count
        }
        return text
    }
}

extension GFP: ExpressibleByArgument {
    public init?(argument: String) {
        guard let flags = try? GFP(kernelNames: argument) else { return nil }
        self = flags
    }

    public var defaultValueDescription: String { kernelNames }
}

extension PolicyRequest: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public var defaultValueDescription: String { description }
}

extension FillRequest: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
