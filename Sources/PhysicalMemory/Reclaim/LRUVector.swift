/// The kinds of pages that reclaim keeps apart. *Kernel counterpart:* `enum lru_list`.
public enum LRUList: Int, CaseIterable, Hashable, Sendable, Codable {
    /// `LRU_INACTIVE_ANON`.
    case inactiveAnon
    /// `LRU_ACTIVE_ANON`.
    case activeAnon
    /// `LRU_INACTIVE_FILE`.
    case inactiveFile
    /// `LRU_ACTIVE_FILE`.
    case activeFile
    /// `LRU_UNEVICTABLE`.
    case unevictable

    /// The identifier in the kernel's source.
    public var kernelName: String {
        switch self {
        case .inactiveAnon: "LRU_INACTIVE_ANON"
        case .activeAnon: "LRU_ACTIVE_ANON"
        case .inactiveFile: "LRU_INACTIVE_FILE"
        case .activeFile: "LRU_ACTIVE_FILE"
        case .unevictable: "LRU_UNEVICTABLE"
        }
    }
}

/// A node's pages in the order in which reclaim looks at them. Empty until something puts pages here.
///
/// Reached through ``Machine/lruvec(of:)`` alone, so that control groups can have their own behind the same door.
///
/// *Kernel counterpart:* `struct lruvec`.
public struct LRUVector: Sendable {
    let state: Stable<LRUVectorState>
    // The state lives as long as its machine.
    let machine: Machine

    /// Pages of one kind. Takes the lists' lock. Complexity: O(1).
    public func count(_ list: LRUList) -> PageCount {
        let held = state.value.lists.acquire()
        return PageCount(held.value.count(list))
    }
}

struct LRUVectorState: ~Copyable {
    /// *Kernel counterpart:* `lru_lock` and `lists[NR_LRU_LISTS]`.
    let lists = Guarded<LRULists, SpinLock>(LRULists())
}

/// The lists with the pages in each.
struct LRULists: ~Copyable {
    private var lists = InlineArray<5, FrameList>(repeating: FrameList())
    private var counts = InlineArray<5, Int>(repeating: 0)

    func count(_ list: LRUList) -> Int { counts[list.rawValue] }
}

extension Machine {
    /// The lists of a node's reclaimable pages, or `nil` if the machine has no such node.
    ///
    /// The only way there. *Kernel counterpart:* `mem_cgroup_lruvec`.
    public func lruvec(of node: NodeID) -> LRUVector? {
        nodeFields(node).map { LRUVector(state: $0.value.lruVector, machine: self) }
    }
}
