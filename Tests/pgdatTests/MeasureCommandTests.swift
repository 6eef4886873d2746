import Foundation
import Testing

/// `pgdat measure` as a user meets it.
@Suite(.serialized) struct MeasureCommandTests {
    @Test(arguments: [
        (["--nodes", "1023"], "no online node 1023"), (["--nodes", "9999"], "9999"), (["--quik"], "quik"),
    ])
    func whatCannotBeIsRefused(_ arguments: [String], _ words: String) throws {
        let result = try Program.run(["measure"] + arguments)
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: ["--csv", "--openmetrics", "--weights"])
    func anInterruptIsNoFailureInAnyForm(_ form: String) throws {
        let result = try Program.interrupt(["measure", "--quick", form], after: "about")
        #expect(result.status == 0, "\(result.errors)")
        if form == "--openmetrics" { #expect(result.output.contains("pgdat_measure_interrupted 1")) }
    }

    @Test func theFirstInterruptEndsItWithAReport() throws {
        // It listens to the signal before it says what it will do.
        let result = try Program.interrupt(["measure", "--json"], after: "about")
        #expect(result.status == 0)
        let json = try result.json()
        #expect(json["interrupted"] as? Bool == true && json["schema"] as? Int == 1)
        let matrix = try #require(json["latencyNanoseconds"] as? [[Any]])
        let gaps = try #require(json["gaps"] as? [[String: Any]])
        for (row, cells) in matrix.enumerated() {
            for (column, cell) in cells.enumerated() where cell is NSNull {
                #expect(gaps.contains { $0["row"] as? Int == row && $0["column"] as? Int == column })
            }
        }
    }
}
