/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model that a pfn_tree is held against: one byte a page and loops that
 * look at every byte. It answers the same questions and shares no idea with the
 * tree; where the two differ, the tree is wrong.
 */
#ifndef FLAT_MAP_H
#define FLAT_MAP_H

#include <string.h>

#include "pfn_tree.h"

/* Pages of the largest map: more than one level-2 node of a tree has. */
#define FLAT_MAX_PAGES	((size_t)1 << 19)

/* No block begins here. */
#define FLAT_NO_HEAD	(-1)

/* Pages of a word, which has a flag. */
#define FLAT_WORD	64ul

/* A word's flag: set, or it may be either, as nothing relies on it. */
enum flat_flag { FLAT_FLAGGED, FLAT_CLEAR };

struct flat_map {
	unsigned long start, end;		/* pages [start, end) */
	unsigned char taken[FLAT_MAX_PAGES];	/* by pfn - start; 1 = taken */
	unsigned char order[FLAT_MAX_PAGES];	/* of the block that it is taken as */
	unsigned char flag[FLAT_MAX_PAGES / FLAT_WORD + 2]; /* enum flat_flag, by
						   word, the first one's first */
};

/* flat_init(): pages [@start, @end), all taken. */
static inline void flat_init(struct flat_map *map, unsigned long start,
			     unsigned long end)
{
	map->start = start;
	map->end = end;
	memset(map->taken, 1, end - start);
	memset(map->order, 0, end - start);
	memset(map->flag, FLAT_FLAGGED, sizeof(map->flag));
}

/* flat_set(): [@start, @end) becomes @taken, as single pages. */
static inline void flat_set(struct flat_map *map, unsigned long start,
			    unsigned long end, bool taken)
{
	for (unsigned long pfn = start; pfn < end; pfn++) {
		map->taken[pfn - map->start] = taken;
		map->order[pfn - map->start] = 0;
	}
}

/* flat_set_block(): the block of @order at @pfn becomes taken as that. */
static inline void flat_set_block(struct flat_map *map, unsigned long pfn,
				  unsigned int order)
{
	memset(&map->taken[pfn - map->start], 1, 1ul << order);
	memset(&map->order[pfn - map->start], (int)order, 1ul << order);
}

/* flat_taken(): page @pfn is taken, as every page outside the map is. */
static inline bool flat_taken(const struct flat_map *map, unsigned long pfn)
{
	return pfn < map->start || pfn >= map->end ||
	       map->taken[pfn - map->start];
}

/* flat_all(): all of [@start, @end) is @taken, or free. */
static inline bool flat_all(const struct flat_map *map, unsigned long start,
			    unsigned long end, bool taken)
{
	while (start < end && flat_taken(map, start) == taken)
		start++;
	return start == end;
}

/* flat_flag(): the flag of the word that @pfn is in. */
static inline unsigned char *flat_flag(struct flat_map *map, unsigned long pfn)
{
	return &map->flag[pfn / FLAT_WORD - map->start / FLAT_WORD];
}

/* flat_set_flags(): the flags of all words that [@start, @end) touches. */
static inline void flat_set_flags(struct flat_map *map, unsigned long start,
				  unsigned long end, enum flat_flag flag)
{
	unsigned long pfn = start / FLAT_WORD * FLAT_WORD;

	for (; start < end && pfn < end; pfn += FLAT_WORD)
		*flat_flag(map, MAX(pfn, map->start)) = (unsigned char)flag;
}

/* flat_state(): what is known of the block of @order at @pfn, inside the map. All
 * blocks are naturally aligned, so their orders say where they begin. */
static inline enum pfn_tree_state flat_state(const struct flat_map *map,
					     unsigned long pfn,
					     unsigned int order)
{
	if (!flat_taken(map, pfn))
		return PFN_TREE_FREE;
	for (unsigned long i = pfn; i < pfn + (1ul << order); i++)
		if (!flat_taken(map, i) ||
		    map->order[i - map->start] != order)
			return PFN_TREE_OTHER;
	return PFN_TREE_TAKEN;
}

