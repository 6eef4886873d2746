"""One guest: its initramfs, its boot under QEMU's software emulation, and what it sent back."""

import gzip
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Some kernels die at boot on some emulated processors: the next way is tried if the guest's init was never reached.
# Each has cmpxchg16b, which Swift's runtime needs.
PROCESSORS = (("max", "multi"), ("EPYC", "multi"), ("max", "single"))


class GuestFailure(Exception):
    pass


class Results:
    """The files that the guest sent: `kernel/...` and, of each command, its stdout, stderr and status."""

    def __init__(self, archive, log, seconds):
        self.files, self.log, self.seconds = {}, log, seconds
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                if member.isfile():
                    name = os.path.normpath(member.name)
                    self.files[name] = tar.extractfile(member).read().decode("utf-8", "replace")

    def text(self, name):
        if name not in self.files:
            raise GuestFailure(f"the guest sent no {name}")
        return self.files[name]

    def status(self, command):
        return int(self.text(f"{command}.status"))


def make_initramfs(folder, binary, commands):
    root = folder / "root"
    (root / "bin").mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), root / "bin/busybox")
    shutil.copy(binary, root / "pgdat")
    shutil.copy(HERE / "init", root / "init")
    for program in ("bin/busybox", "pgdat", "init"):
        (root / program).chmod(0o755)
    lines = [f"{command.name} {command.limit} {command.arguments}\n" for command in commands]
    (root / "commands").write_text("".join(lines))
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    image = folder / "initramfs"
    with open(image, "wb") as output:
        subprocess.run(
            ["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"],
            cwd=root, input=names.encode(), stdout=output, check=True)
    return image


def boot(topology, kernel, binary, commands, limit):
    """Boots one machine, runs the commands inside, and returns its `Results`."""
    with tempfile.TemporaryDirectory(prefix=f"pgdat-{topology.name}-") as name:
        folder = Path(name)
        image = make_initramfs(folder, binary, commands)
        for processor, threads in PROCESSORS:
            log, archive, seconds = run_qemu(topology, kernel, image, folder, processor, threads, limit)
            if archive:
                return Results(gunzip(archive, log), log, seconds)
            if "guest: up" in log:
                raise GuestFailure("the guest sent no results; its console ends:\n" + tail(log))
            print(f"  {topology.name}: no boot with -cpu {processor}, thread={threads}; its console ends:")
            print(tail(log, 5))
        raise GuestFailure("the kernel did not boot on any emulated processor")


def gunzip(archive, log):
    try:
        return gzip.decompress(archive)
    except (EOFError, OSError) as error:
        raise GuestFailure(f"the guest's results are cut off ({error}); its console ends:\n{tail(log)}")


def run_qemu(topology, kernel, image, folder, processor, threads, limit):
    console, archive = folder / "console", folder / "results"
    arguments = [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-no-reboot",
        "-accel", f"tcg,thread={threads}", "-cpu", processor, *topology.qemu_arguments(),
        "-kernel", str(kernel), "-initrd", str(image), "-append", "console=ttyS0 panic=-1",
        "-serial", f"file:{console}", "-serial", f"file:{archive}",
    ]
    start = time.monotonic()
    try:
        done = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        log = console.read_text(errors="replace") if console.exists() else ""
        raise GuestFailure(f"the guest was still running after {limit} s; its console ends:\n{tail(log)}")
    log = console.read_text(errors="replace") if console.exists() else ""
    if done.returncode != 0:
        raise GuestFailure(f"qemu ended with {done.returncode}: {done.stderr.strip()}")
    received = archive.read_bytes() if archive.exists() else b""
    return log, received, time.monotonic() - start


def tail(log, lines=25):
    return "\n".join("    " + line.rstrip() for line in log.splitlines()[-lines:])
