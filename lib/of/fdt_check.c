/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this a device tree? The only question that is asked of an address that a
 * register held when the previous stage jumped here.
 *
 * libfdt's own full check trusts parts of the header before it has compared
 * them with the size of the buffer, and it takes old versions whose header is
 * shorter; so the header is checked here first, then by libfdt, and then every
 * tag of the blob is read once, by the rules of fdt_check_full(). That walk is
 * the price of every boot, ten thousand instructions for a tree of a few KiB;
 * afterwards any offset that libfdt hands out is sound, and so is every name and
 * every property's length. What a value means is checked where it is read.
 *
 * A property's name is an offset into the strings block. fdt_check_full() looks
 * for the NUL behind each; where the block is long and has few, that takes hours.
 * Here it is asked once where the last NUL is: what begins behind it has none.
 */
#include "of.h"

#include <limits.h>

#include <libfdt.h>

#include "arch.h"
#include "machine.h"
#include "of_private.h"
#include "of_tags.h"
#include "printk.h"

/* The blob starts at a multiple of this (specification, 5.6). */
#define OF_DTB_ALIGN	8

/* The version whose layout is read here (specification, 5.2). */
#define OF_VERSION	17

/* check_header(): 0, or the libfdt error that fits what is wrong with it. */
static int check_header(const void *blob, size_t size)
{
	if ((uintptr_t)blob % OF_DTB_ALIGN)
		return -FDT_ERR_ALIGNMENT;
	if (size < sizeof(struct fdt_header))
		return -FDT_ERR_TRUNCATED;
	if (fdt_magic(blob) != FDT_MAGIC)
		return -FDT_ERR_BADMAGIC;
	if (fdt_version(blob) < OF_VERSION ||
	    fdt_last_comp_version(blob) > OF_VERSION)
		return -FDT_ERR_BADVERSION;
	if (fdt_totalsize(blob) < sizeof(struct fdt_header) ||
	    fdt_totalsize(blob) > OF_MAX_DTB_SIZE ||
	    fdt_totalsize(blob) > size)
		return -FDT_ERR_TRUNCATED;
	return 0;
}

/* check_blocks(): libfdt's own look at the header, then where blocks begin of
 * which libfdt reads whole words (specification, 5.6), then the first of them. */
static int check_blocks(const void *blob)
{
	int err = fdt_check_header(blob);

	if (err)
		return err;
	if (fdt_off_mem_rsvmap(blob) % sizeof(fdt64_t) ||
	    fdt_off_dt_struct(blob) % sizeof(fdt32_t))
		return -FDT_ERR_ALIGNMENT;
	return MIN(fdt_num_mem_rsv(blob), 0);
}

/* A walk over all tags, to check them. */
struct check {
	struct of_tags tags;
	struct of_counts *counts;	/* what has been seen */
	uint32_t strings;		/* bytes of the strings block */
	uint32_t terminated;		/* those up to its last NUL */
	uint32_t depth;			/* nodes that have begun and not ended */
	bool over;			/* the root has ended */
};

/* check_start(): @check is before the first tag of @blob. */
static void check_start(struct check *check, const void *blob,
			struct of_counts *counts)
{
	const char *strings = (const char *)blob + fdt_off_dt_strings(blob);

	*counts = (struct of_counts){ 0 };
	*check = (struct check){
		.counts = counts,
		.strings = fdt_size_dt_strings(blob),
		.terminated = fdt_size_dt_strings(blob),
	};
	while (check->terminated && strings[check->terminated - 1] != '\0')
		check->terminated--;
	of_tags_start(&check->tags, blob);
}

/* check_begin(): a node begins; the root, which has no name, at OF_ROOT. */
static int check_begin(struct check *check)
{
	bool root = check->depth++ == 0;

	check->counts->nodes++;
	return root && *of_tags_name(&check->tags) ? -FDT_ERR_BADSTRUCTURE : 0;
}

/* check_end(): a node ends, if one has begun. */
static int check_end(struct check *check)
{
	if (!check->depth)
		return -FDT_ERR_BADSTRUCTURE;
	check->over = --check->depth == 0;
	return 0;
}

