import Foundation
import Lab
import PhysicalMemory
import Testing

@Suite struct ExplainRequestTests {
    func report(_ preset: MachinePreset, _ request: ExplainedRequest) throws -> ExplainReport {
        try request.run(on: Machine(MachineLayout(booting: preset.spec)))
    }

    func fill(_ text: String) throws -> FillRequest { try #require(FillRequest(text)) }

    @Test func aFullZoneSendsTheRequestToTheNextOfItsNode() throws {
        let report = try report(
            .cpuOnly, ExplainedRequest(cpu: 0, gfp: .highUserMovable, fills: [fill("0/Normal=all")]))
        #expect(report.result?.zone == "DMA32" && report.result?.node == 0)
        #expect(report.prepared[0].freePages == 0)
    }

    @Test func aFullNodeSendsItToTheNextNode() throws {
        let fills = try ["0/Normal=low", "0/DMA32=99.9%", "0/DMA=all"].map(fill)
        let report = try report(.fourSockets, ExplainedRequest(cpu: 0, fills: fills))
        #expect(report.result?.node == 1)
    }

    @Test func everythingFullIsAFailure() throws {
        let fills = try ["0/Normal=all:unmovable", "0/DMA32=all", "0/DMA=all"].map(fill)
        let report = try report(.cpuOnly, ExplainedRequest(cpu: 0, fills: fills))
        #expect(report.result == nil)
        #expect(report.failure?.contains("out of memory") == true)
        #expect(ExplainProse(report).ending.hasPrefix("No memory"))
    }

    @Test func repeatsGoFirst() throws {
        let policy = try #require(PolicyRequest("interleave:0-3"))
        let report = try report(.ring, ExplainedRequest(cpu: 0, policy: policy, repeats: 2))
        #expect(report.result?.node == 2)
        let place = try self.report(.ring, ExplainedRequest(cpu: 0, policy: policy, page: 7))
        #expect(place.result?.node == 3)
    }

    @Test func weightsComeFromThePolicy() throws {
        let policy = try #require(PolicyRequest("weighted:0=3,1=1"))
        let nodes = try (0..<5).map { repeats in
            try report(.ring, ExplainedRequest(cpu: 0, policy: policy, repeats: repeats)).result?.node.rawValue
        }
        #expect(nodes == [0, 0, 0, 1, 0])
    }

    @Test func mistakesAreNamed() throws {
        let machine = try Machine(MachineLayout(booting: MachinePreset.laptop.spec))
        #expect(throws: ExplainedRequest.Mistake.noSuchCPU(99, has: "0-7")) {
            try ExplainedRequest(cpu: 99).run(on: machine)
        }
        #expect(throws: ExplainedRequest.Mistake.order(11, highest: 10)) {
            try ExplainedRequest(cpu: 0, order: 11).run(on: machine)
        }
        #expect(throws: ExplainedRequest.Mistake.page(-1)) { try ExplainedRequest(cpu: 0, page: -1).run(on: machine) }
        #expect(throws: ExplainedRequest.Mistake.noSuchNode("--allowed", 5, has: [0])) {
            try ExplainedRequest(cpu: 0, allowed: [5]).run(on: machine)
        }
        let policy = try #require(PolicyRequest("bind:7"))
        #expect(throws: ExplainedRequest.Mistake.noSuchNode("--policy bind:7", 7, has: [0])) {
            try ExplainedRequest(cpu: 0, policy: policy).run(on: machine)
        }
        let movable = try fill("0/Movable=5%")
        #expect(throws: ExplainedRequest.Mistake.self) {
            try ExplainedRequest(cpu: 0, fills: [movable]).run(on: machine)
        }
    }

    @Test(arguments: [
        "", "0", "0/Normal", "0/Normal=", "0/Normal=95", "0/Normal=101%", "0/Normal=100.1%", "0/Normal=5.55%",
        "-1/Normal=5%", "1024/Normal=5%", "0/Nowhere=5%", "0/Normal=5%:", "0/Normal=5%:solid", "0/Normal=%",
        "0/Normal=+5%", "99999999999999999999/Normal=5%", "0/Normal=99999999999999999999%", "/=", "0/Normal=lowest",
    ])
    func fillsThatAreNone(text: String) { #expect(FillRequest(text) == nil) }

    @Test(arguments: [
        "", "bin:0", "bind:", "bind:a", "bind:0-", "bind:3-1", "bind:-1", "bind:1024", "interleave:0=3",
        "weighted:0=0", "weighted:0=256", "weighted:0=", "bind=fixed:0", "bind:0,,1", "bind:0-99999999999999999999",
    ])
    func policiesThatAreNone(text: String) { #expect(PolicyRequest(text) == nil) }

    @Test func policiesAreRead() throws {
        #expect(PolicyRequest("local") == .local)
        let bind = try #require(PolicyRequest("bind=static:0,2-3"))
        #expect(bind.mode == .bind && bind.flags == .staticNodes && bind.nodes == [0, 2, 3])
        let weighted = try #require(PolicyRequest("weighted:0=3,1"))
        #expect(weighted.weights == [0: 3] && weighted.nodes == [0, 1])
    }
}
