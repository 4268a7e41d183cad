/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single properties. A property is so many bytes and nothing more: a string may
 * lack its NUL or hold anything, a number may have any length. Whoever reads
 * one goes through here and gets something sound or nothing.
 */
#include <string.h>

#include "arch.h"
#include "brk.h"
#include "machine.h"
#include "of_private.h"
#include "printk.h"

const void *of_fdt(void)
{
	return phys_to_virt(machine.dtb);
}

/* text_length(): bytes before the NUL in the @len bytes at @data, else @len. */
static int text_length(const char *data, int len)
{
	const char *nul = memchr(data, '\0', (size_t)len);

	return nul ? (int)(nul - data) : len;
}

/* text_clean(): all @len bytes at @data are printable. */
static bool text_clean(const char *data, int len)
{
	for (int i = 0; i < len; i++)
		if (printable(data[i]) != data[i])
			return false;
	return true;
}

const char *of_text(const char *data, int len, int max)
{
	static const char cut[] = "...";
	int n = text_length(data, len), keep = MIN(n, max);
	char *copy;

	if (n < len && n <= max && text_clean(data, n))
		return data;
	copy = brk_alloc_or_panic((size_t)keep + sizeof(cut), 1,
				  "a string of the device tree");
	for (int i = 0; i < keep; i++)
		copy[i] = data[i] == '\t' || data[i] == '\n' ?
			  ' ' : printable(data[i]);
	if (n > max)
		memcpy(copy + keep, cut, sizeof(cut));
	return copy;
}

const char *of_name(int node)
{
	const char *name = of_node_name(node);

	return *name ? of_text(name, (int)strlen(name) + 1, OF_NAME_MAX) : "/";
}

bool of_has(int node, enum of_prop name)
{
	int len;

	return of_property(node, name, &len) != NULL;
}

bool of_is(int node, enum of_prop name, const char *text)
{
	int len, want = (int)strlen(text);
	const char *data = of_property(node, name, &len);

	return data && len >= want && text_length(data, len) == want &&
	       !memcmp(data, text, (size_t)want);
}

bool of_u32(int node, enum of_prop name, uint32_t *value)
{
	int len;
	const fdt32_t *cell = of_property(node, name, &len);

	if (!cell || len != sizeof(*cell))
		return false;
	*value = fdt32_ld(cell);
	return true;
}

bool of_available(int node)
{
	return !of_has(node, OF_STATUS) || of_is(node, OF_STATUS, "okay") ||
	       of_is(node, OF_STATUS, "ok");
}
