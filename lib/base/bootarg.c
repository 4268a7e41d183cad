/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of the boot arguments: 'name' or 'name=value', separated by white
 * space, as a boot loader passes them in /chosen bootargs.
 */
#include <limits.h>
#include <string.h>

#include "machine.h"

/* is_space(): what separates words. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* next_word(): the first character of the word behind the one at @text. */
static const char *next_word(const char *text)
{
	while (*text && !is_space(*text))
		text++;
	while (is_space(*text))
		text++;
	return text;
}

const char *bootarg(const char *name, const char *after)
{
	size_t len = strlen(name);
	const char *word;

	if (!machine.bootargs)
		return NULL;
	if (after)
		word = next_word(after);
	else if (is_space(machine.bootargs[0]))
		word = next_word(machine.bootargs);
	else
		word = machine.bootargs;

	for (; *word; word = next_word(word)) {
		if (strncmp(word, name, len))
			continue;
		if (word[len] == '=')
			return word + len + 1;
		if (!word[len] || is_space(word[len]))
			return word + len;
	}
	return NULL;
}

/* suffix_shift(): log2 of what the suffix @c multiplies by; 0: no suffix. */
static unsigned int suffix_shift(char c)
{
	switch (c) {
	case 'K': case 'k': return 10;
	case 'M': case 'm': return 20;
	case 'G': case 'g': return 30;
	case 'T': case 't': return 40;
	case 'P': case 'p': return 50;
	case 'E': case 'e': return 60;
	default:	    return 0;
	}
}

/* digit_value(): of @c in @base 10 or 16; @base or more where it is no digit. */
static unsigned int digit_value(char c, unsigned int base)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return base;
}

/* scale(): @n times @by, or all ones where that doesn't fit. */
static unsigned long long scale(unsigned long long n, unsigned long long by)
{
	return n > ULLONG_MAX / by ? ULLONG_MAX : n * by;
}

unsigned long long memparse(const char *text, const char **end)
{
	unsigned int base = 10, digit;
	unsigned long long n = 0;
	const char *start;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
	    digit_value(text[2], 16) < 16) {
		base = 16;
		text += 2;
	}
	start = text;
	while ((digit = digit_value(*text, base)) < base) {
		n = scale(n, base);
		n = n > ULLONG_MAX - digit ? ULLONG_MAX : n + digit;
		text++;
	}
	if (text != start && suffix_shift(*text))
		n = scale(n, 1ull << suffix_shift(*text++));
	*end = text;
	return n;
}
