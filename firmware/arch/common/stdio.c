/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's functions that string.c's reason concerns, and that aren't
 * about strings: its own store 16 bytes at a time, to addresses that needn't be a
 * multiple of that. The formatting itself, vfprintf(), is still the library's; it
 * writes to memory by way of our put_char() only, and what it copies 16 bytes at
 * a time, its list of arguments, is given to it aligned.
 */
#include <stdarg.h>
#include <stdio.h>

/* A stream that fills a buffer; the library knows it by its first member. */
struct string_stream {
	FILE file;
	char *next;			/* where the next character goes */
	char *end;			/* where none may go any more */
};

/* A list of arguments where 16 bytes of it may be read at once. */
struct arguments {
	_Alignas(16) va_list list;
};

/* format(): vfprintf(), as its callers see it: a va_list is larger than 16 bytes
 * and so passed by reference (Procedure Call Standard, AAPCS64, stage B.4). */
int format(FILE *file, const char *fmt, struct arguments *args)
	__asm__("vfprintf");

/* put_char(): @c into the buffer, or nowhere where that is full. */
static int put_char(char c, FILE *file)
{
	struct string_stream *stream = (struct string_stream *)file;

	if (stream->next < stream->end)
		*stream->next++ = c;
	return (unsigned char)c;
}

int vsnprintf(char *restrict text, size_t size, const char *restrict fmt,
	      va_list args)
{
	struct string_stream stream = {
		.file = FDEV_SETUP_STREAM(put_char, NULL, NULL,
					  _FDEV_SETUP_WRITE),
		.next = text,
		.end = text + (size > 0 ? size - 1 : 0),
	};
	struct arguments aligned;
	int len;

	va_copy(aligned.list, args);
	len = format(&stream.file, fmt, &aligned);
	va_end(aligned.list);
	if (size > 0)
		*stream.next = '\0';
	return len;
}

int snprintf(char *restrict text, size_t size, const char *restrict fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, size, fmt, args);
	va_end(args);
	return len;
}
