/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem FILE.dtb: what the firmware would report on a board, without the board.
 *
 * A file is bytes from anywhere. It is read whole, checked before anything in it
 * is believed, and whatever happens ends in a line and a status: 0 clean, 1 with
 * warnings, 2 unusable. JSON stands alone on stdout, complaints on stderr.
 */
#include "host.h"
#include "machine.h"
#include "of.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

/* The largest boot log that is read; those of the largest machines have 2 MiB. */
#define LOG_MAX ((size_t)64 << 20)

static const char help[] =
"Usage: bootmem [OPTION]... FILE.dtb\n"
"       bootmem [OPTION]... --e820 FILE\n"
"\n"
"Reports what memory a board has, who holds which part of it and what is wrong\n"
"with its device tree: the firmware's own code, run over memory that isn't there.\n"
"\n"
"  --e820            FILE is a PC's boot log; its 'BIOS-e820:' lines are read\n"
"  --args TEXT       boot arguments instead of the tree's, such as 'mem=1G'\n"
"  --memory ADDR:SIZE  memory that the boot loader would fill in\n"
"  --image ADDR:SIZE where the firmware would be, to see what collides with it\n"
"  --dtb ADDR        where the loader puts the tree; else it is outside of RAM\n"
"  --nodes           a table of NUMA nodes and their distances too\n"
"  --json            JSON instead of the report (docs/json.md)\n"
"  --svg PICTURE     a picture of the memory map into the file PICTURE\n"
"  --help, --version\n"
"\n"
"Numbers are decimal or 0x..., with K, M, G or T behind them. The report's lines\n"
"and the warnings' codes are described in docs/report.md.\n"
"\n"
"Exit status: 0 clean, 1 with warnings, 2 unusable (also: no file, bad option).\n";

/* refuse(): the end, before there is anything to report. */
static void __attribute__((noreturn, format(printf, 1, 2)))
refuse(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("bootmem: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\n", stderr);
	exit(EXIT_UNUSABLE);
}

/* parse_number(): the number at *@text, which @end must follow. */
static bool parse_number(const char **text, char end, phys_addr_t *value)
{
	const char *start = *text;

	*value = memparse(start, text);
	return *text != start && *(*text)++ == end;
}

/* parse_range(): ADDR:SIZE for @option, short of the end of all addresses. */
static bool parse_range(const char *option, const char *text,
			phys_addr_t *base, phys_addr_t *size)
{
	if (!parse_number(&text, ':', base) ||
	    !parse_number(&text, '\0', size) || !*size ||
	    *size > PHYS_ADDR_MAX / 2 || *base > PHYS_ADDR_MAX / 2)
		refuse("%s needs ADDR:SIZE, such as 0x80200000:2M", option);
	return true;
}

/* parse_dtb(): ADDR, at which a tree can be. */
static void parse_dtb(struct options *options, const char *text)
{
	options->has_dtb = true;
	if (!parse_number(&text, '\0', &options->dtb) || options->dtb % 8 ||
	    options->dtb > PHYS_ADDR_MAX / 2)
		refuse("--dtb needs an ADDR that is a multiple of 8, such as 0x88000000");
}

/* finish_early(): --help and --version. */
static void __attribute__((noreturn)) finish_early(const char *text)
{
	fputs(text, stdout);
	exit(EXIT_CLEAN);
}

/* take_option(): what getopt_long() found as @c. */
static void take_option(struct options *options, int c)
{
	switch (c) {
	case 'e': options->e820 = true; break;
	case 'n': options->nodes = true; break;
	case 'j': options->json = true; break;
	case 's': options->svg = optarg; break;
	case 'a': options->args = optarg; break;
	case 'm':
		options->has_memory = parse_range("--memory", optarg,
						  &options->memory,
						  &options->memory_size);
		break;
	case 'i':
		options->has_image = parse_range("--image", optarg,
						 &options->image,
						 &options->image_size);
		break;
	case 'd': parse_dtb(options, optarg); break;
	case 'h': finish_early(help);
	case 'v': finish_early("bootmem " BOOTMEM_VERSION "\n");
	default: refuse("try 'bootmem --help'");
	}
}

