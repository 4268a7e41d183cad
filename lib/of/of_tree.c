/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree, as everybody else in this room sees it: nodes that have children,
 * and properties by name.
 *
 * A flattened tree can only be read from front to back. libfdt finds a parent by
 * walking from the root, the next child by walking over the one before and all
 * below it, a property by comparing names: to ask a small tree all that a boot
 * wants to know takes 17 walks and millions of instructions. So it is walked
 * once, and what is found is kept:
 *
 *	node	 0	1	2	3	4	as they begin in the blob
 *	name	 ""	cpus	cpu@0	cpu@1	memory@80000000
 *	parent	 -	0	1	1	0
 *	end	 5	4	3	4	5	the first node that isn't below
 *	props	 0	2	3	5	7	its first property
 *
 * A node's number is its place in that list. Its first child is the next node,
 * if there are nodes below it; its next sibling is the node at which it ends, if
 * that is the parent's too; its properties end where those of the next node
 * begin. Of the properties only those are kept whose name somebody here asks
 * for, each by the number of that name, found once for every name of the tree.
 *
 * What is visible is what libfdt shows: the first of several properties of one
 * name, and none that stand behind a child.
 *
 * The list takes brk memory, as much as the tree needs; RAM that nobody claims
 * where the image's own isn't enough, and to find that the tree must be read
 * already. So until the list is made, and where there is no room for it, libfdt
 * answers by walking, and a node's number is its offset. Nobody may keep one from
 * before.
 */
#include <string.h>

#include "brk.h"
#include "of_private.h"
#include "of_tags.h"

/* A node of the list. */
struct node {
	uint32_t offset;	/* where it begins, in the structure block */
	int parent;		/* the node it is in; negative: none */
	int end;		/* the next node that isn't below this one */
	uint32_t props;		/* its first property */
};

/* A property that is kept. */
struct prop {
	uint32_t name;		/* an enum of_prop */
	int len;		/* bytes of its value */
	uint32_t offset;	/* where that begins, in the structure block */
};

/* What the properties that anybody here asks for are called, in strcmp()'s order:
 * see find_name(). */
static const char *const prop_names[NR_OF_PROPS] = {
	[OF_ADDRESS_CELLS]	= "#address-cells",
	[OF_SIZE_CELLS]		= "#size-cells",
	[OF_ALIGNMENT]		= "alignment",
	[OF_ALLOC_RANGES]	= "alloc-ranges",
	[OF_BOOTARGS]		= "bootargs",
	[OF_COMPATIBLE]		= "compatible",
	[OF_DEVICE_TYPE]	= "device_type",
	[OF_DISTANCE_MATRIX]	= "distance-matrix",
	[OF_HOTPLUGGABLE]	= "hotpluggable",
	[OF_INTERRUPT_PARENT]	= "interrupt-parent",
	[OF_KASLR_SEED]		= "kaslr-seed",
	[OF_ELFCOREHDR]		= "linux,elfcorehdr",
	[OF_IMA_KEXEC_BUFFER]	= "linux,ima-kexec-buffer",
	[OF_INITRD_END]		= "linux,initrd-end",
	[OF_INITRD_START]	= "linux,initrd-start",
	[OF_KHO_FDT]		= "linux,kho-fdt",
	[OF_KHO_SCRATCH]	= "linux,kho-scratch",
	[OF_LINUX_PHANDLE]	= "linux,phandle",
	[OF_LINUX_STDOUT_PATH]	= "linux,stdout-path",
	[OF_USABLE_MEMORY]	= "linux,usable-memory",
	[OF_USABLE_RANGE]	= "linux,usable-memory-range",
	[OF_MEMORY_REGION]	= "memory-region",
	[OF_METHOD]		= "method",
	[OF_MMU_TYPE]		= "mmu-type",
	[OF_MODEL]		= "model",
	[OF_NO_MAP]		= "no-map",
	[OF_NUMA_NODE_ID]	= "numa-node-id",
	[OF_OFFSET]		= "offset",
	[OF_PHANDLE]		= "phandle",
	[OF_RANGES]		= "ranges",
	[OF_REG]		= "reg",
	[OF_REG_IO_WIDTH]	= "reg-io-width",
	[OF_REG_OFFSET]		= "reg-offset",
	[OF_REG_SHIFT]		= "reg-shift",
	[OF_REGMAP]		= "regmap",
	[OF_REUSABLE]		= "reusable",
	[OF_RNG_SEED]		= "rng-seed",
	[OF_SIZE]		= "size",
	[OF_STATUS]		= "status",
	[OF_STDOUT_PATH]	= "stdout-path",
	[OF_TIMEBASE]		= "timebase-frequency",
	[OF_VALUE]		= "value",
};

_Static_assert(NR_OF_PROPS <= 64, "a node's properties are bits of a word");

/* What of_verify() counted. */
static struct of_counts counts;

