/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees as tests: a fixture of dts/ is loaded into a simulated machine,
 * scanned as the boot scans it, and the lists that came out are compared with
 * text, one line a region:
 *
 *	memory		80000000-8fffffff 0		first-last node [hotplug]
 *	reserved	88000000-880fffff nomap secret@88000000 [users]
 *	dropped		a0000800-a0000fff not a whole page
 *
 * What the image and the blob hold themselves is left out of reserved unless a
 * test asks for it.
 */
#ifndef OF_FIXTURE_H
#define OF_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include <libfdt.h>

#include "numa.h"
#include "of.h"
#include "paging.h"
#include "printk.h"
#include "unit.h"

/* Where the fixtures' blobs are, seen from the top of the tree. */
#define FIXTURE_DIR	"build/dts/"

/* RAM that answers: whatever a fixture claims elsewhere isn't there. */
#define FIXTURE_RAM	((phys_addr_t)0x80000000)
#define FIXTURE_RAM_SIZE ((phys_addr_t)0x40000000)

/* Where the loader puts blob and image. */
#define FIXTURE_DTB	((phys_addr_t)0x8df00000)
#define FIXTURE_IMAGE	((phys_addr_t)0x80200000)

/* The largest fixture, and room for a list as text. */
#define FIXTURE_MAX	((size_t)1 << 16)
#define LIST_MAX	((size_t)1 << 16)

/* A list as text. */
struct list_text {
	char text[LIST_MAX];
	size_t len;
};

/* fixture_image(): an image of four pages: text, data, guard and stack. */
static inline void fixture_image(void)
{
	const struct image_segment segments[] = {
		{ FIXTURE_IMAGE, FIXTURE_IMAGE + PAGE(1), "text",
		  VM_READ | VM_EXEC },
		{ FIXTURE_IMAGE + PAGE(1), FIXTURE_IMAGE + PAGE(2), "data",
		  VM_READ | VM_WRITE },
		{ FIXTURE_IMAGE + PAGE(2), FIXTURE_IMAGE + PAGE(3), "guard",
		  0 },
		{ FIXTURE_IMAGE + PAGE(3), FIXTURE_IMAGE + PAGE(4), "stack",
		  VM_READ | VM_WRITE },
	};

	image.start = FIXTURE_IMAGE;
	image.end = FIXTURE_IMAGE + PAGE(4);
	image.nr_segments = ARRAY_SIZE(segments);
	memcpy(image.segment, segments, sizeof(segments));
}

/* fixture_boot_brk(): a machine whose blob is the @size bytes at @blob, and whose
 * image has @brk bytes for brk. */
static inline void fixture_boot_brk(const void *blob, size_t size,
				    phys_addr_t brk)
{
	unit_reset(NULL);
	unit_brk(brk);
	host_ram(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	host_load(FIXTURE_DTB, blob, size);
	fixture_image();
	of_verify(FIXTURE_DTB);
	of_scan_machine(0);
}

/* fixture_boot(): the same with as much as the firmware's image has. */
static inline void fixture_boot(const void *blob, size_t size)
{
	fixture_boot_brk(blob, size, (phys_addr_t)1 << 20);
}

/* fixture_read(): the blob of dts/@name.dts into @blob, FIXTURE_MAX bytes of
 * room; returns its size. */
static inline size_t fixture_read(const char *name, void *blob)
{
	char path[256];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), FIXTURE_DIR "%s.dtb", name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("%s isn't there; 'make dtbs' makes it", path);
	size = fread(blob, 1, FIXTURE_MAX, file);
	fclose(file);
	return size;
}

/* fixture_load(): a machine with dts/@name.dts, nothing scanned of memory. */
static inline void fixture_load(const char *name)
{
	static char blob[FIXTURE_MAX];

	fixture_boot(blob, fixture_read(name, blob));
}

/* fixture_scan(): memory and reservations of what was loaded. */
static inline void fixture_scan(void)
{
	stage_begin(STAGE_MEMORY);
	of_scan_memory();
	stage_begin(STAGE_RESERVED);
	of_scan_reserved();
	memblock_check();
}

/* fixture(): load and scan dts/@name.dts. */
static inline void fixture(const char *name)
{
	fixture_load(name);
	fixture_scan();
}

/* list_add(): one line of a list; "" for @more where there is none. */
static inline void list_add(struct list_text *list,
			    const struct memblock_region *r, const char *what,
			    const char *more)
{
	int n = snprintf(list->text + list->len, LIST_MAX - list->len,
			 "%llx-%llx %s%s%s\n", r->base, memblock_last(r), what,
			 *more ? " " : "", more);

	list->len += (size_t)n;
	assert_true(list->len < LIST_MAX);
}

/* list_memory(): memblock.memory as text. */
static inline void list_memory(struct list_text *list)
{
	const struct memblock_region *r;
	char node[16];

	list->len = 0;
	list->text[0] = '\0';
	for_each_mem_region(r) {
		assert_in_range(r->nid, 0, nr_node_ids - 1);
		snprintf(node, sizeof(node), "%u", node_hwid(r->nid));
		list_add(list, r, node,
			 r->flags & MEMBLOCK_HOTPLUG ? "hotplug" : "");
	}
}

/* is_own(): @owner is the image or the blob. */
static inline bool is_own(const struct mem_owner *owner)
{
	return !strcmp(owner->kind, "image") || !strcmp(owner->kind, "stack") ||
	       !strcmp(owner->kind, "dtb");
}

/* list_reserved(): memblock.reserved as text; those of our own where @own. */
static inline void list_reserved(struct list_text *list, bool own)
{
	const struct memblock_region *r;
	char owner[256];

	list->len = 0;
	list->text[0] = '\0';
	for_each_reserved_region(r) {
		if (!own && is_own(r->owner))
			continue;
		snprintf(owner, sizeof(owner), "%s %s", r->owner->kind,
			 r->owner->name);
		list_add(list, r, owner,
			 r->owner->users ? r->owner->users : "");
	}
}

/* list_dropped(): memblock.dropped as text. */
static inline void list_dropped(struct list_text *list)
{
	const struct memblock_region *r;

	list->len = 0;
	list->text[0] = '\0';
	for_each_memblock_type(&memblock.dropped, r)
		list_add(list, r, r->owner->name, "");
}

/* assert_memory(), assert_reserved(), assert_dropped(): the list is @lines. */
static inline void assert_memory(const char *lines)
{
	static struct list_text list;

	list_memory(&list);
	assert_string_equal(list.text, lines);
}

static inline void assert_reserved(const char *lines)
{
	static struct list_text list;

	list_reserved(&list, false);
	assert_string_equal(list.text, lines);
}

static inline void assert_dropped(const char *lines)
{
	static struct list_text list;

	list_dropped(&list);
	assert_string_equal(list.text, lines);
}

/* log_count(): how often @text was printed. */
static inline unsigned int log_count(const char *text)
{
	const char *at = host_log();
	unsigned int n = 0;

	for (; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* assert_warnings(): exactly @nr warnings, all of them @code. */
static inline void assert_warnings(const char *code, unsigned int nr)
{
	char line[64];

	snprintf(line, sizeof(line), "warning: %s: ", code);
	if (log_count(line) != nr || log_count("warning: ") != nr)
		fail_msg("not %u warnings %s:\n%s", nr, code, host_log());
}

/* assert_clean(): no warnings. */
static inline void assert_clean(void)
{
	assert_warnings("", 0);
}

#endif