/* parse(): the command line. */
static void parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "e820",    no_argument,	NULL, 'e' },
		{ "nodes",   no_argument,	NULL, 'n' },
		{ "json",    no_argument,	NULL, 'j' },
		{ "svg",     required_argument, NULL, 's' },
		{ "args",    required_argument, NULL, 'a' },
		{ "memory",  required_argument, NULL, 'm' },
		{ "image",   required_argument, NULL, 'i' },
		{ "dtb",     required_argument, NULL, 'd' },
		{ "help",    no_argument,	NULL, 'h' },
		{ "version", no_argument,	NULL, 'v' },
		{ NULL,	     0,			NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		take_option(options, c);
	if (argc - optind != 1)
		refuse("one file is needed; try 'bootmem --help'");
	options->file = argv[optind];
}

/* read_all(): the open file's bytes, at most @max of them and one more. */
static void read_all(const char *name, int fd, size_t max, struct blob *blob)
{
	size_t room = 1 << 16;
	ssize_t n;

	blob->size = 0;
	blob->data = NULL;
	do {
		room = blob->size * 2 > room ? blob->size * 2 : room;
		blob->data = realloc(blob->data, room);
		if (!blob->data)
			refuse("%s: no memory for it", name);
		n = read(fd, (char *)blob->data + blob->size,
			 room - blob->size);
		if (n < 0)
			refuse("%s: %s", name, strerror(errno));
		blob->size += (size_t)n;
	} while (n && blob->size <= max);
	if (blob->size > max)
		refuse("%s: more than %zu MiB; that is no device tree or boot log",
		       name, max >> 20);
}

/* read_file(): all of the file @name. */
static void read_file(const char *name, size_t max, struct blob *blob)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		refuse("%s: %s", name, strerror(errno));
	read_all(name, fd, max, blob);
	close(fd);
	if (!blob->size)
		refuse("%s: the file is empty", name);
	/* Cut to size, so that a checker sees a read behind the end. */
	blob->data = realloc(blob->data, blob->size);
	if (!blob->data)
		refuse("%s: no memory for it", name);
}

/* check_tree(): refuse what is no sound device tree. */
static void check_tree(const char *name, const struct blob *blob)
{
	int err = of_check_blob(blob->data, blob->size);

	if (err)
		refuse("%s: no sound device tree: %s; it must be a flattened one of version 17, such as dtc makes",
		       name, fdt_strerror(err));
}

/* prepare_tree(): check the blob, and add what the boot loader would. */
static void prepare_tree(const struct options *options, struct blob *blob)
{
	check_tree(options->file, blob);
	if (options->has_memory && !patch_memory(options, blob))
		refuse("%s: --memory can't be added to this tree: its root's cells don't hold it",
		       options->file);
}

/* save_svg(): the picture, where one is asked for. */
static void save_svg(const struct outcome *outcome, const char *name)
{
	FILE *file = name ? fopen(name, "w") : NULL;

	if (!name)
		return;
	if (!file)
		refuse("%s: %s", name, strerror(errno));
	write_svg(outcome, file);
	if (ferror(file) || fclose(file))
		refuse("%s: %s", name, strerror(errno));
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct outcome outcome;
	static struct blob blob;

	parse(&options, argc, argv);
	read_file(options.file, options.e820 ? LOG_MAX : OF_MAX_DTB_SIZE,
		  &blob);
	if (!options.e820)
		prepare_tree(&options, &blob);
	host_reset();
	outcome.source = options.file;
	outcome.e820 = options.e820;
	host_halts(outcome.balances = options.e820 ? boot_e820(&options, &blob)
						   : boot_tree(&options, &blob));
	outcome_collect(&outcome);
	if (options.json)
		print_json(&outcome);
	else
		print_summary(&outcome, options.nodes);
	save_svg(&outcome, options.svg);
	if (fflush(stdout) || ferror(stdout))
		refuse("the report can't be written: %s", strerror(errno));
	return outcome.status;
}
