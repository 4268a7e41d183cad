#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who may include whom, checked with the compiler's own list (gcc -MM).

    check_includes.py LIBFDT_DIR PORT_DIR...

The rooms know each other in one direction only:

    firmware -> lib/of -> lib/mm -> lib/base

lib/ never sees firmware/. A port and the host port implement arch.h and know
nothing of memory management. Only lib/of sees libfdt. Every source is asked for
every header that it reaches, however deep; a rule that is broken gives a line.
"""

import glob
import os
import re
import subprocess
import sys

# What a port may see of lib/include: the contract and what it needs to fill it.
CONTRACT = {"arch.h", "machine.h", "paging.h", "printk.h", "types.h"}

# What lib/base may see: the contract, and the headers of its own sources.
BASE = CONTRACT | {os.path.basename(name)[:-1] + "h"
                   for name in glob.glob("lib/base/*.c")}

# What only lib/of and the boot story may see of it.
DEVICE_TREE = {"of.h"}


def reached(source, flags):
    """Every file that source includes, directly or not, as paths."""
    done = subprocess.run(["gcc", "-MM", "-MG", *flags, source],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"check_includes.py: gcc -MM {source}:\n{done.stderr}")
    files = done.stdout.split(":", 1)[1].replace("\\\n", " ").split()
    return [os.path.normpath(name) for name in files[1:]]


def lib_headers(headers):
    """Names of those headers that stand in lib/include."""
    return {os.path.basename(name) for name in headers
            if name.startswith("lib/include/")}


def outside(headers, allowed):
    """Headers of lib/include that aren't allowed, as reasons."""
    return [f"{name}: not for this room"
            for name in sorted(lib_headers(headers) - allowed)]


def starting(headers, *prefixes):
    """Headers below one of prefixes, as reasons."""
    return [f"{name}: the wrong direction"
            for name in headers if name.startswith(prefixes)]


def libfdt(headers):
    """libfdt's headers, as reasons."""
    return [f"{name}: only lib/of may see libfdt"
            for name in headers if re.search(r"(^|/)(libfdt|fdt)\.h$", name)]


def broken_rules(source, headers):
    """What source reaches and may not: a list of reasons."""
    if source.startswith("lib/base/"):
        return (outside(headers, BASE) + libfdt(headers)
                + starting(headers, "firmware/", "test/", "lib/of/", "lib/mm/"))
    if source.startswith("lib/mm/"):
        return (outside(headers, lib_headers(headers) - DEVICE_TREE)
                + libfdt(headers)
                + starting([name for name in headers if "/asm/" not in name],
                           "firmware/", "test/", "lib/of/"))
    if source.startswith("lib/of/"):
        return starting(headers, "firmware/", "test/", "lib/mm/")
    if source.startswith(("firmware/arch/", "firmware/serial/")):
        return outside(headers, CONTRACT) + libfdt(headers)
    if source.startswith("test/host/"):
        return outside(headers, CONTRACT) + libfdt(headers)
    return libfdt(headers) + starting(headers, "test/", "lib/of/", "lib/mm/")


def check(source, libfdt_dir, port_dir):
    """Print a line for each rule that source breaks; how many there were."""
    flags = ["-Ilib/include", "-I" + port_dir, "-Itest/host",
             "-I" + libfdt_dir]
    reasons = broken_rules(source, reached(source, flags))
    for reason in reasons:
        print(f"{source}: includes {reason}")
    return len(reasons)


def main():
    """Check every C source; returns the exit status."""
    libfdt_dir, *port_dirs = sys.argv[1:]
    common = sorted(glob.glob("lib/*/*.c") + glob.glob("firmware/*.c")
                    + glob.glob("firmware/serial/*.c")
                    + glob.glob("firmware/arch/common/*.c")
                    + glob.glob("test/host/*.c"))
    broken = sum(check(source, libfdt_dir, port_dirs[0]) for source in common)
    for port_dir in port_dirs:
        for source in sorted(glob.glob(port_dir + "/*.[cS]")):
            broken += check(source, libfdt_dir, port_dir)
    if not common:
        sys.exit("check_includes.py: no sources here; run it from the top")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
