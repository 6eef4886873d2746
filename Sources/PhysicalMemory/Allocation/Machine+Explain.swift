/// One request, step by step, and what came of it.
public struct Explanation: Sendable {
    /// What was decided, in order.
    public var steps: [AllocationStep]
    /// The first frame, or why there is none.
    public var result: Result<PFN, AllocationFailure>

    /// The first frame, if there is one.
    public var pfn: PFN? { try? result.get() }
}

extension Machine {
    /// Runs a request of `cpu` and tells what the allocator did.
    ///
    /// It is the allocator that always runs: only its shortcut for the plainest case is closed meanwhile, on every CPU,
    /// and everything takes the long way, which decides the same. What other CPUs do at that time is left out. One
    /// request is explained at a time; another waits.
    public func explain(
        on cpu: CPUID, _ request: (Machine) throws(AllocationFailure) -> PFN
    ) -> Explanation {
        guard let state = self.cpu(cpu) else { return Explanation(steps: [], result: .failure(.noSuchCPU(cpu))) }
        let turn = explaining.acquire()
        for zone in zones { zone.value.flags.set(ZoneFlags.observed) }
        observation.value.cpu.store(state.value.index)
        let result: Result<PFN, AllocationFailure>
        do throws(AllocationFailure) {
            result = .success(try request(self))
        } catch {
            observation.value.note(.failure(.init(reason: error.description)))
            result = .failure(error)
        }
        observation.value.cpu.store(-1)
        for zone in zones { zone.value.flags.clear(ZoneFlags.observed) }
        let steps = observation.value.take()
        turn.value += 1
        return Explanation(steps: steps, result: result)
    }
}
