# SPDX-License-Identifier: BSD-2-Clause
"""Mistakes to be planted, one for each target to find.

A text of a source file is replaced by another one, in a copy. One that isn't
there exactly once is an error: whoever changed it has to plant anew.
"""

import os
import re
from dataclasses import dataclass

from paths import TOP

# Ports by the folders that have a codec of page tables.
PORTS = sorted(path.parent.parent.name for path in
               (TOP / "firmware" / "arch").glob("*/asm/pgtable.h"))


@dataclass(frozen=True)
class Plant:
    """One mistake."""

    name: str       # what is wrong then
    target: str     # who has to find it
    source: str     # the file, from the top
    text: str       # what stands there
    wrong: str      # what is planted
    includer: str = ""  # a header that includes the source by its place

    def planted(self):
        """The source with the mistake."""
        source = (TOP / self.source).read_text(encoding="utf-8")
        if source.count(self.text) != 1:
            raise ValueError(f"plant {self.name}: the text to replace is "
                             f"{source.count(self.text)} times in "
                             f"{self.source}, not once:\n{self.text}")
        return source.replace(self.text, self.wrong)


def codec_of(port):
    """The header that has @port's codec: its own, or one that several share."""
    own = f"firmware/arch/{port}/asm/pgtable.h"
    shared = re.search(r'#include "(\.\./.*)"',
                       (TOP / own).read_text(encoding="utf-8"))
    if not shared:
        return own
    return os.path.normpath(os.path.join(os.path.dirname(own), shared[1]))


PLANTS = [
    Plant("a-property-name-may-be-anywhere", "blob", "lib/of/fdt_check.c",
          "if (name >= check->strings)\n"
          "\t\treturn -FDT_ERR_BADOFFSET;\n"
          "\treturn name >= check->terminated ? -FDT_ERR_TRUNCATED : 0;",
          "return name ? 0 : 0;"),
    Plant("only-the-first-bank-is-reserved", "tree", "lib/of/of_reserved.c",
          "if (r->base > last)\n\t\t\tbreak;",
          "if (r->base > last || r->base > first)\n\t\t\tbreak;"),
    Plant("regions-of-other-flags-merge", "memblock", "lib/mm/memblock.c",
          "a->flags == b->flags &&", "a->size &&"),
    Plant("a-search-starts-behind-what-was-freed", "bootmem",
          "lib/mm/bootmem.c", "bdata->hint_idx = MIN(bdata->hint_idx,",
          "bdata->hint_idx = MAX(bdata->hint_idx,"),
    Plant("what-is-reserved-can-be-freed", "buddy", "lib/mm/page_alloc.c",
          "if (memblock_is_reserved(PFN_PHYS(pfn)) ||",
          "if ((memblock_is_reserved(PFN_PHYS(pfn)) && !pfn) ||"),
    Plant("a-long-line-is-copied-whole", "e820", "test/host/tool/e820_log.c",
          "text[n] && n < 79;", "text[n] && n < 97;"),
    Plant("the-last-owner-of-a-page-counts", f"paging-{PORTS[0]}",
          "lib/mm/paging.c", "*prot &= r->flags", "*prot = r->flags"),
] + [
    Plant(f"devices-are-executable-{port}", f"paging-{port}",
          codec_of(port), "prot & VM_EXEC", "prot & (VM_EXEC | VM_IO)",
          f"firmware/arch/{port}/asm/pgtable.h")
    for port in PORTS
]
