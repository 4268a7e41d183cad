/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run came to. The log is the record: warnings and the reason of an early
 * end are read from it, so that nothing can be shown to a program that a person
 * isn't shown, or the other way round.
 */
#include "host.h"
#include "machine.h"
#include "mmzone.h"
#include "printk.h"

#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* must(): @mem, or the end: there is no way on without it. */
static void *must(void *mem)
{
	if (!mem) {
		fputs("bootmem: out of memory\n", stderr);
		exit(EXIT_UNUSABLE);
	}
	return mem;
}

/* starts(): where @line, up to a newline, goes on behind @prefix; or NULL. */
static const char *starts(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) ? NULL : line + len;
}

/* rest(): a copy of the line at @text. */
static char *rest(const char *text)
{
	return must(strndup(text, strcspn(text, "\n")));
}

/* find_range(): the first range in @warning's text. */
static void find_range(struct warning *warning)
{
	const char *at = strchr(warning->text, '[');

	for (; at; at = strchr(at + 1, '['))
		if (sscanf(at, "[0x%llx-0x%llx]", &warning->first,
			   &warning->last) == 2) {
			warning->has_range = true;
			return;
		}
}

/* add_warning(): the line with @text behind 'warning: '. */
static void add_warning(struct outcome *outcome, const char *text)
{
	size_t nr = outcome->nr_warnings, len = strcspn(text, ":\n");
	struct warning *w;

	if (!(nr & (nr - 1)))	/* full, whenever it is 0 or a power of two */
		outcome->warnings = must(realloc(outcome->warnings,
			(nr ? 2 * nr : 1) * sizeof(*outcome->warnings)));
	w = &outcome->warnings[outcome->nr_warnings++];
	*w = (struct warning){ 0 };
	snprintf(w->code, sizeof(w->code), "%.*s", (int)len, text);
	text += len;
	w->text = rest(text + strspn(text, ": "));
	find_range(w);
}

void outcome_collect(struct outcome *outcome)
{
	const char *line, *text;

	for (line = host_log(); *line; line += strspn(line, "\n")) {
		if ((text = starts(line, "warning: ")))
			add_warning(outcome, text);
		else if ((text = starts(line, "panic: ")))
			outcome->panic = rest(text);
		line += strcspn(line, "\n");
	}
	outcome->complete = boot_complete();
	outcome->failed = nr_failures() != 0;
	if (!outcome->complete || !outcome->balances || outcome->failed)
		outcome->status = EXIT_UNUSABLE;
	else
		outcome->status = outcome->nr_warnings ? EXIT_WARNINGS
						       : EXIT_CLEAN;
}

unsigned long nr_cpus_of(int nid)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i < machine.nr_cpus; i++)
		nr += machine.cpus[i].nid == nid;
	return nr;
}

phys_addr_t memory_of(int nid)
{
	const struct memblock_region *r;
	phys_addr_t bytes = 0;

	for_each_mem_region(r)
		bytes += r->nid == nid ? r->size : 0;
	return bytes;
}

phys_addr_t free_of(int nid)
{
	phys_addr_t bytes = 0;

	for (int type = 0; type < MAX_NR_ZONES; type++)
		bytes += PFN_PHYS(NODE_DATA(nid)->node_zones[type].nr_free);
	return bytes;
}

const char *print_size(char text[SIZE_TEXT], phys_addr_t bytes)
{
	static const char units[] = "KMGTPE";
	double value = (double)bytes;
	int unit = -1;

	for (; value >= 1024 && units[unit + 1]; unit++)
		value /= 1024;
	if (unit < 0)
		snprintf(text, SIZE_TEXT, "%llu B", bytes);
	else
		snprintf(text, SIZE_TEXT, value == (double)(int)value
			 ? "%.0f %ciB" : "%.1f %ciB", value, units[unit]);
	return text;
}
