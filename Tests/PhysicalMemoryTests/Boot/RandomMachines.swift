import PhysicalMemory
import TestSupport

/// Machines that nobody built: ranges, holes, nodes and distances at random.
enum RandomMachine {
    static func spec(seed: UInt64) -> MachineSpec {
        var random = SeededGenerator(seed: seed)
        let architecture = [MachineSpec.Architecture.x86_64, .x86_64, .arm64, .riscv64, .i386PAE, .s390x, .other]
            .randomElement(using: &random)!
        var spec = MachineSpec(name: "seed \(seed)", architecture: architecture)
        spec.configuration = MachineSpec.Configuration(usualFor: architecture)
        let nodeCount = Int.random(in: 1...9, using: &random)
        let ids = (0..<32).shuffled(using: &random).prefix(nodeCount).sorted()
        for id in ids {
            spec.nodes.append(
                .init(
                    id: NodeID(id), cpus: (0..<Int.random(in: 0...4, using: &random)).map { CPUID(id * 8 + $0) },
                    distances: ids.map { $0 == id ? 10 : Int.random(in: 11...14, using: &random) }))
        }
        addMemory(to: &spec, ids, &random)
        spec.commandLine = commandLine(&random)
        return spec
    }

    private static func addMemory(to spec: inout MachineSpec, _ ids: [Int], _ random: inout SeededGenerator) {
        var address = Int.random(in: 0...3, using: &random) << 30
        for _ in 0..<Int.random(in: 1...24, using: &random) {
            if Bool.random(using: &random) { address += Int.random(in: 1...700_000_000, using: &random) }
            let size = Int.random(in: 1...1_500_000_000, using: &random)
            spec.memory.append(
                .init(
                    start: ByteCount(address), end: ByteCount(address + size),
                    node: NodeID(ids.randomElement(using: &random)!),
                    isHotPluggable: Int.random(in: 0...3, using: &random) == 0,
                    isMirrored: Int.random(in: 0...2, using: &random) == 0))
            address += size
        }
        spec.memory.shuffle(using: &random)
    }

    private static func commandLine(_ random: inout SeededGenerator) -> String {
        let amount = Int.random(in: 0...120, using: &random)
        let choices = [
            "", "", "", "movablecore=\(amount)%", "kernelcore=\(amount)%", "movablecore=\(amount * 100)M",
            "kernelcore=\(amount * 100)M movablecore=\(amount)%", "kernelcore=mirror", "movable_node",
            "mem=\(amount * 50)M", "numa=off", "numa=fake=\(amount % 9)", "numa=fake=\(amount % 4)U",
            "numa=fake=\(amount * 10 + 600)M", "memmap=\(amount * 10)M$\(amount * 30)M",
        ]
        return choices.randomElement(using: &random)!
    }
}
