extension AllocationStep.Event {
    /// The step's name in JSON.
    public var kind: String { described.kind }

    private var described: (kind: String, detail: any Encodable) {
        switch self {
        case .policy(let detail): ("policy", detail)
        case .request(let detail): ("request", detail)
        case .attempt(let detail): ("attempt", detail)
        case .zone(let detail): ("zone", detail)
        case .mixingAllowed(let reason): ("mixingAllowed", ["reason": reason])
        case .nodeReclaim(let detail): ("nodeReclaim", detail)
        case .perCPUList(let detail): ("perCPUList", detail)
        case .refill(let detail): ("refill", detail)
        case .freeArea(let detail): ("freeArea", detail)
        case .claim(let detail): ("claim", detail)
        case .steal(let detail): ("steal", detail)
        case .boost(let detail): ("boost", detail)
        case .wakeKswapd(let detail): ("wakeKswapd", detail)
        case .slowPath(let detail): ("slowPath", detail)
        case .cannotWait: ("cannotWait", [String: Int]())
        case .compaction(let detail): ("compaction", detail)
        case .reclaim(let detail): ("reclaim", detail)
        case .drain(let detail): ("drain", detail)
        case .unreserveHighatomic(let detail): ("unreserveHighatomic", detail)
        case .retry(let detail): ("retry", detail)
        case .outOfMemory(let detail): ("outOfMemory", detail)
        case .noFail(let detail): ("noFail", detail)
        case .reserveHighatomic(let detail): ("reserveHighatomic", detail)
        case .handOut(let detail): ("handOut", detail)
        case .interleaveHit(let landed): ("interleaveHit", ["landed": landed])
        case .failure(let detail): ("failure", detail)
        }
    }

    fileprivate func encodeDetail(to encoder: any Encoder) throws { try described.detail.encode(to: encoder) }
}

extension AllocationStep {
    private enum CodingKeys: String, CodingKey { case kind, node, zone, detail }

    /// Writes `{kind, node, zone, detail}`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(event.kind, forKey: .kind)
        try container.encode(place?.node, forKey: .node)
        try container.encode(place?.zone.kernelName, forKey: .zone)
        try event.encodeDetail(to: container.superEncoder(forKey: .detail))
    }
}
