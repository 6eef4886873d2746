/// What a kernel keeps of each frame outside its page, for those who asked for it at boot.
///
/// *Kernel counterpart:* `struct page_ext`, `page_ext_ops`.
public struct PageExtensions: Hashable, Sendable {
    /// Somebody who may want room for each frame.
    public struct Client: Hashable, Sendable {
        /// As the kernel's source names its operations, without `_ops`.
        public var name: String
        /// The build option.
        public var option: String
        /// What the command line must switch on; `nil`: nothing.
        public var parameter: String?
        /// Whether the configuration has it.
        public var isBuiltIn: Bool
        /// Built in and asked for.
        public var isOn: Bool
        /// Room for each frame.
        public var size: ByteCount
    }

    /// Who keeps data beside each page, in the order of their places.
    public let clients: [Client]
    /// Bytes for each frame; 0: nobody asked, nothing is allocated.
    public let entrySize: ByteCount

    /// The word of flags that the clients share. *Kernel counterpart:* `sizeof(struct page_ext)`.
    private static let flagsBytes = 8

    /// What `parameters` switch on of what the kernel of `layout` has.
    public init(_ layout: MachineLayout, _ parameters: KernelParameters) {
        let options = layout.memoryMap
        let is64Bit = layout.architecture != .i386 && layout.architecture != .i386PAE
        let has = options.hasPageExtensions
        func isOn(_ name: String) -> Bool {
            ["on", "1", "y", "true"].contains(parameters.switches[name] ?? parameters.sysctls[name] ?? "")
        }
        func client(
            _ name: String, _ option: String, _ parameter: String?, isBuiltIn: Bool, _ size: Int
        ) -> Client {
            Client(
                name: name, option: option, parameter: parameter, isBuiltIn: isBuiltIn,
                isOn: isBuiltIn && (parameter.map(isOn) ?? true), size: ByteCount(size))
        }
        clients = [
            client(
                "page_owner", "CONFIG_PAGE_OWNER", "page_owner", isBuiltIn: has && options.hasPageOwner,
                layout.kernel < .remembersFreeingTask ? 56 : 64),
            // 64-bit kernels keep its two bits in the page.
            client("page_idle", "CONFIG_PAGE_IDLE_FLAG && !CONFIG_64BIT", nil, isBuiltIn: has && !is64Bit, 0),
            client(
                "page_table_check", "CONFIG_PAGE_TABLE_CHECK", "page_table_check",
                isBuiltIn: has && options.hasPageTableCheck, 8),
            client(
                "page_alloc_tagging", "CONFIG_MEM_ALLOC_PROFILING", "mem_profiling",
                isBuiltIn: has && options.hasAllocationProfiling, 8),
        ]
        let wanted = clients.filter(\.isOn)
        entrySize = ByteCount(wanted.isEmpty ? 0 : wanted.reduce(Self.flagsBytes) { $0 + $1.size.rawValue })
    }

    /// Bytes for `frames` frames of `layout`: where memory is flat the whole span of the node.
    public func bytes(for frames: PageCount) -> ByteCount {
        ByteCount(scaled(entrySize.rawValue, by: max(0, frames.rawValue), over: 1))
    }
}

extension KernelVersion {
    /// From here on page owners note which task freed a page, too.
    static let remembersFreeingTask = KernelVersion(6, 8)
}
