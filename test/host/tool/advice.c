/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to do about each warning, in a few words; docs/report.md has the rest.
 */
#include <string.h>

#include "tool.h"

/* Codes and cures, in the order of docs/report.md. */
static const struct {
	const char *code;
	const char *text;
} cures[] = {
	{ "W-ROOT-CELLS", "give the root #address-cells and #size-cells" },
	{ "W-REG-LENGTH", "make the property whole entries of address and size cells" },
	{ "W-REG-CELLS", "use at most two cells for addresses and for sizes" },
	{ "W-REG-WRAP", "correct base or size: a range ends at 2^64 at most" },
	{ "W-MEM-DEVICE-TYPE", "add device_type = \"memory\" to the node" },
	{ "W-MEM-NO-REG", "give the node a reg, or remove it" },
	{ "W-MEM-OVERLAP", "make the memory nodes' reg disjoint" },
	{ "W-MEM-SMALL", "make the range a whole page (4 KiB, aligned) or remove it" },
	{ "W-MEM-REACH", "correct the address: this CPU has fewer address bits" },
	{ "W-MAP-REACH", "load the device tree lower; such a device can't be used" },
	{ "W-MEM-ABSENT", "correct reg to what is fitted, or let the boot loader do it" },
	{ "W-USABLE-RANGE", "write whole, non-empty ranges of the root's cells" },
	{ "W-BOOTARG-MEM", "write mem=SIZE or mem=SIZE@START, with K, M, G or T" },
	{ "W-BOOTARG-EARLY", "write early=bootmem or early=memblock" },
	{ "W-BOOTARG-RESERVE-MEM", "write reserve_mem=SIZE:ALIGN:NAME, less, or more memory" },
	{ "W-NUMA-NO-ID", "give every memory node a numa-node-id of one cell" },
	{ "W-NUMA-DISTANCE", "10 to itself, 11 to 255 to others, between nodes that exist" },
	{ "W-NUMA-MATRIX", "make distance-matrix whole triples of from, to, distance" },
	{ "W-RSV-PARENT", "give /reserved-memory the root's cells and an empty ranges" },
	{ "W-RSV-EMPTY", "give the range a size, or disable the node" },
	{ "W-RSV-NO-RANGE", "give the node a reg or a size, or remove it" },
	{ "W-RSV-REG-AND-SIZE", "remove one: reg is static, size asks for any place" },
	{ "W-RSV-NOMAP-REUSABLE", "remove one of the two: they exclude each other" },
	{ "W-RSV-OVERLAP", "make the two disjoint, or merge them into one node" },
	{ "W-RSV-IMAGE", "move the firmware or the reservation: both can't have it" },
	{ "W-RSV-OUTSIDE", "fine for a device's own RAM; else correct it or /memory" },
	{ "W-RSV-ALIGN", "use a power of two, in as many cells as #size-cells" },
	{ "W-RSV-UNPLACED", "ask for less, or widen its alloc-ranges" },
	{ "W-RSV-USER", "let memory-region point to a child of /reserved-memory" },
	{ "W-FIRMWARE-UNNAMED", "let the firmware add its own region to /reserved-memory" },
	{ "W-INITRD", "pass both ends, start below end, inside RAM" },
	{ "W-STDOUT", "let stdout-path name a UART by path or alias" },
	{ "W-UART", "reg-shift 0 to 12; reg-io-width 1, 2 or 4" },
	{ "W-SEED-KEPT", "load the tree into RAM, where its seed can be wiped" },
	{ "W-PAGE-POISON", "find who wrote to a page that was free" },
	{ "W-E820-LINE", "give the log as the kernel printed it" },
};

const char *advice_code(size_t i)
{
	return i < ARRAY_SIZE(cures) ? cures[i].code : NULL;
}

const char *advice(const char *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(cures); i++)
		if (!strcmp(cures[i].code, code))
			return cures[i].text;
	return "";
}
