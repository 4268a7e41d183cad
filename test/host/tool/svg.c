/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A picture of memory, lowest address on top.
 *
 *	address	 node  what it is				what is wrong
 *	 80000000  |  [ reserved  firmware@80000000    2 MiB ]
 *	 80200000  |  [ free			     126 MiB ]  # W-RSV-OVERLAP
 *	 88000000     ( hole )				     #  a and b ...
 *
 * The address space is cut wherever memory, a reservation or something dropped
 * begins or ends. Each piece is a row, higher for a larger piece, by the logarithm
 * of its size: a page can be read next to a terabyte, and a picture of 300 pieces
 * is a long one, but not a denser one. A warning that names a range stands in the
 * row where the range begins, with a bar along all rows that it covers.
 */
#include "machine.h"
#include "mmzone.h"

#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* Rows at most; of more, those in the middle are left out. */
#define ROWS_MAX	4000

/* Geometry, in pixels. */
#define LINE		16	/* a line of text */
#define LOG_STEP	2	/* a row's height for each doubling of its size */
#define TOP		96	/* the first row */
#define X_ADDRESS	12
#define X_NODE		150	/* the bar that is the node's */
#define X_BOX		190
#define BOX_WIDTH	500
#define X_MARK		698	/* the bar of a warning */
#define X_NOTE		712
#define WIDTH		1500

/* Characters that fit into a box besides the size, and behind a mark. */
#define NAME_MAX_CHARS	52
#define NOTE_MAX_CHARS	108

/* What a row can be, in the order of the legend. */
enum look {
	LOOK_FREE, LOOK_RESERVED, LOOK_NOMAP, LOOK_REUSABLE, LOOK_OWN,
	LOOK_DROPPED, LOOK_HOLE, NR_LOOKS
};

static const struct {
	const char *name;	/* in the legend */
	const char *fill;	/* the box's colour */
} looks[NR_LOOKS] = {
	[LOOK_FREE]	= { "free", "#d5efd0" },
	[LOOK_RESERVED] = { "reserved", "#ffd9a0" },
	[LOOK_NOMAP]	= { "no-map", "#f3a6a0" },
	[LOOK_REUSABLE] = { "reusable", "#cfe0fb" },
	[LOOK_OWN]	= { "bootmem's own", "#dcd3ee" },
	[LOOK_DROPPED]	= { "dropped", "#bdbdbd" },
	[LOOK_HOLE]	= { "no memory", "#ffffff" },
};

/* Colours of nodes, again from the first where there are more nodes. */
static const char *const node_fills[] = {
	"#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd",
	"#8c564b", "#e377c2", "#17becf", "#bcbd22",
};

/* A piece of the address space that is one thing all over. */
struct row {
	phys_addr_t first, last;
	enum look look;
	int nid;		/* NUMA_NO_NODE: no memory */
	const char *name;	/* the owner, the reason; "" for free */
	const char *users;	/* who uses it, or NULL */
	unsigned int notes;	/* warnings whose range begins here */
	unsigned int y, height;
};

/* The picture under construction. */
struct picture {
	FILE *file;
	const struct outcome *outcome;
	struct row *rows;
	size_t nr_rows;
	size_t skip_from, skip_to;	/* rows that are left out */
	unsigned int bottom;		/* the y behind the last row */
};

/* Kinds of owners that the tree or its makers ask for; all else is our own. */
static bool is_own(const char *kind)
{
	return strcmp(kind, "reserved") && strcmp(kind, "initrd") &&
	       strcmp(kind, "firmware") && strcmp(kind, "nomap") &&
	       strcmp(kind, "reusable");
}

/* put_text(): @text escaped, at most @max characters of it. */
static void put_text(FILE *file, const char *text, size_t max)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len && i < max; i++) {
		if (len > max && i >= max - 3)
			fputc('.', file);
		else if (strchr("<>&\"'", text[i]))
			fprintf(file, "&#%d;", text[i]);
		else
			fputc(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?',
			      file);
	}
}

/* by_address(): qsort()'s order. */
static int by_address(const void *a, const void *b)
{
	phys_addr_t x = *(const phys_addr_t *)a, y = *(const phys_addr_t *)b;

	return (x > y) - (x < y);
}

/* add_cuts(): where @type's regions begin, and what is behind them. */
static size_t add_cuts(phys_addr_t *cuts, size_t nr,
		       const struct memblock_type *type)
{
	const struct memblock_region *r;

	for_each_memblock_type(type, r) {
		cuts[nr++] = r->base;
		if (memblock_last(r) != PHYS_ADDR_MAX)
			cuts[nr++] = memblock_last(r) + 1;
	}
	return nr;
}

