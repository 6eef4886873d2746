"""What is asserted of a guest: the machine is the one asked for, and pgdat says of it what its kernel says."""

import json
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One run of pgdat in the guest: its arguments, its limit in emulated seconds, and what its JSON must say."""

    name: str
    arguments: str
    limit: int
    check: object

    @property
    def subcommand(self):
        return self.arguments.split()[0]


class Checks:
    """Collects what failed and goes on, so that one boot tells everything."""

    def __init__(self, topology, results):
        self.topology, self.results = topology, results
        self.passed, self.failures = 0, []

    def that(self, condition, text):
        if condition:
            self.passed += 1
        else:
            self.failures.append(text)

    def equal(self, found, expected, text):
        self.that(found == expected, f"{text}: {found}, expected {expected}")

    def document(self, command):
        """The command's JSON, or nothing if it failed."""
        status = self.results.status(command.name)
        self.equal(status, 0, f"{command.name}: exit status")
        try:
            return json.loads(self.results.text(f"{command.name}.stdout"))
        except json.JSONDecodeError as error:
            stderr = self.results.text(f"{command.name}.stderr").strip()
            self.that(False, f"{command.name}: no JSON ({error}); stderr: {stderr[-400:] or 'empty'}")
            return None


def numbers(text):
    """The kernel's list format: `0-2,5`; an empty list for an empty one."""
    found = []
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            found += range(int(first), int(last or first) + 1)
    return found


def check_kernel(checks):
    """The emulator made the machine that was asked for: otherwise nothing below means anything."""
    topology, text = checks.topology, checks.results.text
    checks.equal(numbers(text("kernel/online")), list(range(len(topology.nodes))), "kernel: nodes online")
    checks.equal(numbers(text("kernel/has_cpu")), topology.nodes_with_cpus, "kernel: nodes with CPUs")
    checks.equal(numbers(text("kernel/has_memory")), topology.nodes_with_memory, "kernel: nodes with memory")
    for node, cpus in enumerate(topology.cpu_lists):
        checks.equal(numbers(text(f"kernel/node{node}/cpulist")), cpus, f"kernel: CPUs of node {node}")
        distances = tuple(int(word) for word in text(f"kernel/node{node}/distance").split())
        checks.equal(distances, topology.distances[node], f"kernel: distances from node {node}")


def fallback_orders(log):
    """`Fallback order for Node 0: 0 1` of the kernel's log, by node; the last one said counts."""
    orders = re.findall(r"Fallback order for Node (\d+):((?: \d+)*)", log)
    return {int(node): [int(word) for word in order.split()] for node, order in orders}


def zones_of(zoneinfo):
    """start_pfn, spanned and present of each populated zone in /proc/zoneinfo, by (node, zone)."""
    zones = {}
    for block in re.split(r"(?m)^(?=Node \d+, zone)", zoneinfo):
        head = re.match(r"Node (\d+), zone +(\w+)", block)
        if head:
            values = dict(re.findall(r"(?m)^ +(spanned|present|start_pfn:?) +(\d+)", block))
            values = {key.rstrip(":"): int(value) for key, value in values.items()}
            if values.get("present"):
                zones[int(head[1]), head[2]] = (values["start_pfn"], values["spanned"], values["present"])
    return zones


def check_help(checks, command):
    checks.equal(checks.results.status(command.name), 0, "--help: exit status")
    checks.that("pgdat" in checks.results.text(f"{command.name}.stdout"), "--help says nothing of pgdat")


def check_layout(checks, command):
    layout = checks.document(command)
    if layout is None:
        return
    topology, text = checks.topology, checks.results.text
    nodes = {node["id"]: node for node in layout["nodes"]}
    checks.equal(sorted(nodes), list(range(len(topology.nodes))), f"{command.name}: nodes")
    checks.equal(layout["nodeStates"]["cpu"], topology.nodes_with_cpus, f"{command.name}: node state cpu")
    checks.equal(layout["nodeStates"]["memory"], topology.nodes_with_memory, f"{command.name}: node state memory")
    orders = fallback_orders(text("kernel/dmesg"))
    checks.that(orders, "kernel: no fallback order in its log")
    for number, node in nodes.items():
        checks.equal(node["cpus"], topology.cpu_lists[number], f"{command.name}: CPUs of node {number}")
        checks.equal(
            node["distances"], list(topology.distances[number]), f"{command.name}: distances from node {number}")
        if number in orders:
            checks.equal(node["fallbackOrder"], orders[number], f"{command.name}: fallback order of node {number}")
    expected = zones_of(text("kernel/zoneinfo"))
    found = {
        (number, zone["name"]): (zone["startPFN"], zone["spannedPages"], zone["presentPages"])
        for number, node in nodes.items() for zone in node["zones"] if zone["presentPages"]
    }
    checks.equal(sorted(found), sorted(expected), f"{command.name}: populated zones")
    for zone in sorted(set(found) & set(expected)):
        checks.equal(
            found[zone], expected[zone], f"{command.name}: start, spanned, present of node {zone[0]} {zone[1]}")


