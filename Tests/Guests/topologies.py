"""The emulated machines: nodes, their CPUs and memory, and the distances between them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    cpus: int
    mebibytes: int


@dataclass(frozen=True)
class Topology:
    name: str
    nodes: tuple
    distances: tuple  # distances[from][to]

    @property
    def cpu_lists(self):
        """The CPUs of each node, numbered node by node."""
        lists, first = [], 0
        for node in self.nodes:
            lists.append(list(range(first, first + node.cpus)))
            first += node.cpus
        return lists

    @property
    def nodes_with_cpus(self):
        return [number for number, node in enumerate(self.nodes) if node.cpus]

    @property
    def nodes_with_memory(self):
        return [number for number, node in enumerate(self.nodes) if node.mebibytes]

    def qemu_arguments(self):
        cpus = sum(node.cpus for node in self.nodes)
        arguments = ["-smp", f"{cpus},sockets={cpus},cores=1,threads=1"]
        arguments += ["-m", f"{sum(node.mebibytes for node in self.nodes)}M"]
        for number, (node, numbers) in enumerate(zip(self.nodes, self.cpu_lists)):
            described = f"node,nodeid={number}"
            if numbers:
                described += f",cpus={numbers[0]}-{numbers[-1]}"
            if node.mebibytes:
                arguments += ["-object", f"memory-backend-ram,id=memory{number},size={node.mebibytes}M"]
                described += f",memdev=memory{number}"
            arguments += ["-numa", described]
        for source, row in enumerate(self.distances):
            for target, distance in enumerate(row):
                if source != target:
                    arguments += ["-numa", f"dist,src={source},dst={target},val={distance}"]
        return arguments


def ring(count):
    """A ring: 10 to itself, 10 more for each step the shorter way round."""
    return tuple(
        tuple(10 + 10 * min((b - a) % count, (a - b) % count) for b in range(count)) for a in range(count))


ALL = {
    topology.name: topology
    for topology in (
        # 4 GiB together: the second node crosses the border of DMA32 and Normal.
        Topology("n2", (Node(2, 2048), Node(2, 2048)), ((10, 21), (21, 10))),
        Topology("n4-ring", (Node(1, 640),) * 4, ring(4)),
        Topology(
            "n3-memonly", (Node(1, 640), Node(1, 640), Node(0, 640)), ((10, 21, 17), (21, 10, 28), (17, 28, 10))),
        Topology(
            "n3-cpuonly", (Node(1, 640), Node(1, 640), Node(1, 0)), ((10, 21, 31), (21, 10, 15), (31, 15, 10))),
        Topology(
            "n4-asym", (Node(1, 640),) * 4,
            ((10, 16, 32, 33), (25, 10, 25, 32), (32, 25, 10, 16), (33, 32, 25, 10))),
        Topology("n8", (Node(1, 512),) * 8, ring(8)),
    )
}