/* add_warning_cuts(): where the ranges of warnings begin and end, inside of the
 * @nr cuts that there are: a warning doesn't add to the picture's size. */
static size_t add_warning_cuts(phys_addr_t *cuts, size_t nr,
			       const struct outcome *outcome)
{
	phys_addr_t low = PHYS_ADDR_MAX, high = 0;
	size_t n = nr;

	for (size_t i = 0; i < nr; i++) {
		low = MIN(low, cuts[i]);
		high = MAX(high, cuts[i]);
	}
	for (size_t i = 0; i < outcome->nr_warnings; i++) {
		const struct warning *w = &outcome->warnings[i];

		if (!w->has_range)
			continue;
		if (w->first > low && w->first < high)
			cuts[n++] = w->first;
		if (w->last >= low && w->last < high)
			cuts[n++] = w->last + 1;
	}
	return n;
}

/* list_cuts(): every point where something begins or ends, each once, ascending;
 * *@cuts is to be freed. */
static size_t list_cuts(phys_addr_t **cuts, const struct outcome *outcome)
{
	size_t n = 0, nr = memblock.memory.cnt + memblock.reserved.cnt +
			   memblock.dropped.cnt + outcome->nr_warnings;

	*cuts = calloc(2 * nr + 1, sizeof(**cuts));
	if (!*cuts)
		return 0;
	nr = add_cuts(*cuts, 0, &memblock.memory);
	nr = add_cuts(*cuts, nr, &memblock.reserved);
	nr = add_cuts(*cuts, nr, &memblock.dropped);
	nr = add_warning_cuts(*cuts, nr, outcome);
	qsort(*cuts, nr, sizeof(**cuts), by_address);
	for (size_t i = 0; i < nr; i++)
		if (!n || (*cuts)[n - 1] != (*cuts)[i])
			(*cuts)[n++] = (*cuts)[i];
	return n;
}

/* region_at(): the region of @type that holds @pa, or NULL. */
static const struct memblock_region *region_at(const struct memblock_type *type,
					       phys_addr_t pa)
{
	long i = memblock_search(type, pa);

	return i < 0 ? NULL : &type->regions[i];
}

/* reserved_look(): how the reservation @r is painted. */
static enum look reserved_look(const struct memblock_region *r)
{
	if (r->flags & MEMBLOCK_NOMAP)
		return LOOK_NOMAP;
	if (r->flags & MEMBLOCK_REUSABLE)
		return LOOK_REUSABLE;
	return is_own(r->owner->kind) ? LOOK_OWN : LOOK_RESERVED;
}

/* describe(): what @row is, by its first byte. */
static void describe(struct row *row)
{
	const struct memblock_region *m, *r, *d;

	m = region_at(&memblock.memory, row->first);
	r = region_at(&memblock.reserved, row->first);
	d = region_at(&memblock.dropped, row->first);
	row->nid = m ? m->nid : d ? d->nid : NUMA_NO_NODE;
	row->name = "";
	row->look = m ? LOOK_FREE : LOOK_HOLE;
	if (d && !m) {
		row->look = LOOK_DROPPED;
		row->name = d->owner->name;
	}
	if (r) {
		row->look = reserved_look(r);
		row->name = r->owner->name;
		row->users = r->owner->users;
	}
}

/* row_of(): the row that holds @pa; the last one where none does. */
static struct row *row_of(const struct picture *picture, phys_addr_t pa)
{
	size_t low = 0, high = picture->nr_rows - 1;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (picture->rows[mid].last < pa)
			low = mid + 1;
		else
			high = mid;
	}
	return &picture->rows[low];
}

/* count_notes(): how many warnings begin in each row. */
static void count_notes(struct picture *picture)
{
	const struct outcome *o = picture->outcome;

	for (size_t i = 0; i < o->nr_warnings; i++)
		if (o->warnings[i].has_range)
			row_of(picture, o->warnings[i].first)->notes++;
}

/* row_height(): high enough for its text, its notes and a hint of its size. */
static unsigned int row_height(const struct row *row)
{
	phys_addr_t pages = (row->last - row->first) >> PAGE_SHIFT;
	unsigned int notes = row->notes * LINE;
	unsigned int height = LINE;

	if (row->look != LOOK_HOLE && pages)
		height += LOG_STEP * log2_floor(pages);
	return height > notes ? height : notes;
}

