/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the report, for somebody who reads nothing else: how much there is,
 * how much of it is free, and what is wrong with the tree, by kind, each with
 * what to do about it.
 */
#include "machine.h"
#include "mmzone.h"

#include <string.h>

#include "tool.h"

/* Warnings of one code that are shown; the report above has them all. */
#define SHOWN_MAX	5

/* print_totals(): the memory in one line. */
static void print_totals(void)
{
	phys_addr_t memory = memblock.memory.total_size, free = 0;
	char text[4][SIZE_TEXT];

	for (int nid = 0; nid < nr_node_ids; nid++)
		free += free_of(nid);
	printf("%s of memory in %lu range%s on %d node%s: %s free, %s taken; %s dropped\n",
	       print_size(text[0], memory), memblock.memory.cnt,
	       memblock.memory.cnt == 1 ? "" : "s", nr_node_ids,
	       nr_node_ids == 1 ? "" : "s", print_size(text[1], free),
	       print_size(text[2], memory - free),
	       print_size(text[3], memblock.dropped.total_size));
}

/* print_code(): all warnings of @code, if there are any, and their cure. */
static void print_code(const struct outcome *outcome, const char *code)
{
	size_t nr = 0;

	for (size_t i = 0; i < outcome->nr_warnings; i++) {
		if (strcmp(outcome->warnings[i].code, code))
			continue;
		if (!nr++)
			printf("  %s: %s\n", code, advice(code));
		if (nr <= SHOWN_MAX)
			printf("    - %s\n", outcome->warnings[i].text);
	}
	if (nr > SHOWN_MAX)
		printf("    - and %zu more\n", nr - SHOWN_MAX);
}

/* print_node(): a row of the table of nodes. */
static void print_node(int nid)
{
	const pg_data_t *node = NODE_DATA(nid);
	char text[3][SIZE_TEXT];

	printf("%10u %5lu %12s %12s %12s  [0x%llx-0x%llx)\n", node_hwid(nid),
	       nr_cpus_of(nid), print_size(text[0], memory_of(nid)),
	       print_size(text[1], free_of(nid)),
	       print_size(text[2], memory_of(nid) - free_of(nid)),
	       PFN_PHYS(node->node_start_pfn),
	       PFN_PHYS(node->node_start_pfn + node->node_spanned_pages));
}

/* print_nodes(): the table of nodes, and how far each is from each. */
static void print_nodes(void)
{
	printf("\n      node  cpus       memory         free        taken  spans\n");
	for (int nid = 0; nid < nr_node_ids; nid++)
		print_node(nid);
	if (nr_node_ids == 1)
		return;
	printf("distance of each to node");
	for (int to = 0; to < nr_node_ids; to++)
		printf(" %u", node_hwid(to));
	printf("\n");
	for (int from = 0; from < nr_node_ids; from++) {
		printf("%10u ", node_hwid(from));
		for (int to = 0; to < nr_node_ids; to++)
			printf(" %u", node_distance(from, to));
		printf("\n");
	}
}

void print_summary(const struct outcome *outcome, bool nodes)
{
	if (nodes && outcome->complete)
		print_nodes();
	printf("\nSummary of %s\n", outcome->source);
	if (outcome->complete)
		print_totals();
	if (outcome->panic)
		printf("UNUSABLE: %s\n", outcome->panic);
	else if (!outcome->balances)
		printf("UNUSABLE: the ledger doesn't balance\n");
	else if (outcome->failed)
		printf("UNUSABLE: the firmware collides with what is reserved\n");
	if (!outcome->nr_warnings) {
		printf("no warnings\n");
		return;
	}
	printf("%zu warning%s:\n", outcome->nr_warnings,
	       outcome->nr_warnings == 1 ? "" : "s");
	for (size_t i = 0; advice_code(i); i++)
		print_code(outcome, advice_code(i));
}
