extension MachineLayout {
    /// Sets how much of each zone is kept from requests that could have had memory of a higher zone: the frames of
    /// the node's zones above it up to the request's, over the zone's ratio.
    ///
    /// *Kernel counterpart:* `setup_per_zone_lowmem_reserve`.
    mutating func setProtections() {
        for node in nodes.indices {
            let managed = nodes[node].zones.map(\.managedPages.rawValue)
            for zone in managed.indices {
                var protection = Array(repeating: PageCount(0), count: managed.count)
                let ratio = tuning.lowmemReserveRatio[nodes[node].zones[zone].type] ?? 0
                if ratio > 0, managed[zone] > 0 {
                    var above = 0
                    for upper in managed.indices.dropFirst(zone + 1) {
                        above += managed[upper]
                        protection[upper] = PageCount(above / ratio)
                    }
                }
                nodes[node].zones[zone].protection = protection
            }
        }
    }

    /// Sets what each node holds back: of each zone its greatest protection and high watermark, but no more than it
    /// has. *Kernel counterpart:* `calculate_totalreserve_pages`.
    mutating func setTotalReserves() {
        for node in nodes.indices {
            nodes[node].totalReservePages = PageCount(
                nodes[node].zones.enumerated().reduce(0) { sum, item in
                    let (index, zone) = item
                    let protection = zone.protection[index...].max()?.rawValue ?? 0
                    return sum + min(zone.managedPages.rawValue, protection + zone.watermarks.high.rawValue)
                })
        }
    }
}