/* make_rows(): the pieces, top to bottom; the space above the last is none. */
static void make_rows(struct picture *picture)
{
	phys_addr_t *cuts;
	size_t nr = list_cuts(&cuts, picture->outcome);

	picture->rows = calloc(nr + 1, sizeof(*picture->rows));
	for (size_t i = 0; picture->rows && i < nr; i++) {
		struct row *row = &picture->rows[picture->nr_rows];

		row->first = cuts[i];
		row->last = i + 1 < nr ? cuts[i + 1] - 1 : PHYS_ADDR_MAX;
		describe(row);
		if (i + 1 < nr || row->look != LOOK_HOLE)
			picture->nr_rows++;
	}
	free(cuts);
}

/* place_rows(): where each row is; those past ROWS_MAX share one line. */
static void place_rows(struct picture *picture)
{
	size_t nr = picture->nr_rows;
	unsigned int y = TOP;

	picture->skip_from = nr > ROWS_MAX ? ROWS_MAX / 2 : nr;
	picture->skip_to = nr > ROWS_MAX ? nr - ROWS_MAX / 2 : nr;
	for (size_t i = 0; i < nr; i++) {
		struct row *row = &picture->rows[i];

		row->y = y;
		if (i >= picture->skip_from && i < picture->skip_to)
			continue;
		if (i == picture->skip_to)
			row->y = y += LINE;
		row->height = row_height(row);
		y += row->height;
	}
	picture->bottom = y;
}

/* put_label(): @text at (@x, @y), @max characters of it. */
static void put_label(FILE *file, int x, unsigned int y, const char *style,
		      const char *text, size_t max)
{
	fprintf(file, "<text x=\"%d\" y=\"%u\" %s>", x, y, style);
	put_text(file, text, max);
	fprintf(file, "</text>\n");
}

/* put_address(): the address at a row's upper edge. */
static void put_address(FILE *file, unsigned int y, phys_addr_t pa)
{
	char text[24];

	snprintf(text, sizeof(text), "%16llx", pa);
	put_label(file, X_ADDRESS, y, "class=\"a\" xml:space=\"preserve\"",
		  text, sizeof(text));
}

/* put_node(): the bar that says whose node it is. */
static void put_node(FILE *file, const struct row *row)
{
	char text[16];

	if (row->nid == NUMA_NO_NODE)
		return;
	fprintf(file, "<rect x=\"%d\" y=\"%u\" width=\"30\" height=\"%u\" fill=\"%s\"/>\n",
		X_NODE, row->y, row->height,
		node_fills[(size_t)row->nid % ARRAY_SIZE(node_fills)]);
	snprintf(text, sizeof(text), "%u", node_hwid(row->nid));
	put_label(file, X_NODE + 4, row->y + 12, "fill=\"white\"", text, 5);
}

/* put_box(): what the row is. */
static void put_box(FILE *file, const struct row *row)
{
	bool hole = row->look == LOOK_HOLE;
	char name[256], size[SIZE_TEXT];

	fprintf(file, "<rect x=\"%d\" y=\"%u\" width=\"%d\" height=\"%u\" fill=\"%s\" stroke=\"%s\"%s/>\n",
		X_BOX, row->y, BOX_WIDTH, row->height, looks[row->look].fill,
		hole ? "#bbb" : "#555", hole ? " stroke-dasharray=\"3\"" : "");
	snprintf(name, sizeof(name), "%s%s%s", row->name,
		 row->users ? " used by " : "", row->users ? row->users : "");
	put_label(file, X_BOX + 6, row->y + 12,
		  hole ? "fill=\"#888\"" : "", *name ? name : looks[row->look].name,
		  NAME_MAX_CHARS);
	put_label(file, X_BOX + BOX_WIDTH - 6, row->y + 12,
		  "text-anchor=\"end\"",
		  row->last - row->first == PHYS_ADDR_MAX ? "16 EiB"
		  : print_size(size, row->last - row->first + 1), SIZE_TEXT);
}

/* put_rows(): all of them, and the address where the last one ends. */
static void put_rows(const struct picture *picture)
{
	char text[64];

	for (size_t i = 0; i < picture->nr_rows; i++) {
		const struct row *row = &picture->rows[i];

		if (i >= picture->skip_from && i < picture->skip_to)
			continue;
		put_address(picture->file, row->y + 12, row->first);
		put_node(picture->file, row);
		put_box(picture->file, row);
	}
	if (picture->skip_from == picture->skip_to)
		return;
	snprintf(text, sizeof(text), "%zu more, not drawn",
		 picture->skip_to - picture->skip_from);
	put_label(picture->file, X_BOX + 6,
		  picture->rows[picture->skip_from].y + 12, "", text,
		  sizeof(text));
}

