import PhysicalMemory

extension MachineLayout {
    /// The machine as `/proc/buddyinfo` shows it: zones with frames, free blocks by order.
    ///
    /// `zones` gives the free blocks; without it every zone has just booted.
    public func buddyInfoText(_ zones: LiveZones? = nil) -> String {
        var text = ""
        for node in nodes {
            for zone in node.zones where zone.presentPages > 0 {
                let blocks = live(node, zone, zones).freeBlocks
                text += "Node \(node.id), zone \(zone.type.kernelName.padded(to: 8)) "
                for count in blocks { text += "\(String(count).padded(to: 6)) " }
                text += "\n"
            }
        }
        return text
    }
}