def check_run(checks, command):
    run = checks.document(command)
    if run is None:
        return
    topology = checks.topology
    home = {cpu: node for node, cpus in enumerate(topology.cpu_lists) for cpu in cpus}
    checks.equal(sorted(cpu["cpu"] for cpu in run["cpus"]), sorted(home), "run: CPUs")
    for cpu in run["cpus"]:
        name = f"run: CPU {cpu['cpu']}"
        checks.equal(cpu["node"], home.get(cpu["cpu"]), f"{name}: node")
        checks.equal(cpu["observedCPUs"], [cpu["hostCPU"]], f"{name}: where its thread ran")
        checks.equal(home.get(cpu["hostCPU"]), cpu["node"], f"{name}: node of the host CPU it ran on")
        checks.that(cpu["operations"] > 0, f"{name}: did nothing")
    check_audit(checks, "run", run["audit"])
    check_placement(checks, "run", run["placement"])
    check_numastat(checks, "run", run["nodes"])
    check_cost_matrix(checks, "run", run["accessCosts"], run.get("gaps", []))


def check_spill(checks, command):
    """A CPU whose node is full gets memory from the next node of its zonelist, and the counters say so."""
    run = checks.document(command)
    if run is None:
        return
    check_audit(checks, "spill", run["audit"])
    check_placement(checks, "spill", run["placement"])
    check_numastat(checks, "spill", run["nodes"])
    if len(checks.topology.nodes_with_memory) == 1:
        return
    counters = {node["id"]: node["numastat"] for node in run["nodes"]}
    orders = fallback_orders(checks.results.text("kernel/dmesg"))
    full = [node for node, counts in counters.items() if counts["numaForeign"] > 0]
    checks.that(full, "spill: no node was full: numaForeign is 0 everywhere")
    for node in full:
        following = next(other for other in orders[node] if other != node)
        checks.that(
            counters[following]["numaMiss"] > 0,
            f"spill: node {node} was full, but node {following}, next in its zonelist, has no numaMiss")
    checks.that(
        sum(cpu["fallbacks"] for cpu in run["cpus"]) > 0, "spill: no CPU counted an allocation from another node")


def check_audit(checks, name, audit):
    checks.equal((audit["lost"], audit["duplicated"]), (0, 0), f"{name}: frames lost, duplicated")
    accounted = sum(audit[key] for key in ("free", "pcp", "allocated", "reserved", "lost"))
    checks.equal(accounted, audit["frames"], f"{name}: frames accounted for")


def check_placement(checks, name, placement):
    checks.that(placement["bound"], f"{name}: memory is not bound: {placement['reason']}")
    checks.that(placement["checkedPages"] > 0, f"{name}: no page's place was checked")
    checks.equal(placement["onExpectedNode"], placement["checkedPages"], f"{name}: pages on the node expected")


def check_numastat(checks, name, nodes):
    """An allocation counts once as hit or miss and once as local or other; each miss is foreign somewhere else."""
    memory = set(checks.topology.nodes_with_memory)
    for node in nodes:
        counts, number = node["numastat"], node["id"]
        checks.equal(
            counts["numaHit"] + counts["numaMiss"], counts["localNode"] + counts["otherNode"],
            f"{name}: node {number}: hits and misses against local and other")
        if number not in memory:
            checks.equal(counts["numaHit"] + counts["numaMiss"], 0, f"{name}: node {number} has no memory to give")
    misses = sum(node["numastat"]["numaMiss"] for node in nodes)
    checks.equal(sum(node["numastat"]["numaForeign"] for node in nodes), misses, f"{name}: foreign against missed")
    checks.that(sum(node["numastat"]["numaHit"] for node in nodes) > 0, f"{name}: no allocation hit its node")


