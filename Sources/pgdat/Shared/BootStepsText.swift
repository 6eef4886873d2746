import KernelFormats
import PhysicalMemory

/// A machine's boot for people: each step, what the kernel calls it, and what it found.
struct BootStepsText {
    private(set) var text = ""
    private let style: TextStyle

    init(_ steps: BootSteps, of layout: MachineLayout, style: TextStyle) {
        self.style = style
        text +=
            style.bold(PrintableText.escaped(layout.name, isOneLine: true))
            + "  \(layout.architecture.rawValue), Linux \(layout.kernel)\n"
        for (number, step) in steps.steps.enumerated() { add(step, number: number + 1) }
        for note in layout.notes { text += style.yellow("note: ") + note + "\n" }
    }

    private mutating func add(_ step: BootStep, number: Int) {
        text += "\n" + style.bold("\(number). \(step.sentence)") + "  " + style.dim(step.kernelFunction) + "\n"
        if step.entries.isEmpty { text += "   none\n" }
        for entry in step.entries {
            text += "   " + style.cyan(entry.name)
            var details = entry.details[...]
            if case (.address(let start)?, .address(let end)?) = (
                details.first?.value, details.dropFirst().first?.value
            ) {
                text += "  \(hex(start))–\(hex(end))"
                details = details.dropFirst(2)
            }
            for detail in details { text += "  " + style.dim(detail.key) + " " + describe(detail.value) }
            text += "\n"
        }
    }

    private func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }

    private func describe(_ value: BootStep.Value) -> String {
        switch value {
        case .number(let number): "\(number)"
        case .address(let address): hex(address)
        case .text(let text): text
        case .isTrue(let isTrue): isTrue ? "yes" : "no"
        case .numbers(let numbers): numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: " ")
        case .names(let names): names.isEmpty ? "none" : names.joined(separator: " ")
        }
    }
}
