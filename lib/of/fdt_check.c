/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this a device tree? The only question that is asked of an address that a
 * register held when the previous stage jumped here.
 *
 * libfdt's own full check trusts parts of the header before it has compared
 * them with the size of the buffer, and it takes old versions whose header is
 * shorter; so the header is checked here first, then libfdt walks every tag of
 * the blob once. That walk is the price of every boot, some thousands of
 * instructions for a tree of a few KiB; afterwards any offset that libfdt hands
 * out is sound, and so is every name and every property's length. What a value
 * means is checked where it is read.
 */
#include "of.h"

#include <limits.h>

#include <libfdt.h>

#include "arch.h"
#include "machine.h"
#include "of_private.h"
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

/* check_root(): the tree begins with its root, not with tags that mean nothing;
 * libfdt takes offset 0 to be the root. */
static int check_root(const void *blob)
{
	int len;

	return fdt_get_name(blob, OF_ROOT, &len) ? 0 : -FDT_ERR_BADSTRUCTURE;
}

int of_check_blob(const void *blob, size_t size)
{
	int err = check_header(blob, size);

	if (!err)
		err = fdt_check_full(blob, size);
	if (!err)
		err = check_root(blob);
	return err;
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
	int err = of_check_blob(phys_to_virt(dtb), size);

	if (err)
		refuse(dtb, err);
	machine.dtb = dtb;
	machine.dtb_size = size;
}
