import Foundation
import Testing

struct InspectTests {
    private func fields(_ arguments: String...) throws -> [String: [String: Any]] {
        let result = try Program.run(["inspect"] + arguments + ["--json"])
        #expect(result.status == 0, "\(result.errors)")
        let inspection = try result.json()
        #expect(inspection["kind"] as? String == arguments[0])
        let fields = try #require(inspection["fields"] as? [[String: Any]])
        for field in fields {
            #expect(
                Set(field.keys) == ["kernelName", "swiftName", "value", "present", "requires", "meaning"])
            #expect(field["present"] is Bool)
            #expect((field["meaning"] as? String)?.contains("\n") == false)
        }
        return Dictionary(
            fields.map { ($0["kernelName"] as? String ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields that the kernel's Physical Memory document lists.
    @Test func aNodeHasEveryField() throws {
        let node = try fields("node", "1", "--machine", "2-socket")
        let names = """
            node_zones node_zonelists nr_zones node_mem_map node_page_ext node_start_pfn node_present_pages \
            node_spanned_pages node_size_lock node_id totalreserve_pages first_deferred_pfn deferred_split_queue \
            __lruvec kswapd kswapd_wait pfmemalloc_wait reclaim_wait nr_writeback_throttled nr_reclaim_start \
            kswapd_order kswapd_highest_zoneidx kswapd_failures min_unmapped_pages min_slab_pages flags \
            kcompactd_max_order kcompactd_highest_zoneidx kcompactd_wait kcompactd proactive_compact_trigger \
            per_cpu_nodestats vm_stat
            """
        for name in names.split(separator: " ") { #expect(node[String(name)] != nil, "\(name)") }
        #expect(node["node_id"]?["value"] as? Int == 1)
        #expect(node["node_present_pages"]?["value"] as? Int == 8_388_608)
        #expect(node["node_mem_map"]?["present"] as? Bool == false)
        #expect(node["node_mem_map"]?["value"] is NSNull)
        #expect(node["node_mem_map"]?["requires"] as? String == "CONFIG_FLATMEM")
        #expect(node["node_id"]?["requires"] is NSNull)
    }

    @Test func aZoneHasEveryField() throws {
        let zone = try fields("zone", "0/normal", "--machine", "2-socket")
        let names = """
            _watermark watermark_boost nr_reserved_highatomic nr_free_highatomic lowmem_reserve node zone_pgdat \
            per_cpu_pageset per_cpu_zonestats pageset_high_min pageset_high_max pageset_batch pageblock_flags \
            zone_start_pfn managed_pages spanned_pages present_pages present_early_pages cma_pages name \
            nr_isolate_pageblock span_seqlock initialized free_area unaccepted_pages flags lock percpu_drift_mark \
            compact_cached_free_pfn compact_cached_migrate_pfn compact_init_migrate_pfn compact_init_free_pfn \
            compact_considered compact_defer_shift compact_order_failed compact_blockskip_flush contiguous vm_stat \
            vm_numa_event
            """
        for name in names.split(separator: " ") { #expect(zone[String(name)] != nil, "\(name)") }
        #expect(zone["name"]?["value"] as? String == "Normal")
        #expect((zone["free_area"]?["value"] as? [Int])?.count == 11)
        let managed = try #require(zone["managed_pages"]?["value"] as? Int)
        #expect((zone["vm_stat"]?["value"] as? [String: Int])?["nr_free_pages"] == managed)
    }

    @Test func aPageInBothNotations() throws {
        let page = try fields("page", "0x100000", "--machine", "2-socket")
        for name in ["flags", "lru", "buddy_list", "mapping", "index", "_mapcount", "_refcount"] {
            #expect(page[name] != nil, "\(name)")
        }
        #expect(page["page_to_pfn()"]?["value"] as? Int == 0x100000)
        #expect(page["page_to_phys()"]?["value"] as? Int == 4 << 30)
        let same = try fields("page", "1048576", "--machine", "2-socket")
        #expect(same["page_to_pfn()"]?["value"] as? Int == 0x100000)
    }

    @Test func aCPUHasItsListsOfEachZone() throws {
        let cpu = try fields("cpu", "3", "--machine", "2-socket")
        #expect(cpu["cpu_to_node()"]?["value"] as? Int == 0)
        let batch = try #require(cpu["per_cpu_pages.batch"]?["value"] as? [String: Int])
        #expect(batch == ["0/DMA": 1, "0/DMA32": 63, "0/Normal": 63, "1/Normal": 63])
    }

    @Test func textSaysWhatIsNotThere() throws {
        let result = try Program.run("inspect", "node", "0", "--machine", "x86-32-2g")
        #expect(result.status == 0)
        #expect(result.output.contains("kswapd_order"))
        #expect(result.output.contains("not on this machine"))
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test(arguments: [
        ["node", "2"], ["node", "x"], ["node", "99999999999999999999"], ["node", "-1"],
        ["zone", "0"], ["zone", "0/Nowhere"], ["zone", "7/Normal"], ["zone", "0/HighMem"], ["zone", "/"],
        ["page", "0"], ["page", "0xffffffffffffffff"], ["page", "zz"], ["page", "0x"], ["page", "1e3"],
        ["cpu", "16"], ["cpu", "x"], ["thing", "1"], ["node"],
    ])
    func whatIsNotThereIsWrongUsage(_ arguments: [String]) throws {
        let result = try Program.run(["inspect"] + arguments + ["--machine", "2-socket"])
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: "))
    }

    /// 1 TiB of frames, of which opening the machine touches next to none.
    // AddressSanitizer keeps memory of its own beside each block.
    @Test(.enabled(if: dlsym(nil, "__asan_init") == nil, "AddressSanitizer's memory would be counted"))
    func aTebibyteOpensInLittleMemory() throws {
        let machine = #"{"memory": [{"start": 0, "end": 1099511627776}], "nodes": [{"id": 0, "cpus": [0, 1]}]}"#
        try Folder.withTemporary { folder in
            let path = try folder.write("machine.json", machine)
            let peak = try Program.peakKibibytes(["inspect", "node", "0", "--machine", path, "--json"])
            #expect(peak < 64 << 10, "\(peak) KiB")
        }
    }
}
