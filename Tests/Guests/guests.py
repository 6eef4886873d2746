"""Boots the guests named on the command line, one after the other, and checks what came back."""

import argparse
import subprocess
import sys
from pathlib import Path

import checks
import guest
import topologies

TOP = Path(__file__).resolve().parent.parent.parent


def main():
    parser = argparse.ArgumentParser(
        prog="Tests/Guests/guests",
        description="Boots unmodified kernels on emulated NUMA machines, runs a static pgdat inside and checks it.",
        epilog="Installs qemu-system-x86, busybox-static and cpio with apt if they are missing. "
        "The newest kernel that apt offers is booted, PGDAT_GUEST_SERIES=6.1 the newest one of that series, "
        "PGDAT_GUEST_KERNEL=FILE that file. "
        "Emulated timings say nothing of real machines and are never shown.")
    parser.add_argument("topology", nargs="*", metavar="TOPOLOGY", help="guests to boot (default: all; see --list)")
    parser.add_argument("--list", action="store_true", help="name the topologies and stop")
    parser.add_argument("--binary", type=Path, help="the static pgdat (default: pgdat-static, built if it is missing)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave what each guest said under FOLDER")
    parser.add_argument("--limit", type=int, default=240, metavar="SECONDS", help="end a guest after so long (240)")
    parser.add_argument("--kernel", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()

    if options.list:
        for topology in topologies.ALL.values():
            print(f"{topology.name:11} " + "  ".join(
                f"node {number}: {node.cpus} CPUs, {node.mebibytes} MiB" for number, node in enumerate(topology.nodes)))
        return 0
    unknown = [name for name in options.topology if name not in topologies.ALL]
    if unknown:
        parser.exit(64, f"guests: no topology {', '.join(unknown)}; there are {', '.join(topologies.ALL)}\n")
    binary = options.binary or static_binary()
    if not binary.is_file():
        parser.exit(66, f"guests: no file {binary}\n")

    failed = [
        name for name in options.topology or topologies.ALL
        if not passes(topologies.ALL[name], binary, options)
    ]
    if failed:
        print(f"guests: FAILED: {', '.join(failed)}")
        return 1
    return 0


def static_binary():
    binary = TOP / "pgdat-static"
    if not binary.exists():
        subprocess.run([Path(__file__).resolve().parent / "build-static"], check=True)
    return binary


def passes(topology, binary, options):
    """Boots one guest and prints its verdict."""
    try:
        results = guest.boot(topology, options.kernel, binary, checks.COMMANDS, options.limit)
    except guest.GuestFailure as failure:
        print(f"{topology.name}: FAILED: {failure}")
        return False
    if options.keep:
        keep(options.keep / topology.name, results)
    found = checks.Checks(topology, results)
    checks.check_kernel(found)
    skipped = []
    for command in checks.COMMANDS:
        if exists(command, results):
            judge(command, found)
        else:
            skipped.append(command.name)
    for failure in found.failures:
        print(f"{topology.name}: failed: {failure}")
    verdict = f"{topology.name}: {found.passed} checks passed, {len(found.failures)} failed, {results.seconds:.0f} s"
    if skipped:
        verdict += f"; not in this pgdat: {', '.join(skipped)}"
    print(verdict, flush=True)
    return not found.failures


def exists(command, results):
    return command.subcommand.startswith("-") or f"\n  {command.subcommand} " in results.text("help.stdout")


def judge(command, found):
    try:
        command.check(found, command)
    except (KeyError, TypeError, IndexError, guest.GuestFailure) as error:
        found.that(False, f"{command.name}: not what the contract says: {type(error).__name__} {error}")


def keep(folder, results):
    for name, text in {**results.files, "console": results.log}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


sys.exit(main())
