import PhysicalMemory

extension JSONWriter {
    /// `bootSteps`: each step with its entries, whose details stand under their own keys. Addresses are in bytes.
    mutating func writeBootSteps(_ steps: BootSteps) {
        key("bootSteps")
        array(steps.steps, isLong: true) { writer, step in
            writer.object { writer in
                writer.member("step", step.kind.rawValue)
                writer.member("kernel", step.kernelFunction)
                writer.member("meaning", step.sentence)
                writer.key("entries")
                writer.array(step.entries, isLong: true) { writer, entry in
                    writer.object { writer in writer.write(entry) }
                }
            }
        }
    }

    private mutating func write(_ entry: BootStep.Entry) {
        if !entry.subject.isEmpty { member("subject", entry.subject) }
        if let node = entry.node { member("node", node.rawValue) }
        if let zone = entry.zone { member("zone", zone.kernelName) }
        for detail in entry.details {
            key(named: detail.key)
            switch detail.value {
            case .number(let number): value(number)
            case .address(let address): value(address)
            case .text(let text): value(text)
            case .isTrue(let isTrue): value(isTrue)
            case .numbers(let numbers): array(numbers) { $0.value($1) }
            case .names(let names): array(names) { $0.value($1) }
            }
        }
    }
}
