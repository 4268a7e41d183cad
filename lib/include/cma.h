/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools: what the device tree reserves as `reusable` (devicetree specification,
 * 3.5.4), to be allocated from by name. Linux lends such a pool to its page
 * allocator until a device wants it; here it stays a pool of its own, so that what
 * a device is promised is there when it asks.
 *
 * Names are those of Linux's contiguous memory allocator (include/linux/cma.h);
 * addresses stand where it has struct page.
 */
#ifndef CMA_H
#define CMA_H

#include "types.h"

struct cma;

/* cma_init(): nobody has asked for a pool yet; at handover. */
void cma_init(void);

/*
 * cma_find(): the pool whose node is called @name, with or without its unit
 * address; the same one each time. The first time it is mapped, read and write,
 * which it isn't while nobody uses it, and a map of its pages is made from the
 * buddy's memory. NULL where there is none, or, with a line, no memory for its
 * map. By one CPU at a time, once the buddy runs.
 */
struct cma *cma_find(const char *name);

/* cma_get_name(), cma_get_size(): its node's name; its bytes, whole pages only. */
const char *cma_get_name(const struct cma *cma);
phys_addr_t cma_get_size(const struct cma *cma);

/*
 * cma_alloc(): @count pages in a row, the lowest that are free, at a multiple of
 * 1 << @align pages; their address, or 0 where there are none. Their content is
 * whatever was there. On any CPU.
 */
phys_addr_t cma_alloc(struct cma *cma, unsigned long count, unsigned int align);

/*
 * cma_release(): give back @count pages at @addr. False, with a line that names
 * the caller and nothing changed, where they aren't pages of @cma that are
 * allocated, all of them.
 */
bool cma_release(struct cma *cma, phys_addr_t addr, unsigned long count);

/* cma_used(): pages that are allocated. */
unsigned long cma_used(struct cma *cma);

#endif
