import ArgumentParser

@main
struct PGDat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgdat", abstract: "Linux's physical memory, run by real threads on real NUMA hardware.")
}
