/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The structure block, tag by tag (specification, 5.4): the way of fdt_check.c,
 * which looks at every tag before anything is believed, and of of_tree.c, which
 * keeps what it will want again.
 *
 * It reads what libfdt's fdt_next_tag() reads and refuses what that refuses, with
 * the same error; but fdt_next_tag() compares with three fields of the header
 * before each byte of a node's name, which makes one walk over a small tree cost
 * 100,000 instructions. Here the borders are read once. The tests hold the one
 * against the other on thousands of damaged blobs.
 */
#ifndef OF_TAGS_H
#define OF_TAGS_H

#include <libfdt.h>

#include "types.h"

/* A walk over the tags. fdt_check_header() has been asked about the header, and
 * the block begins at a multiple of four bytes. */
struct of_tags {
	const char *block;	/* the structure block */
	uint32_t size;		/* its bytes, OF_MAX_DTB_SIZE at most */
	uint32_t at;		/* offset of the tag last read */
	uint32_t next;		/* offset of the next one */
	int err;		/* why there is none: a libfdt error, or 0 */
};

/* of_tags_start(): @tags will read @blob's first tag. */
static inline void of_tags_start(struct of_tags *tags, const void *blob)
{
	*tags = (struct of_tags){
		.block = (const char *)blob + fdt_off_dt_struct(blob),
		.size = fdt_size_dt_struct(blob),
	};
}

/* of_tags_prop(): the property at the tag last read. */
static inline const struct fdt_property *of_tags_prop(const struct of_tags *tags)
{
	return (const void *)(tags->block + tags->at);
}

/* of_tags_name(): the name, with its NUL, of the node that begins there. */
static inline const char *of_tags_name(const struct of_tags *tags)
{
	return tags->block + tags->at + FDT_TAGSIZE;
}

/* of_tags_skip(): the @bytes behind the tag last read are its own. */
static inline void of_tags_skip(struct of_tags *tags, uint32_t bytes)
{
	if (bytes > tags->size - tags->at - FDT_TAGSIZE)
		tags->err = -FDT_ERR_BADSTRUCTURE;
	tags->next = ALIGN(tags->at + FDT_TAGSIZE + bytes, FDT_TAGSIZE);
}

/* of_tags_skip_name(): the same for the name of a node. */
static inline void of_tags_skip_name(struct of_tags *tags)
{
	const char *name = of_tags_name(tags), *c = name;
	const char *end = tags->block + tags->size;

	while (c < end && *c != '\0')
		c++;
	of_tags_skip(tags, (uint32_t)(c - name) + 1);
}

/* of_tags_skip_prop(): the same for a property's length, name and value. */
static inline void of_tags_skip_prop(struct of_tags *tags)
{
	const uint32_t fixed = sizeof(struct fdt_property) - FDT_TAGSIZE;
	uint32_t len = 0;

	if (tags->size - tags->at >= sizeof(struct fdt_property))
		len = fdt32_to_cpu(of_tags_prop(tags)->len);
	of_tags_skip(tags, len <= tags->size ? fixed + len : tags->size);
}

/*
 * of_tags_next(): read the next tag, and skip what belongs to it. FDT_END at the
 * end of the tree, and where something isn't as it should be: then tags->err says
 * what.
 */
static inline uint32_t of_tags_next(struct of_tags *tags)
{
	uint32_t tag;

	tags->at = tags->next;
	if (tags->at + FDT_TAGSIZE > tags->size) {
		tags->err = -FDT_ERR_TRUNCATED;
		return FDT_END;
	}
	tag = fdt32_to_cpu(*(const fdt32_t *)(tags->block + tags->at));
	if (tag == FDT_PROP)
		of_tags_skip_prop(tags);
	else if (tag == FDT_BEGIN_NODE)
		of_tags_skip_name(tags);
	else if (tag == FDT_END_NODE || tag == FDT_NOP || tag == FDT_END)
		of_tags_skip(tags, 0);
	else
		tags->err = -FDT_ERR_BADSTRUCTURE;
	return tags->err ? FDT_END : tag;
}

#endif
