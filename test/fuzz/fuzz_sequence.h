/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer's bytes as a sequence of operations (test/unit/sequence.h): three
 * bytes each, its kind and what its numbers are drawn from. So a byte inserted or
 * taken out changes an operation and not all that follow.
 */
#ifndef FUZZ_SEQUENCE_H
#define FUZZ_SEQUENCE_H

#include "bytes.h"
#include "fuzz.h"
#include "sequence.h"

/* Operations of a sequence at most: long enough for what the models hold. */
#define FUZZ_MAX_OPS	64u

/* Bytes that an operation's numbers come from. */
#define FUZZ_SEED_BYTES	2u

/* fuzz_sequence(): what @bytes ask for, on code and model; a find where they
 * differ, shrunk and printed. */
static inline void fuzz_sequence(const struct sequence *seq,
				 struct bytes *bytes)
{
	static struct op ops[FUZZ_MAX_OPS];
	unsigned int nr = 0, failed;

	for (; nr < FUZZ_MAX_OPS && bytes->at < bytes->end; nr++) {
		uint64_t seed;

		ops[nr] = (struct op){ .kind = below(bytes, seq->nr_kinds) };
		seed = number(bytes, FUZZ_SEED_BYTES);
		seq->draw(&ops[nr], &seed);
	}
	failed = seq_first_failure(seq, ops, nr);
	if (failed < nr)
		seq_report(seq, ops, failed + 1, 0);
	fuzz_count(FUZZ_WHOLE);
}

#endif
