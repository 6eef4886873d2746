/// What the pages of a piece of memory are.
public enum PageKind: String, Sendable, Codable, CaseIterable {
    /// The smallest there are, 4 KiB on most machines.
    case base
    /// Transparent huge pages, asked for by `madvise`, 2 MiB on most machines; the kernel may give some only.
    case transparentHuge
    /// 2 MiB, from the pool that the administrator set aside.
    case huge2M
    /// 1 GiB, from the pool that the administrator set aside.
    case huge1G

    /// The size of one page in bytes.
    public var byteCount: Int {
        switch self {
        case .base: MemoryCalls.pageSize
        case .transparentHuge, .huge2M: 2 << 20
        case .huge1G: 1 << 30
        }
    }
}