/* The list: its nodes, its properties, and how many nodes there are; 0: there is
 * no list. */
static struct node *nodes;
static struct prop *props;
static int nr_nodes;

/* The structure block. */
static const char *block;

const char *of_prop_name(enum of_prop prop)
{
	return prop_names[prop];
}

void of_tree_start(const struct of_counts *found)
{
	counts = *found;
	nr_nodes = 0;
}

/* --- making the list ------------------------------------------------------ */

/* Names that are remembered, by their offset in the strings block. */
#define NAME_SLOTS	128

/* The list while it is made. */
struct builder {
	struct of_tags tags;
	const char *strings;	/* the strings block */
	int node;		/* the last node that began */
	int open;		/* the innermost that hasn't ended; negative: none */
	uint32_t nr_props;	/* properties so far */
	uint64_t seen;		/* names of them that @open has, a bit each */
	struct {
		uint32_t key;	/* offset of the name + 1; 0: free */
		uint32_t prop;	/* which one it is; NR_OF_PROPS: none of ours */
	} names[NAME_SLOTS];	/* what was found out last, by offset */
};

/* find_name(): which of ours @name is; NR_OF_PROPS: none. */
static uint32_t find_name(const char *name)
{
	uint32_t low = 0, high = NR_OF_PROPS;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = strcmp(name, prop_names[middle]);

		if (!order)
			return middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NR_OF_PROPS;
}

/* name_at(): the same of the name at @offset of the strings block. */
static uint32_t name_at(struct builder *b, uint32_t offset)
{
	uint32_t slot = offset % NAME_SLOTS;

	if (b->names[slot].key != offset + 1) {
		b->names[slot].key = offset + 1;
		b->names[slot].prop = find_name(b->strings + offset);
	}
	return b->names[slot].prop;
}

/* begin_node(): a node begins. */
static void begin_node(struct builder *b)
{
	nodes[++b->node] = (struct node){
		.offset = b->tags.at, .parent = b->open, .props = b->nr_props,
	};
	b->open = b->node;
	b->seen = 0;
}

/* end_node(): the innermost node ends. */
static void end_node(struct builder *b)
{
	nodes[b->open].end = b->node + 1;
	b->open = nodes[b->open].parent;
}

/* add_prop(): a property, if it is to be kept: one of ours, in front of all
 * children, and the first of that name. */
static void add_prop(struct builder *b)
{
	const struct fdt_property *prop = of_tags_prop(&b->tags);
	uint32_t name = name_at(b, fdt32_to_cpu(prop->nameoff));
	uint64_t bit = (uint64_t)1 << name % 64;

	if (name == NR_OF_PROPS || b->open != b->node || b->seen & bit)
		return;
	b->seen |= bit;
	props[b->nr_props++] = (struct prop){
		.name = name, .len = (int)fdt32_to_cpu(prop->len),
		.offset = b->tags.at + (uint32_t)sizeof(*prop),
	};
}

/* build(): the list, in the memory that is there for it. */
static void build(void)
{
	struct builder b = {
		.strings = (const char *)of_fdt() + fdt_off_dt_strings(of_fdt()),
		.node = -1, .open = -1,
	};
	uint32_t tag;

	of_tags_start(&b.tags, of_fdt());
	while ((tag = of_tags_next(&b.tags)) != FDT_END) {
		if (tag == FDT_PROP)
			add_prop(&b);
		else if (tag == FDT_BEGIN_NODE)
			begin_node(&b);
		else if (tag == FDT_END_NODE)
			end_node(&b);
	}
	nodes[counts.nodes].props = b.nr_props;
	block = b.tags.block;
	nr_nodes = (int)counts.nodes;
}

void of_tree_index(void)
{
	static const char what[] = "the list of the device tree's nodes";
	size_t node_bytes = (counts.nodes + 1) * sizeof(*nodes);
	size_t prop_bytes = counts.props * sizeof(*props);

	if (!of_brk_ensure(node_bytes + prop_bytes))
		return;
	nodes = brk_alloc_or_panic(node_bytes, _Alignof(struct node), what);
	props = brk_alloc_or_panic(prop_bytes, _Alignof(struct prop), what);
	build();
}

/* --- reading it ----------------------------------------------------------- */

/* offset_of(): where @node begins, as libfdt counts. */
static int offset_of(int node)
{
	return nr_nodes ? (int)nodes[node].offset : node;
}

int of_next(int node)
{
	if (!nr_nodes)
		return fdt_next_node(of_fdt(), node, NULL);
	return node + 1 < nr_nodes ? node + 1 : -FDT_ERR_NOTFOUND;
}

int of_parent(int node)
{
	if (!nr_nodes)
		return fdt_parent_offset(of_fdt(), node);
	return nodes[node].parent;
}

int of_child(int node)
{
	if (!nr_nodes)
		return fdt_first_subnode(of_fdt(), node);
	return nodes[node].end > node + 1 ? node + 1 : -FDT_ERR_NOTFOUND;
}

