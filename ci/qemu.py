#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's command line for a machine, and running it.

A machine is a file of 'KEY = value' lines, ci/machines/<arch>/<name>.mk; what a
caller doesn't say comes from there. The tests use machine_command() and run();
as a command (make run) this boots one machine on the terminal and exits with
QEMU's status, or with 124 where it had to be killed.

RAM is given to QEMU as memory backends that reserve nothing, so a guest may
have more of it than the host, as long as it leaves its pages alone.

Some machines of QEMU's write their own memory into whatever tree -dtb names.
Where a machine's file has LOADER keys, a tree of the caller's is put into RAM
instead, next to the raw image and a boot loader of a few instructions:

    LOADER = ADDRESS WORD...    where it starts, and its 64-bit words
    LOADER_DTB, LOADER_IMAGE    where it expects the tree and the image
    LOADER_MEM                  RAM below the first address that fixtures use
"""

import argparse
import hashlib
import os
import re
import selectors
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MACHINES = os.path.join(ROOT, "ci", "machines")
BUILD = os.path.join(ROOT, "build")

# Seconds after which a run is killed, and the status that says so (timeout(1)).
TIMEOUT = 60
TIMEOUT_STATUS = 124

# The report's last line. A machine whose file says POWEROFF = no can't switch
# itself off; its run ends here, with the status that this line carries.
LAST_LINE = re.compile(rb"^bootmem: done status (pass|fail)\r?\n", re.MULTILINE)

# Distances of NUMA nodes, to themselves and to others, as firmware tables and
# device trees usually give them.
LOCAL_DISTANCE = 10
REMOTE_DISTANCE = 20

SUFFIXES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def parse_size(text):
    """Bytes in a size like 512M; a number alone means bytes."""
    match = re.fullmatch(r"(\d+)([KMGT]?)", str(text).upper())
    if not match:
        raise ValueError(f"{text}: a size is a number with K, M, G or T")
    return int(match[1]) * SUFFIXES[match[2]]


def machines(arch):
    """Names of the machines that there are for arch."""
    folder = os.path.join(MACHINES, arch)
    if not os.path.isdir(folder):
        raise ValueError(f"{arch}: no machines in ci/machines/{arch}")
    return sorted(name[:-3] for name in os.listdir(folder)
                  if name.endswith(".mk"))


def load_machine(arch, name):
    """The KEY = value lines of a machine's file, as a dictionary."""
    if name not in machines(arch):
        raise ValueError(f"{name}: no such machine of {arch}; there is: "
                         + ", ".join(machines(arch)))
    keys = {}
    with open(os.path.join(MACHINES, arch, name + ".mk")) as lines:
        for line in lines:
            match = re.match(r"(\w+)\s*=\s*(.*?)\s*$", line)
            if match:
                keys[match[1]] = match[2]
    return keys


