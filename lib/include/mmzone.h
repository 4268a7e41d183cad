/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes and zones.
 */
#ifndef MMZONE_H
#define MMZONE_H

#include "bootmem.h"
#include "numa.h"
#include "spinlock.h"

enum zone_type {
	ZONE_DMA32,		/* below the port's DMA32 limit */
	ZONE_NORMAL,		/* the rest */
	MAX_NR_ZONES
};

struct pglist_data;

struct zone {
	const char *name;		/* "DMA32", "Normal" */
	struct pglist_data *zone_pgdat;	/* the node it is part of */
	unsigned long zone_start_pfn;	/* first page that it spans */
	unsigned long spanned_pages;	/* pages from there, holes included */
	unsigned long present_pages;	/* pages of memory in them */
	unsigned long managed_pages;	/* of these, given to the buddy */
	unsigned long nr_free;		/* of these, free and not kept by a CPU */
	unsigned long lowmem_reserve;	/* free pages left for those who can use no
					   higher zone */
	unsigned long watermark_min;	/* for requests with __GFP_HIGH */
	unsigned long table_reserve;	/* for tables of joins, not yet made */
};

/* Where to look for a page, in this order; ends with NULL. */
struct zonelist {
	struct zone **zones;
};

enum zonelist_type {
	ZONELIST_FALLBACK,	/* every node, nearest first */
	ZONELIST_NOFALLBACK,	/* __GFP_THISNODE: this node alone */
	MAX_ZONELISTS
};

typedef struct pglist_data {
	struct spinlock lock;		/* its tree, and its zones' counts */
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelists[MAX_ZONELISTS];
	bootmem_data_t *bdata;		/* its map; NULL: it has no memory */
	bootmem_data_t bootmem;		/* what bdata points to */
	int node_id;			/* dense number, see numa.h */
	unsigned long node_start_pfn;	/* first page that it spans */
	unsigned long node_spanned_pages; /* pages from there, holes included */
	unsigned long node_present_pages; /* pages of memory in them */
	struct zone *table_zone;	/* where tables of joins come from */
	unsigned long table_pages;	/* pages that are such tables */
} pg_data_t;

/* NODE_DATA(): the node numbered @nid. */
extern pg_data_t **node_data;
#define NODE_DATA(nid)	(node_data[nid])

/* zone_end_pfn(): the page behind the last one that @zone spans. */
static inline unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + zone->spanned_pages;
}

/* node_span(): the pages that @nid's memory spans: false where it has none. */
bool node_span(int nid, unsigned long *start_pfn, unsigned long *end_pfn);

/* free_area_init(): the zones of every node, and who falls back on whom. */
void free_area_init(void);

#endif