def check_cost_matrix(checks, name, costs, outer_gaps):
    """Each pair is measured or named. The figures themselves are the emulator's, and nobody looks at them."""
    topology = checks.topology
    checks.equal(costs["cpuNodes"], topology.nodes_with_cpus, f"{name}: rows of the cost matrix")
    checks.equal(costs["memoryNodes"], topology.nodes_with_memory, f"{name}: columns of the cost matrix")
    gaps = {
        (gap["row"], gap["column"])
        for gap in costs.get("gaps", outer_gaps) if gap.get("part", "latency") == "latency"
    }
    matrix = costs["latencyNanoseconds"]
    checks.equal(
        [len(row) for row in matrix], [len(costs["memoryNodes"])] * len(costs["cpuNodes"]), f"{name}: matrix' shape")
    for row, values in enumerate(matrix):
        for column, value in enumerate(values):
            measured = value is not None and value > 0
            checks.that(
                measured or (row, column) in gaps, f"{name}: pair ({row}, {column}) neither measured nor named")


def check_verify(checks, command):
    verify = checks.document(command)
    if verify is None:
        return
    checks.equal(verify["mismatches"], [], f"{command.name}: mismatches with the guest's own kernel")
    checks.that(verify["fields"] > 0, f"{command.name}: compared nothing")
    checks.equal(verify["equal"] + verify["stale"], verify["fields"], f"{command.name}: equal and stale")


def check_stress(checks, command):
    stress = checks.document(command)
    if stress is None:
        return
    checks.equal(stress["errors"], [], f"{command.name}: errors")
    check_audit(checks, command.name, stress["audit"])
    for point in stress["points"]:
        checks.that(point["operations"] > 0, f"{command.name}: lock {point['lock']} did nothing")
    checks.equal(
        sorted({thread["cpu"] for point in stress["points"] for thread in point["threads"]}),
        sorted(cpu for cpus in checks.topology.cpu_lists for cpu in cpus), f"{command.name}: CPUs at work")


def check_measure(checks, command):
    measure = checks.document(command)
    if measure is None:
        return
    check_cost_matrix(checks, "measure", measure, [])
    checks.equal([gap for gap in measure["gaps"] if not gap.get("reason")], [], "measure: gaps without a reason")
    checks.that(measure["placementVerified"], "measure: placement is not proved")
    checks.that(any("emulated" in warning for warning in measure["warnings"]), "measure: no word of the emulation")
    distances = checks.topology.distances
    checks.equal(
        measure["firmwareDistances"],
        [[distances[row][column] for column in measure["memoryNodes"]] for row in measure["cpuNodes"]],
        "measure: the firmware's distances")


def check_host(checks, command):
    """The counters go on counting: pgdat's must lie between what sysfs said before and after it."""
    host = checks.document(command)
    if host is None:
        return
    checks.equal([node["id"] for node in host["nodes"]], list(range(len(checks.topology.nodes))), "host: nodes")
    for node in host["nodes"]:
        number, counts = node["id"], node["numastat"] or {}
        checks.equal(node["cpus"], checks.topology.cpu_lists[number], f"host: CPUs of node {number}")
        before, after = (
            numastat(checks.results.text(f"{command.name}.{when}{number}")) for when in ("before", "after"))
        for name, words in NUMASTAT.items():
            found = counts.get(words, -1)
            checks.that(
                before[name] <= found <= after[name],
                f"host: node {number} {name}: {found}, not from {before[name]} to {after[name]}")


NUMASTAT = {
    "numa_hit": "numaHit", "numa_miss": "numaMiss", "numa_foreign": "numaForeign", "interleave_hit": "interleaveHit",
    "local_node": "localNode", "other_node": "otherNode",
}


def numastat(text):
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def check_capture(checks, command):
    checks.equal(checks.results.status(command.name), 0, "capture: exit status")
    checks.that("@@zoneinfo" in checks.results.text("captured"), "capture: no zoneinfo in the file it wrote")


COMMANDS = (
    Command("help", "--help", 20, check_help),
    Command("layout", "layout --json", 30, check_layout),
    Command("run", "run --json --seconds 1 --per-node 32M", 120, check_run),
    # By operations: an emulated CPU that gets no time must still hold its share before the end.
    Command("spill", "run --workload spill --json --operations 100000 --per-node 32M", 120, check_spill),
    Command("verify", "verify --json", 60, check_verify),
    # What it wrote is read back by the two after it, and must say the same as the machine itself.
    Command("capture", "capture -o /out/captured", 60, check_capture),
    Command("captured-verify", "verify --json /out/captured", 60, check_verify),
    Command("captured-layout", "layout --json --machine /out/captured", 30, check_layout),
    Command("host", "host --json", 30, check_host),
    Command("stress", "stress --json --operations 20000 --per-node 16M --lock all", 120, check_stress),
    Command("measure", "measure --quick --json", 240, check_measure),
)
