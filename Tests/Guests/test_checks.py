"""The checks themselves: a guest that tells the truth passes, and each lie is noticed. No guest is booted."""

import copy
import json
import unittest

import checks
import topologies

COMMANDS = {command.name: command for command in checks.COMMANDS}
LAYOUT, RUN, SPILL, VERIFY = (COMMANDS[name] for name in ("layout", "run", "spill", "verify"))
CAPTURE, HOST, STRESS, MEASURE = (COMMANDS[name] for name in ("capture", "host", "stress", "measure"))
FRAMES = 4096


class Sent:
    """What a guest would have sent."""

    def __init__(self, files):
        self.files = files

    def text(self, name):
        return self.files[name]

    def status(self, command):
        return int(self.files[f"{command}.status"])


def orders(topology):
    return {node: sorted(topology.nodes_with_memory, key=lambda other: topology.distances[node][other])
            for node in range(len(topology.nodes))}


def kernel(topology):
    def listed(values):
        return ",".join(map(str, values)) + "\n"
    files = {
        "kernel/online": listed(range(len(topology.nodes))),
        "kernel/has_cpu": listed(topology.nodes_with_cpus),
        "kernel/has_memory": listed(topology.nodes_with_memory),
        "kernel/dmesg": "".join(
            f"[    0.1] Fallback order for Node {node}: {' '.join(map(str, order))} \n"
            for node, order in orders(topology).items()),
        "kernel/zoneinfo": "".join(
            f"Node {node}, zone    DMA32\n  pages free     9\n        spanned  {FRAMES}\n        present  {FRAMES}\n"
            f"  start_pfn:           {node * FRAMES}\n" for node in topology.nodes_with_memory),
    }
    for node, cpus in enumerate(topology.cpu_lists):
        files[f"kernel/node{node}/cpulist"] = listed(cpus)
        files[f"kernel/node{node}/distance"] = " ".join(map(str, topology.distances[node])) + "\n"
    return files


def layout(topology):
    zone = {"name": "DMA32", "spannedPages": FRAMES, "presentPages": FRAMES}
    return {
        "nodeStates": {"cpu": topology.nodes_with_cpus, "memory": topology.nodes_with_memory},
        "nodes": [
            {"id": node, "cpus": cpus, "distances": list(topology.distances[node]),
             "fallbackOrder": orders(topology)[node],
             "zones": [{**zone, "startPFN": node * FRAMES}] if node in topology.nodes_with_memory else []}
            for node, cpus in enumerate(topology.cpu_lists)],
    }


def run(topology, spilled=0):
    def counters(node):
        given = 100 if node in topology.nodes_with_memory else 0
        return {"numaHit": given, "numaMiss": 0, "numaForeign": 0, "localNode": given, "otherNode": 0}
    nodes = [{"id": node, "numastat": counters(node)} for node in range(len(topology.nodes))]
    following = next(node for node in orders(topology)[0] if node != 0)
    nodes[0]["numastat"]["numaForeign"] = spilled
    nodes[following]["numastat"]["numaMiss"] = nodes[following]["numastat"]["otherNode"] = spilled
    rows, columns = topology.nodes_with_cpus, topology.nodes_with_memory
    return {
        "cpus": [
            {"cpu": cpu, "node": node, "hostCPU": cpu, "observedCPUs": [cpu], "operations": 10, "fallbacks": spilled}
            for node, cpus in enumerate(topology.cpu_lists) for cpu in cpus],
        "nodes": nodes,
        "placement": {"bound": True, "reason": None, "checkedPages": 64, "onExpectedNode": 64},
        "audit": {"frames": 50, "free": 20, "pcp": 10, "allocated": 5, "reserved": 15, "lost": 0, "duplicated": 0},
        "accessCosts": {
            "cpuNodes": rows, "memoryNodes": columns, "latencyNanoseconds": [[1.5 for _ in columns] for _ in rows]},
        "gaps": [],
    }


def stress(topology):
    threads = [{"cpu": cpu} for cpus in topology.cpu_lists for cpu in cpus]
    return {
        "errors": [], "audit": run(topology)["audit"],
        "points": [{"lock": lock, "operations": 10, "threads": threads} for lock in ("ttas", "ticket")]}


def measure(topology):
    rows, columns = topology.nodes_with_cpus, topology.nodes_with_memory
    return {
        **run(topology)["accessCosts"], "gaps": [], "placementVerified": True,
        "warnings": ["this machine is emulated (QEMU)"],
        "firmwareDistances": [[topology.distances[row][column] for column in columns] for row in rows]}


def host(topology):
    counts = {words: 5 for words in checks.NUMASTAT.values()}
    return {"nodes": [
        {"id": node, "cpus": cpus, "numastat": dict(counts)} for node, cpus in enumerate(topology.cpu_lists)]}


def sysfs(topology):
    """The counters before and after `host` said 5."""
    return {
        f"host.{when}{node}": "".join(f"{name} {value}\n" for name in checks.NUMASTAT)
        for node in range(len(topology.nodes)) for when, value in (("before", 4), ("after", 6))}


