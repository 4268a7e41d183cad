/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outcome as JSON, for programs; docs/json.md describes it. Addresses and
 * sizes are strings of hexadecimal digits, as the numbers of most JSON readers
 * hold no 64 bits. Ranges are half-open.
 */
#include "machine.h"
#include "mmzone.h"

#include <string.h>

#include "tool.h"

/* The version of what docs/json.md describes. */
#define SCHEMA 1

/* put_string(): @text as a JSON string. All of it is printable ASCII, but the
 * file's name, of which what isn't becomes an escape of its byte. */
static void put_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c > '~')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* put_member(): "name": "text", and a comma before it unless @first. */
static void put_member(bool first, const char *name, const char *text)
{
	printf("%s\"%s\": ", first ? "" : ", ", name);
	if (text)
		put_string(text);
	else
		printf("null");
}

/* put_range(): start and end; the end of the address space has 65 bits. */
static void put_range(phys_addr_t first, phys_addr_t last)
{
	printf("\"start\": \"0x%llx\", ", first);
	if (last == PHYS_ADDR_MAX)
		printf("\"end\": \"0x10000000000000000\"");
	else
		printf("\"end\": \"0x%llx\"", last + 1);
}

/* open_item(): begin element @i of an array on a line of its own. */
static void open_item(unsigned long i)
{
	printf("%s\n    {", i ? "," : "");
}

/* put_memory(): memblock.memory. */
static void put_memory(void)
{
	const struct memblock_region *r;

	printf("  \"memory\": [");
	for_each_mem_region(r) {
		open_item((unsigned long)(r - memblock.memory.regions));
		put_range(r->base, memblock_last(r));
		printf(", \"node\": %u, \"hotpluggable\": %s}",
		       node_hwid(r->nid),
		       r->flags & MEMBLOCK_HOTPLUG ? "true" : "false");
	}
	printf("],\n");
}

/* flag_word(): how @r is treated. */
static const char *flag_word(const struct memblock_region *r)
{
	if (r->flags & MEMBLOCK_NOMAP)
		return "nomap";
	return r->flags & MEMBLOCK_REUSABLE ? "reusable" : "map";
}

/* put_reserved(): memblock.reserved. */
static void put_reserved(void)
{
	const struct memblock_region *r;

	printf("  \"reserved\": [");
	for_each_reserved_region(r) {
		open_item((unsigned long)(r - memblock.reserved.regions));
		put_range(r->base, memblock_last(r));
		put_member(false, "flag", flag_word(r));
		put_member(false, "kind", r->owner->kind);
		put_member(false, "owner", r->owner->name);
		put_member(false, "users", r->owner->users);
		printf("}");
	}
	printf("],\n");
}

/* put_dropped(): memblock.dropped. */
static void put_dropped(void)
{
	const struct memblock_region *r;

	printf("  \"dropped\": [");
	for_each_memblock_type(&memblock.dropped, r) {
		open_item((unsigned long)(r - memblock.dropped.regions));
		put_range(r->base, memblock_last(r));
		printf(", \"node\": %u", node_hwid(r->nid));
		put_member(false, "reason", r->owner->name);
		printf("}");
	}
	printf("],\n");
}

/* put_zones(): the zones of @node that have pages. */
static void put_zones(const pg_data_t *node)
{
	const char *comma = "";

	printf(", \"zones\": [");
	for (int type = 0; type < MAX_NR_ZONES; type++) {
		const struct zone *zone = &node->node_zones[type];

		if (!zone->present_pages)
			continue;
		printf("%s{\"name\": \"%s\", ", comma, zone->name);
		put_range(PFN_PHYS(zone->zone_start_pfn),
			  PFN_PHYS(zone_end_pfn(zone)) - 1);
		printf(", \"present\": \"0x%llx\", \"free\": \"0x%llx\"}",
		       PFN_PHYS(zone->present_pages), PFN_PHYS(zone->nr_free));
		comma = ", ";
	}
	printf("]");
}

/* put_fallback(): the nodes that stand in for @node, nearest first. */
static void put_fallback(const pg_data_t *node)
{
	struct zone **z = node->node_zonelists[ZONELIST_FALLBACK].zones;
	const pg_data_t *previous = NULL;

	printf(", \"fallback\": [");
	for (; *z; z++) {
		const pg_data_t *other = (*z)->zone_pgdat;

		if (other != previous)
			printf("%s%u", previous ? ", " : "",
			       node_hwid(other->node_id));
		previous = other;
	}
	printf("]");
}

/* put_nodes(): every node. */
static void put_nodes(void)
{
	printf("  \"nodes\": [");
	for (int nid = 0; nid < nr_node_ids; nid++) {
		open_item((unsigned long)nid);
		printf("\"node\": %u, \"cpus\": %lu, \"memory\": \"0x%llx\", \"free\": \"0x%llx\"",
		       node_hwid(nid), nr_cpus_of(nid), memory_of(nid),
		       free_of(nid));
		put_zones(NODE_DATA(nid));
		put_fallback(NODE_DATA(nid));
		printf("}");
	}
	printf("],\n");
}

/* put_ledger(): the ledger's last line. */
static void put_ledger(const struct outcome *outcome)
{
	phys_addr_t free = 0, memory = memblock.memory.total_size;
	phys_addr_t dropped = memblock.dropped.total_size;

	for (int nid = 0; nid < nr_node_ids; nid++)
		free += free_of(nid);
	printf("  \"ledger\": {\"total\": \"0x%llx\", \"free\": \"0x%llx\", \"taken\": \"0x%llx\", \"dropped\": \"0x%llx\", \"balances\": %s},\n",
	       memory + dropped, free, memory - free, dropped,
	       outcome->balances ? "true" : "false");
}

/* put_warnings(): each with what to do about it. */
static void put_warnings(const struct outcome *outcome)
{
	printf("  \"warnings\": [");
	for (size_t i = 0; i < outcome->nr_warnings; i++) {
		const struct warning *w = &outcome->warnings[i];

		open_item(i);
		put_member(true, "code", w->code);
		put_member(false, "text", w->text);
		put_member(false, "advice", advice(w->code));
		printf("}");
	}
	printf("]\n}\n");
}

void print_json(const struct outcome *outcome)
{
	printf("{\n  \"schema\": %d", SCHEMA);
	put_member(false, "source", outcome->source);
	put_member(false, "form", outcome->e820 ? "e820" : "device tree");
	printf(", \"status\": %d", outcome->status);
	put_member(false, "panic", outcome->panic);
	put_member(false, "model", machine.model);
	printf(", \"cpus\": %lu,\n", machine.nr_cpus);
	put_memory();
	put_reserved();
	put_dropped();
	if (outcome->complete) {
		put_nodes();
		put_ledger(outcome);
	}
	put_warnings(outcome);
}