def split_evenly(total, parts, unit):
    """total in parts, each a multiple of unit but the last, first ones larger.

    >>> split_evenly(5, 2, 1)
    [3, 2]
    """
    ends = [-(-total * i // parts // unit) * unit for i in range(parts)]
    ends.append(total)
    return [ends[i + 1] - ends[i] for i in range(parts)]


def cpu_range(first, count):
    """The option that gives a node count CPUs from first on; none for none."""
    if count == 0:
        return ""
    return f",cpus={first}" + (f"-{first + count - 1}" if count > 1 else "")


def memory_options(mem, nodes, smp):
    """-m, -smp, the memory backends and, for several nodes, their topology."""
    options = ["-m", f"{mem // SUFFIXES['K']}K", "-smp", str(smp)]
    if nodes == 1:
        return options + [
            "-object", f"memory-backend-ram,id=ram0,size={mem},reserve=off",
            "-machine", "memory-backend=ram0"]
    first = 0
    sizes = split_evenly(mem, nodes, SUFFIXES["M"])
    for node, cpus in enumerate(split_evenly(smp, nodes, 1)):
        options += [
            "-object", f"memory-backend-ram,id=ram{node},size={sizes[node]},"
                       "reserve=off",
            "-numa", f"node,nodeid={node},memdev=ram{node}"
                     + cpu_range(first, cpus)]
        first += cpus
    for src in range(nodes):
        for dst in range(nodes):
            distance = LOCAL_DISTANCE if src == dst else REMOTE_DISTANCE
            options += ["-numa", f"dist,src={src},dst={dst},val={distance}"]
    return options


def image_of(arch, machine, folder=None):
    """The file that the build makes for a port, in build/<port> or in folder, in
    the form that a machine takes: its file's IMAGE, else the ELF file."""
    keys = load_machine(arch, machine)
    return os.path.join(folder or os.path.join(BUILD, arch),
                        keys.get("IMAGE", "firmware.elf"))


def dtb_of(arch, machine):
    """The tree that a machine can't do without: the .dtb that its DTB names, or
    what the build makes of a .dts; None for a machine that has one of its own."""
    name = load_machine(arch, machine).get("DTB")
    if name and name.endswith(".dts"):
        return os.path.join(BUILD, "dts", arch,
                            os.path.basename(name)[:-1] + "b")
    return name and os.path.join(ROOT, name)


def with_bootargs(dtb, append):
    """A copy of the tree in file dtb that has append as its bootargs: its path,
    which depends on both, so that nobody else writes another text there."""
    with open(dtb, "rb") as blob:
        name = hashlib.sha256(blob.read() + append.encode()).hexdigest()
    path = os.path.join(BUILD, "loaded", name + ".dtb")
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part = f"{path}.{os.getpid()}"
        shutil.copyfile(dtb, part)
        subprocess.run(["fdtput", "-p", "-t", "s", part, "/chosen", "bootargs",
                        append], check=True)
        os.rename(part, path)
    return path


def loader_options(keys, kernel, dtb, append):
    """Options that put a tree and an image into RAM and start the boot loader
    that passes one to the other."""
    if kernel.endswith(".elf"):
        raise ValueError(f"{kernel}: with a tree of your own this machine takes "
                         "the raw image, firmware.bin")
    if append:
        dtb = with_bootargs(dtb, append)
    start, *words = keys["LOADER"].split()
    options = ["-device", f"loader,file={dtb},addr={keys['LOADER_DTB']},"
                          "force-raw=on",
               "-device", f"loader,file={kernel},addr={keys['LOADER_IMAGE']},"
                          "force-raw=on"]
    for i, word in enumerate(words):
        options += ["-device", f"loader,addr={int(start, 0) + 8 * i:#x},"
                               f"data={word},data-len=8"]
    return options + ["-device", f"loader,addr={start},cpu-num=0"]


def kernel_options(kernel, dtb, append):
    """The same for a machine that passes on any tree by itself."""
    options = []
    for option, value in (("-kernel", kernel), ("-dtb", dtb),
                          ("-append", append)):
        options += [option, value] if value else []
    return options


def machine_command(arch, machine="virt", kernel=None, mem=None, nodes=None,
                    smp=None, dtb=None, append=None, icount=False, qemu=None,
                    extra=()):
    """QEMU's command line, as a list; None means: as the machine's file says.

    kernel is an ELF file or a raw image, "" for none; extra is appended as it is.
    With a device tree of the caller's own, nodes is 1 unless said: the tree draws
    them.
    """
    keys = load_machine(arch, machine)
    dtb = dtb or dtb_of(arch, machine)
    if dtb and not os.path.exists(dtb):
        raise ValueError(f"{dtb}: not there; 'make dtbs' compiles what dts/ draws, "
                         "'make boards' fetches real boards' trees")
    if nodes is None:
        nodes = 1 if dtb else keys["NODES"]
    smp = max(int(smp or keys["SMP"]), int(nodes))
    command = [qemu or keys["QEMU"], "-M", keys["QEMU_MACHINE"],
               "-display", "none", "-monitor", "none", "-no-reboot",
               *["-serial", "null"] * int(keys.get("SERIAL", 0)),
               "-serial", "stdio", *keys.get("OPTIONS", "").split()]
    if "CPU" in keys:
        command += ["-cpu", keys["CPU"]]
    if kernel is None:
        kernel = image_of(arch, machine)
    size = parse_size(mem or keys["MEM"])
    if dtb and "LOADER" in keys:
        size += parse_size(keys["LOADER_MEM"])
        command += loader_options(keys, kernel, dtb, append)
    else:
        command += kernel_options(kernel, dtb, append)
    command += memory_options(size, int(nodes), smp)
    if icount:
        command += ["-icount", "shift=0"]
    return command + list(extra)


def powers_off(arch, machine):
    """Whether a machine can switch itself off, so that QEMU ends by itself."""
    return load_machine(arch, machine).get("POWEROFF", "yes") == "yes"


def read_to_end(process, deadline, at_last_line, echo):
    """(what the process printed, whether it is over) by deadline.

    Over means: its output ended, or, with at_last_line, its last line came.
    """
    text = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while selector.select(max(0, deadline - time.monotonic())):
            piece = os.read(process.stdout.fileno(), 1 << 16)
            text += piece
            if echo:
                sys.stdout.buffer.write(piece)
                sys.stdout.flush()
            if not piece or (at_last_line and LAST_LINE.search(text)):
                return text, True
    return text, False


def run(command, timeout=TIMEOUT, at_last_line=False, echo=False):
    """Run QEMU to its end: (status, text that it printed, as bytes).

    The status is QEMU's; TIMEOUT_STATUS where it was killed after timeout
    seconds. at_last_line is for machines that can't power off: the report's
    last line ends the run, 0 for pass and 1 for fail. With echo the text goes
    to standard output, too, as it comes.
    """
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        try:
            text, over = read_to_end(process, time.monotonic() + timeout,
                                     at_last_line, echo)
            if not over:
                return TIMEOUT_STATUS, text
            last = LAST_LINE.search(text)
            if at_last_line and last:
                return (0 if last[1] == b"pass" else 1), text
            return process.wait(timeout), text
        except subprocess.TimeoutExpired:
            return TIMEOUT_STATUS, text
        finally:
            process.kill()


def arguments():
    """The command line's options; see make help for what they mean."""
    parser = argparse.ArgumentParser(description="Boot an image in QEMU.")
    parser.add_argument("--arch", required=True)
    parser.add_argument("--machine", default="virt")
    for name in ("kernel", "mem", "nodes", "smp", "dtb", "append", "qemu"):
        parser.add_argument("--" + name)
    parser.add_argument("--build", help="where the image is: build/<arch>")
    parser.add_argument("--icount", action="store_true")
    parser.add_argument("--timeout", type=float, default=TIMEOUT)
    parser.add_argument("--gdb", action="store_true",
                        help="wait for a debugger, without a time limit")
    parser.add_argument("--print", action="store_true",
                        help="print the command instead of running it")
    parser.add_argument("extra", nargs="*", help="options for QEMU itself")
    return parser.parse_args()


def main():
    """Boot as the command line says; returns the exit status."""
    args = arguments()
    extra = list(args.extra) + (["-s", "-S"] if args.gdb else [])
    try:
        kernel = args.kernel or image_of(args.arch, args.machine, args.build)
        command = machine_command(args.arch, args.machine, kernel,
                                  args.mem, args.nodes, args.smp, args.dtb,
                                  args.append, args.icount, args.qemu, extra)
    except ValueError as error:
        sys.exit(f"qemu.py: {error}")
    if args.print:
        print(" ".join(command))
        return 0
    try:
        if args.gdb:
            return subprocess.call(command)
        status, _ = run(command, args.timeout, echo=True,
                        at_last_line=not powers_off(args.arch, args.machine))
    except OSError as error:
        sys.exit(f"qemu.py: {error}; QEMU=<path> names another emulator")
    if status == TIMEOUT_STATUS:
        print(f"qemu.py: no end after {args.timeout:g} s, killed; "
              "TIMEOUT=<seconds> allows more", file=sys.stderr)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