/* note_text(): @warning without its range, which the bar beside it shows. */
static void note_text(char *text, size_t size, const struct warning *warning)
{
	const char *from = strchr(warning->text, '[');
	const char *to = from ? strchr(from, ']') : NULL;

	if (!to)
		to = from = warning->text;
	else
		to++;
	while (from > warning->text && from[-1] == ' ')
		from--;
	if (from - warning->text > 3 && !strncmp(from - 3, " at", 3))
		from -= 3;
	snprintf(text, size, "%s: %.*s%s", warning->code,
		 (int)(from - warning->text), warning->text, to);
}

/* put_mark(): the bar along all rows that @warning's range covers, and its text
 * beside the first of them. */
static void put_mark(const struct picture *picture,
		     const struct warning *warning, unsigned int line)
{
	const struct row *from = row_of(picture, warning->first);
	const struct row *to = row_of(picture, warning->last);
	unsigned int end = to->y + to->height;
	char text[256];

	fprintf(picture->file, "<rect x=\"%d\" y=\"%u\" width=\"8\" height=\"%u\" fill=\"url(#hatch)\" stroke=\"#c00\"/>\n",
		X_MARK, from->y + 1, end > from->y + 2 ? end - from->y - 2 : 1);
	note_text(text, sizeof(text), warning);
	put_label(picture->file, X_NOTE, from->y + 12 + line * LINE,
		  "fill=\"#a00\"", text, NOTE_MAX_CHARS);
}

/* put_marks(): every warning that names a range; the others below the picture. */
static void put_marks(const struct picture *picture)
{
	const struct outcome *o = picture->outcome;
	unsigned int y = picture->bottom + 2 * LINE;
	char text[256];

	for (size_t i = 0; i < o->nr_warnings; i++) {
		const struct warning *w = &o->warnings[i];

		if (w->has_range && picture->nr_rows) {
			struct row *row = row_of(picture, w->first);

			if (row->height)
				put_mark(picture, w, --row->notes);
			continue;
		}
		snprintf(text, sizeof(text), "%s: %s", w->code, w->text);
		put_label(picture->file, X_ADDRESS, y, "fill=\"#a00\"", text,
			  WIDTH / 8);
		y += LINE;
	}
}

/* put_title(): whose memory it is, how much, and the legend. */
static void put_title(const struct picture *picture)
{
	FILE *file = picture->file;
	char text[256], size[SIZE_TEXT];

	snprintf(text, sizeof(text), "%s: %s of memory, %zu warnings%s",
		 machine.model ? machine.model : "?",
		 print_size(size, memblock.memory.total_size),
		 picture->outcome->nr_warnings,
		 picture->outcome->complete ? "" : "; unusable");
	put_label(file, X_ADDRESS, 28, "font-size=\"18\" font-weight=\"bold\"",
		  text, 110);
	for (int i = 0; i < NR_LOOKS; i++) {
		int x = X_ADDRESS + i * 140;

		fprintf(file, "<rect x=\"%d\" y=\"44\" width=\"14\" height=\"14\" fill=\"%s\" stroke=\"#555\"/>\n",
			x, looks[i].fill);
		put_label(file, x + 20, 56, "", looks[i].name, 20);
	}
	put_label(file, X_ADDRESS, 86, "fill=\"#555\"", "first byte", 20);
	put_label(file, X_NODE, 86, "fill=\"#555\"", "node", 20);
	put_label(file, X_NOTE, 86, "fill=\"#555\"", "warnings", 20);
}

/* put_head(): what the file is, and how text and marks look. @height is set at
 * the end: the lines below the picture are known to fit. */
static void put_head(FILE *file, size_t height)
{
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" font-family=\"monospace\" font-size=\"12\">\n"
		"<defs><pattern id=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><path d=\"M0,4 l4,-4\" stroke=\"#c00\"/></pattern></defs>\n"
		"<style>.a{fill:#333}</style>\n"
		"<rect width=\"%d\" height=\"%zu\" fill=\"white\"/>\n",
		WIDTH, height, WIDTH, height);
}

/* nr_unplaced(): warnings that name no range, and stand below the picture. */
static size_t nr_unplaced(const struct picture *picture)
{
	const struct outcome *o = picture->outcome;
	size_t nr = 0;

	for (size_t i = 0; i < o->nr_warnings; i++)
		nr += !o->warnings[i].has_range || !picture->nr_rows;
	return nr;
}

void write_svg(const struct outcome *outcome, FILE *file)
{
	struct picture picture = { .file = file, .outcome = outcome };

	make_rows(&picture);
	if (picture.nr_rows)
		count_notes(&picture);
	place_rows(&picture);
	put_head(file, picture.bottom + (nr_unplaced(&picture) + 3) * LINE);
	put_title(&picture);
	put_rows(&picture);
	put_marks(&picture);
	fprintf(file, "</svg>\n");
	free(picture.rows);
}