/* check_prop(): a property, whose name must be a string. */
static int check_prop(struct check *check)
{
	uint32_t name = fdt32_to_cpu(of_tags_prop(&check->tags)->nameoff);

	check->counts->props++;
	if (name >= check->strings)
		return -FDT_ERR_BADOFFSET;
	return name >= check->terminated ? -FDT_ERR_TRUNCATED : 0;
}

/* check_tag(): the tag last read, @tag, may stand where it does. */
static int check_tag(struct check *check, uint32_t tag)
{
	if (check->over)
		return -FDT_ERR_BADSTRUCTURE;
	switch (tag) {
	case FDT_PROP:
		return check_prop(check);
	case FDT_BEGIN_NODE:
		return check_begin(check);
	case FDT_END_NODE:
		return check_end(check);
	default:
		return 0;
	}
}

/* check_tags(): every tag of @blob, up to the end of the tree, where no node may
 * be left open. */
static int check_tags(const void *blob, struct of_counts *counts)
{
	struct check check;
	uint32_t tag;
	int err = 0;

	check_start(&check, blob, counts);
	while (!err && (tag = of_tags_next(&check.tags)) != FDT_END)
		err = check_tag(&check, tag);
	if (!err)
		err = check.tags.err;
	return err || !check.depth ? err : -FDT_ERR_BADSTRUCTURE;
}

/* check_root(): the tree begins with its root, not with tags that mean nothing;
 * libfdt takes offset 0 to be the root. */
static int check_root(const void *blob)
{
	int len;

	return fdt_get_name(blob, OF_ROOT, &len) ? 0 : -FDT_ERR_BADSTRUCTURE;
}

/* check_blob(): of_check_blob(), which also counts what the tree has. */
static int check_blob(const void *blob, size_t size, struct of_counts *counts)
{
	int err = check_header(blob, size);

	if (!err)
		err = check_blocks(blob);
	if (!err)
		err = check_tags(blob, counts);
	if (!err)
		err = check_root(blob);
	return err;
}

int of_check_blob(const void *blob, size_t size)
{
	struct of_counts counts;

	return check_blob(blob, size, &counts);
}

/* readable(): memory answers up to @end; what is read is the last whole word
 * below it. */
static bool readable(phys_addr_t end)
{
	phys_addr_t at = ALIGN_DOWN(end, sizeof(long)) - sizeof(long);
	unsigned long word;

	return at <= ULONG_MAX && arch_try_read((unsigned long)at, &word);
}

/* refuse(): end the boot; @err is libfdt's. */
static void __attribute__((noreturn)) refuse(phys_addr_t dtb, int err)
{
	panic("device tree at 0x%016llx refused: %s; pass the address of a flattened device tree of version 17, 8-byte aligned and %llu MiB at most",
	      dtb, fdt_strerror(err), OF_MAX_DTB_SIZE >> 20);
}

/*
 * believed_size(): how many bytes the header at @dtb says the blob has, after a
 * look at whether its first and last word are there at all.
 */
static size_t believed_size(phys_addr_t dtb)
{
	size_t size;

	if (dtb % OF_DTB_ALIGN)
		refuse(dtb, -FDT_ERR_ALIGNMENT);
	if (!readable(dtb + sizeof(long)) ||
	    !readable(dtb + sizeof(struct fdt_header)))
		panic("no memory at 0x%016llx, where the device tree should be: the stage before must pass its address",
		      dtb);
	if (fdt_magic(phys_to_virt(dtb)) != FDT_MAGIC)
		refuse(dtb, -FDT_ERR_BADMAGIC);
	size = fdt_totalsize(phys_to_virt(dtb));
	if (size < sizeof(struct fdt_header) || size > OF_MAX_DTB_SIZE ||
	    !readable(dtb + size))
		refuse(dtb, -FDT_ERR_TRUNCATED);
	return size;
}

void of_verify(phys_addr_t dtb)
{
	size_t size = believed_size(dtb);
	struct of_counts counts;
	int err = check_blob(phys_to_virt(dtb), size, &counts);

	if (err)
		refuse(dtb, err);
	machine.dtb = dtb;
	machine.dtb_size = size;
	of_tree_start(&counts);
}
