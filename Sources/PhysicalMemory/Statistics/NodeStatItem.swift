/// What is counted of a node's pages, by the names that `/proc/zoneinfo` prints, in the kernel's order.
///
/// *Kernel counterpart:* `enum node_stat_item`.
public enum NodeStatItem: String, CaseIterable, Hashable, Sendable, Codable {
    /// Pages on the inactive list of anonymous memory.
    case inactiveAnon = "nr_inactive_anon"
    /// Pages on the active list of anonymous memory.
    case activeAnon = "nr_active_anon"
    /// Pages on the inactive list of file memory.
    case inactiveFile = "nr_inactive_file"
    /// Pages on the active list of file memory.
    case activeFile = "nr_active_file"
    /// Pages that reclaim leaves alone.
    case unevictable = "nr_unevictable"
    /// Slab pages whose objects can be given back, in pages here and in bytes in the kernel.
    case slabReclaimable = "nr_slab_reclaimable"
    /// Slab pages whose objects cannot be given back.
    case slabUnreclaimable = "nr_slab_unreclaimable"
    /// Pages of anonymous memory taken off their list to be reclaimed or moved.
    case isolatedAnon = "nr_isolated_anon"
    /// Pages of file memory taken off their list to be reclaimed or moved.
    case isolatedFile = "nr_isolated_file"
    /// Nodes of page-cache trees that hold shadow entries.
    case workingsetNodes = "workingset_nodes"
    /// Events: evicted anonymous pages that came back.
    case workingsetRefaultAnon = "workingset_refault_anon"
    /// Events: evicted file pages that came back.
    case workingsetRefaultFile = "workingset_refault_file"
    /// Events: refaults of anonymous pages so soon that they were made active.
    case workingsetActivateAnon = "workingset_activate_anon"
    /// Events: refaults of file pages so soon that they were made active.
    case workingsetActivateFile = "workingset_activate_file"
    /// Events: refaults of anonymous pages that had been active before.
    case workingsetRestoreAnon = "workingset_restore_anon"
    /// Events: refaults of file pages that had been active before.
    case workingsetRestoreFile = "workingset_restore_file"
    /// Events: shadow entries' nodes reclaimed.
    case workingsetNodeReclaim = "workingset_nodereclaim"
    /// Mapped anonymous pages.
    case anonPages = "nr_anon_pages"
    /// Page-cache pages mapped by processes.
    case mapped = "nr_mapped"
    /// Pages of the page cache, shared memory included.
    case filePages = "nr_file_pages"
    /// Pages that wait to be written.
    case dirty = "nr_dirty"
    /// Pages being written.
    case writeback = "nr_writeback"
    /// Pages being written through a temporary copy.
    case writebackTemp = "nr_writeback_temp"
    /// Pages of shared memory.
    case shmem = "nr_shmem"
    /// Huge pages of shared memory.
    case shmemHugePages = "nr_shmem_hugepages"
    /// Huge pages of shared memory mapped as such.
    case shmemPMDMapped = "nr_shmem_pmdmapped"
    /// Huge pages of files.
    case fileHugePages = "nr_file_hugepages"
    /// Huge pages of files mapped as such.
    case filePMDMapped = "nr_file_pmdmapped"
    /// Transparent huge pages of anonymous memory.
    case anonTransparentHugePages = "nr_anon_transparent_hugepages"
    /// Events: pages that reclaim wrote.
    case scanWrite = "nr_vmscan_write"
    /// Events: pages to be reclaimed as soon as they are written.
    case scanImmediateReclaim = "nr_vmscan_immediate_reclaim"
    /// Events: pages that became dirty.
    case dirtied = "nr_dirtied"
    /// Events: pages written.
    case written = "nr_written"
    /// Events: pages written while reclaim was throttled for writing.
    case throttledWritten = "nr_throttled_written"
    /// Other kernel pages that can be given back.
    case kernelMiscReclaimable = "nr_kernel_misc_reclaimable"
    /// Events: pins taken.
    case follPinAcquired = "nr_foll_pin_acquired"
    /// Events: pins let go.
    case follPinReleased = "nr_foll_pin_released"
    /// KiB of kernel stacks.
    case kernelStack = "nr_kernel_stack"
    /// Pages of page tables.
    case pageTablePages = "nr_page_table_pages"
    /// Pages of secondary page tables (KVM, IOMMU).
    case secPageTablePages = "nr_sec_page_table_pages"
    /// Pages of IOMMUs' own.
    case iommuPages = "nr_iommu_pages"
    /// Pages in the swap cache.
    case swapcached = "nr_swapcached"
    /// Events: pages promoted to a faster tier.
    case promoteSuccess = "pgpromote_success"
    /// Events: pages considered for promotion.
    case promoteCandidate = "pgpromote_candidate"
    /// Events: pages that kswapd demoted to a slower tier.
    case demoteKswapd = "pgdemote_kswapd"
    /// Events: pages that direct reclaim demoted.
    case demoteDirect = "pgdemote_direct"
    /// Events: pages that khugepaged demoted.
    case demoteKhugepaged = "pgdemote_khugepaged"

    /// The name in `/proc/zoneinfo`.
    public var kernelName: String { rawValue }

    /// Whether kernels of this version have the counter.
    public func exists(in kernel: KernelVersion) -> Bool {
        switch self {
        case .promoteSuccess, .promoteCandidate: kernel >= KernelVersion(5, 18)
        case .secPageTablePages: kernel >= KernelVersion(6, 1)
        case .demoteKswapd, .demoteDirect, .demoteKhugepaged: kernel >= KernelVersion(6, 8)
        case .iommuPages: kernel >= KernelVersion(6, 11)
        default: true
        }
    }

    /// The counter's place in ``allCases``.
    var index: Int { Self.indexes[self] ?? 0 }

    private static let indexes = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}