int of_sibling(int node)
{
	int next;

	if (!nr_nodes)
		return fdt_next_subnode(of_fdt(), node);
	next = nodes[node].end;
	return next < nr_nodes && nodes[next].parent == nodes[node].parent ?
	       next : -FDT_ERR_NOTFOUND;
}

const char *of_node_name(int node)
{
	if (!nr_nodes)
		return fdt_get_name(of_fdt(), node, NULL);
	return block + nodes[node].offset + FDT_TAGSIZE;
}

/* find_prop(): @node's property @name in the list, or NULL. */
static const struct prop *find_prop(int node, enum of_prop name)
{
	for (uint32_t i = nodes[node].props; i < nodes[node + 1].props; i++)
		if (props[i].name == name)
			return &props[i];
	return NULL;
}

const void *of_property(int node, enum of_prop name, int *len)
{
	const struct prop *prop;

	if (!nr_nodes)
		return fdt_getprop(of_fdt(), node, prop_names[name], len);
	prop = find_prop(node, name);
	*len = prop ? prop->len : -FDT_ERR_NOTFOUND;
	return prop ? block + prop->offset : NULL;
}

const void *of_property_called(int node, const char *name, int name_len,
			       int *len)
{
	return fdt_getprop_namelen(of_fdt(), offset_of(node), name, name_len,
				   len);
}

bool of_named(int node, const char *base)
{
	const char *own = of_node_name(node);

	while (*base && *own == *base) {
		own++;
		base++;
	}
	return !*base && (*own == '\0' || *own == '@');
}

int of_top(const char *name)
{
	int node;

	of_for_each_child(node, OF_ROOT)
		if (of_named(node, name))
			break;
	return node;
}

/* child_called(): @node's first child whose name is the @len characters at @name;
 * the unit address doesn't count where these have none. */
static int child_called(int node, const char *name, size_t len)
{
	bool whole = memchr(name, '@', len) != NULL;
	int child;

	of_for_each_child(child, node) {
		const char *own = of_node_name(child);

		if (!strncmp(own, name, len) &&
		    (own[len] == '\0' || (own[len] == '@' && !whole)))
			break;
	}
	return child;
}

int of_path(const char *path, int len)
{
	const char *end = path + len;
	int node = OF_ROOT;

	while (node >= 0 && path < end) {
		const char *name = path;

		while (path < end && *path != '/')
			path++;
		if (path > name)
			node = child_called(node, name, (size_t)(path - name));
		else
			path++;
	}
	return node;
}

uint32_t of_phandle(int node)
{
	uint32_t phandle = 0;

	if (!of_u32(node, OF_PHANDLE, &phandle))
		of_u32(node, OF_LINUX_PHANDLE, &phandle);
	return phandle;
}

int of_by_phandle(uint32_t phandle)
{
	int node = OF_ROOT;

	if (phandle == 0 || phandle == FDT_MAX_PHANDLE + 1)
		return -FDT_ERR_BADPHANDLE;
	while (node >= 0 && of_phandle(node) != phandle)
		node = of_next(node);
	return node;
}

/* lists(): one of the strings in the @len bytes at @list is @text, of @text_len; the
 * last may lack its NUL. Most lists are too short. */
static bool lists(const char *list, int len, const char *text, long text_len)
{
	const char *end = list + len;

	for (; end - list >= text_len; list++) {
		const char *wanted = text;

		while (*wanted != '\0' && *list == *wanted) {
			list++;
			wanted++;
		}
		if (*wanted == '\0' && (list == end || *list == '\0'))
			return true;
		while (list < end && *list != '\0')
			list++;
	}
	return false;
}

/* walk_by_compatible(): of_by_compatible() where there is no list, for a text of
 * @text_len. */
static int walk_by_compatible(int node, const char *compatible, long text_len)
{
	for (; node >= 0; node = of_next(node)) {
		int len;
		const char *list = of_property(node, OF_COMPATIBLE, &len);

		if (list && lists(list, len, compatible, text_len))
			break;
	}
	return node;
}

/* node_with(): the node, @node or one behind it, that property number @i is of. */
static int node_with(int node, uint32_t i)
{
	while (nodes[node + 1].props <= i)
		node++;
	return node;
}

/* of_by_compatible(): nodes are many, so it is their properties that are gone
 * through, which lie in a row. */
int of_by_compatible(int node, const char *compatible)
{
	long text_len = (long)strlen(compatible);

	if (!nr_nodes || node < 0)
		return walk_by_compatible(node, compatible, text_len);
	for (uint32_t i = nodes[node].props; i < nodes[nr_nodes].props; i++)
		if (props[i].name == OF_COMPATIBLE &&
		    lists(block + props[i].offset, props[i].len, compatible,
			  text_len))
			return node_with(node, i);
	return -FDT_ERR_NOTFOUND;
}
