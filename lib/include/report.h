/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report: the lines that other people's CI asserts on (docs/report.md).
 * lib/mm/show_mem.c is the one file that owns their format.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

/* The version of the format; docs/report.md says what changed with it. */
#define REPORT_VERSION 1

/* Each prints its own lines; when it can be called is in its name: report_zones()
 * after free_area_init() and so on. */
void report_banner(void);
void report_machine(void);
void report_memblock(void);
void report_paging(void);
void report_zones(void);
void report_memory(void);
void report_buddyinfo(void);
void report_stages(void);

/* report_bootmem(): one node's map, when it comes into being. */
struct bootmem_data;
void report_bootmem(const struct bootmem_data *bdata);

/*
 * report_ledger(): every byte that /memory claimed and who has it. Returns false
 * where the sums don't agree to the byte; the last line says by how much.
 */
bool report_ledger(void);

#endif