def failures(topology, command, document, files=None):
    sent = {
        **kernel(topology), **sysfs(topology), "captured": "@@zoneinfo\n",
        f"{command.name}.stdout": json.dumps(document), f"{command.name}.stderr": "",
        f"{command.name}.status": "0\n", **(files or {})}
    found = checks.Checks(topology, Sent(sent))
    checks.check_kernel(found)
    command.check(found, command)
    return found.failures


class Truth(unittest.TestCase):
    def test_every_topology_passes(self):
        for topology in topologies.ALL.values():
            with self.subTest(topology.name):
                self.assertEqual(failures(topology, LAYOUT, layout(topology)), [])
                self.assertEqual(failures(topology, RUN, run(topology)), [])
                self.assertEqual(failures(topology, SPILL, run(topology, spilled=7)), [])
                verified = {"fields": 3, "equal": 2, "stale": 1, "mismatches": []}
                self.assertEqual(failures(topology, VERIFY, verified), [])
                self.assertEqual(failures(topology, CAPTURE, None), [])
                self.assertEqual(failures(topology, HOST, host(topology)), [])
                self.assertEqual(failures(topology, STRESS, stress(topology)), [])
                self.assertEqual(failures(topology, MEASURE, measure(topology)), [])


class Lies(unittest.TestCase):
    def assert_noticed(self, command, document, path, value):
        """Sets what `path` leads to and expects a failure."""
        lie = copy.deepcopy(document)
        place = lie
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with self.subTest(command=command.name, path=path):
            self.assertNotEqual(failures(self.topology, command, lie), [])

    def test_each_lie_is_noticed(self):
        self.topology = topologies.ALL["n4-ring"]
        for path, value in (
            (("nodes", 1, "cpus"), [0]), (("nodes", 1, "distances"), [10, 10, 10, 10]), (("nodes",), []),
            (("nodes", 2, "fallbackOrder"), [2, 0, 1, 3]), (("nodes", 0, "zones"), []),
            (("nodes", 3, "zones", 0, "startPFN"), 1), (("nodeStates", "cpu"), [0]),
        ):
            self.assert_noticed(LAYOUT, layout(self.topology), path, value)
        for path, value in (
            (("cpus",), []), (("cpus", 0, "observedCPUs"), [0, 1]), (("cpus", 1, "hostCPU"), 0),
            (("cpus", 2, "node"), 0), (("cpus", 3, "operations"), 0), (("audit", "lost"), 1),
            (("audit", "duplicated"), 1), (("audit", "free"), 19), (("placement", "bound"), False),
            (("placement", "checkedPages"), 0), (("placement", "onExpectedNode"), 63),
            (("nodes", 0, "numastat", "localNode"), 99), (("nodes", 0, "numastat", "numaForeign"), 1),
            (("accessCosts", "latencyNanoseconds", 0, 1), None), (("accessCosts", "memoryNodes"), [0]),
        ):
            self.assert_noticed(RUN, run(self.topology), path, value)
        self.assertNotEqual(failures(self.topology, SPILL, run(self.topology)), [], "nothing spilled")
        for path, value in ((("nodes", 0, "numastat", "numaForeign"), 0), (("cpus",), [])):
            self.assert_noticed(SPILL, run(self.topology, spilled=7), path, value)

    def test_each_lie_of_host_stress_and_measure_is_noticed(self):
        self.topology = topologies.ALL["n3-memonly"]
        for path, value in (
            (("nodes",), []), (("nodes", 2, "cpus"), [2]), (("nodes", 1, "numastat"), None),
            (("nodes", 1, "numastat", "otherNode"), 7), (("nodes", 0, "numastat", "numaHit"), 3),
        ):
            self.assert_noticed(HOST, host(self.topology), path, value)
        for path, value in (
            (("errors",), ["a frame was handed out twice"]), (("audit", "lost"), 1),
            (("points", 1, "operations"), 0), (("points",), []),
        ):
            self.assert_noticed(STRESS, stress(self.topology), path, value)
        for path, value in (
            (("placementVerified",), False), (("warnings",), []), (("latencyNanoseconds", 1, 2), None),
            (("gaps",), [{"row": 0, "column": 0, "part": "cacheToCache"}]), (("firmwareDistances", 0, 2), 21),
        ):
            self.assert_noticed(MEASURE, measure(self.topology), path, value)
        nothing = {"captured": "", "capture.status": "0\n"}
        self.assertNotEqual(failures(self.topology, CAPTURE, None, nothing), [])

    def test_a_gap_that_is_named_is_none(self):
        topology = topologies.ALL["n2"]
        document = run(topology)
        document["accessCosts"]["latencyNanoseconds"][0][1] = None
        document["gaps"] = [{"row": 0, "column": 1, "reason": "not reachable"}]
        self.assertEqual(failures(topology, RUN, document), [])

    def test_a_failed_command_and_another_machine_are_noticed(self):
        topology = topologies.ALL["n2"]
        self.assertNotEqual(failures(topology, RUN, run(topology), {"run.status": "70\n"}), [])
        self.assertNotEqual(failures(topology, RUN, run(topology), {"run.stdout": "{\"cut"}), [])
        self.assertNotEqual(failures(topology, RUN, run(topology), {"kernel/node1/distance": "20 10\n"}), [])


if __name__ == "__main__":
    unittest.main()
