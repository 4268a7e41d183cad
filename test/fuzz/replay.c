/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target without a fuzzer: its function called with the bytes of each file
 * that is named. What it doesn't survive ends the program, the log says why.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* The largest file that is read: the largest input of a target. */
#define INPUT_MAX	((size_t)1 << 20)

/* replay(): the bytes of the file @name; they end where their buffer does. */
static bool replay(const char *name)
{
	FILE *file = fopen(name, "rb");
	size_t size = 0;
	uint8_t *data = malloc(INPUT_MAX);

	if (!file || !data) {
		perror(name);
		return false;
	}
	fprintf(stderr, "replay: %s\n", name);
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	data = realloc(data, size ? size : 1);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return true;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!replay(argv[i]))
			return EXIT_FAILURE;
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