/* flat_find_block(): the first page of [@start, @end) that is of a block of more than
 * one, or PFN_NONE. */
static inline unsigned long flat_find_block(const struct flat_map *map,
					    unsigned long start,
					    unsigned long end)
{
	while (start < end && !map->order[start - map->start])
		start++;
	return start < end ? start : PFN_NONE;
}

/* flat_next(): the first page at or above @pfn that is @taken or free, or the
 * end of the map. */
static inline unsigned long flat_next(const struct flat_map *map,
				      unsigned long pfn, bool taken)
{
	while (pfn < map->end && flat_taken(map, pfn) != taken)
		pfn++;
	return pfn < map->end ? pfn : map->end;
}

/* flat_find_run(): the lowest @nr free pages in a row inside [@lo, @hi) that
 * begin at a multiple of @align, or PFN_NONE. */
static inline unsigned long flat_find_run(const struct flat_map *map,
					  unsigned long nr,
					  unsigned long align,
					  unsigned long lo, unsigned long hi)
{
	unsigned long run = 0;	/* free pages in a row from pfn on */

	unsigned long best = PFN_NONE;

	if (hi > map->end)
		hi = map->end;
	for (unsigned long pfn = hi; pfn-- > map->start && pfn >= lo;) {
		run = flat_taken(map, pfn) ? 0 : run + 1;
		if (run >= nr && pfn % align == 0)
			best = pfn;
	}
	return best;
}

/* flat_find(): the lowest naturally aligned free block of @order inside
 * [@lo, @hi), or PFN_NONE. */
static inline unsigned long flat_find(const struct flat_map *map,
				      unsigned int order, unsigned long lo,
				      unsigned long hi)
{
	return flat_find_run(map, 1ul << order, 1ul << order, lo, hi);
}

/*
 * flat_merge(): one round of a buddy allocator's merging: wherever @head has
 * two buddies of @order, one of the next order takes their place. Returns
 * whether there was such a pair.
 */
static inline bool flat_merge(const struct flat_map *map, signed char *head,
			      int order)
{
	unsigned long size = 1ul << order, first = map->start;
	bool merged = false;

	first += -first & (2 * size - 1);
	for (unsigned long pfn = first; pfn < map->end && map->end - pfn > size;
	     pfn += 2 * size) {
		signed char *low = &head[pfn - map->start], *high = low + size;

		if (*low != order || *high != order)
			continue;
		*low = (signed char)(order + 1);
		*high = FLAT_NO_HEAD;
		merged = true;
	}
	return merged;
}

/* flat_count(): the free pages of [@lo, @hi), and into @blocks, which is all
 * zero, how many blocks of each order they merge into. */
static inline unsigned long flat_count(const struct flat_map *map,
				       unsigned long lo, unsigned long hi,
				       unsigned long *blocks)
{
	static signed char head[FLAT_MAX_PAGES];
	unsigned long nr = 0;

	for (unsigned long pfn = map->start; pfn < map->end; pfn++) {
		bool counts = pfn >= lo && pfn < hi && !flat_taken(map, pfn);

		head[pfn - map->start] = counts ? 0 : FLAT_NO_HEAD;
		nr += counts;
	}
	for (int order = 0; flat_merge(map, head, order); order++)
		;
	for (unsigned long i = 0; i < map->end - map->start; i++)
		if (head[i] != FLAT_NO_HEAD)
			blocks[head[i]]++;
	return nr;
}

/* flat_same(): @tree and @map agree in every page. */
static inline bool flat_same(const struct flat_map *map,
			     const struct pfn_tree *tree)
{
	unsigned long pfn = map->start;

	while (pfn < map->end) {
		bool taken = flat_taken(map, pfn);
		unsigned long end = flat_next(map, pfn, !taken);

		if (end != (taken ? pfn_tree_next_free(tree, pfn)
				  : pfn_tree_next_taken(tree, pfn)))
			return false;
		pfn = end;
	}
	return tree->start_pfn == map->start && tree->end_pfn == map->end;
}

#endif
