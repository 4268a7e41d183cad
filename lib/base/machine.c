/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known of the machine, and of the running image's pieces.
 */
#include <string.h>

#include "machine.h"

struct machine machine;

const struct image_segment *image_segment(const char *name)
{
	for (unsigned int i = 0; i < image.nr_segments; i++)
		if (!strcmp(image.segment[i].name, name))
			return &image.segment[i];
	return NULL;
}
