/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Property tests: random sequences of operations on the code and on a model.
 *
 * Every operation is a kind and a few numbers. After each one the test's own
 * step() says whether code and model still agree; a panic counts as "no". The
 * sequences come from fixed seeds, so every run is the same; UNIT_ROUNDS=n in
 * the environment makes n times as many, 0.1 a tenth. One that fails is shrunk
 * (operations are left out as long as it still fails) and printed as the calls to
 * make.
 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <stdlib.h>

#include "unit.h"

/* Operations of the longest sequence, numbers of one operation. */
#define SEQ_MAX_OPS	400
#define SEQ_ARGS	5

struct op {
	unsigned int kind;		/* index into sequence.names */
	unsigned long arg[SEQ_ARGS];	/* what they mean is the kind's business */
};

/* What a property test says about itself. */
struct sequence {
	const char *const *names;	/* of the kinds of operations */
	unsigned int nr_kinds;
	unsigned int nr_ops;		/* operations of a sequence */
	unsigned int nr_seeds;		/* sequences of a default run */
	void (*start)(void);		/* code and model as fresh */
	void (*draw)(struct op *op, uint64_t *seed); /* an op's numbers */
	bool (*step)(const struct op *op); /* do it; false: they differ now */
};

/* seq_random(): 0 to @n - 1; a linear congruential generator (Knuth, MMIX). */
static inline unsigned long seq_random(uint64_t *seed, unsigned long n)
{
	uint64_t high, low;

	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	high = *seed >> 32;
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	low = *seed >> 32;
	return (high << 32 | low) % n;
}

/* seq_rounds(): how many times the default number of sequences to run. */
static inline double seq_rounds(void)
{
	const char *rounds = getenv("UNIT_ROUNDS");

	return rounds ? strtod(rounds, NULL) : 1;
}

/* seq_say(): how many operations were tried; test_counts.py adds up these lines. */
static inline void seq_say(uint64_t nr)
{
	print_message("# %llu random operations\n", (unsigned long long)nr);
}

/* seq_step(): one operation; a panic on the way is a difference too. */
static inline bool seq_step(const struct sequence *seq, const struct op *op)
{
	static bool agrees;	/* not automatic: machine_halt() is a longjmp */

	agrees = false;
	return host_halts(agrees = seq->step(op)) == HOST_RETURNED && agrees;
}

/* seq_first_failure(): which of @nr operations, from a fresh start, is the
 * first after which code and model differ; @nr where none is. */
static inline unsigned int seq_first_failure(const struct sequence *seq,
					     const struct op *ops,
					     unsigned int nr)
{
	unsigned int i = 0;

	seq->start();
	while (i < nr && seq_step(seq, &ops[i]))
		i++;
	return i;
}

/* seq_shrink(): leave out operations as long as the rest still fails; returns
 * how many of @ops are left, the last of which is the one that fails. */
static inline unsigned int seq_shrink(const struct sequence *seq,
				      struct op *ops, unsigned int nr)
{
	struct op fewer[SEQ_MAX_OPS];

	for (unsigned int i = nr; i-- > 0;) {
		unsigned int failed;

		memcpy(fewer, ops, i * sizeof(*ops));
		memcpy(fewer + i, ops + i + 1, (nr - i - 1) * sizeof(*ops));
		failed = seq_first_failure(seq, fewer, nr - 1);
		if (failed == nr - 1)
			continue;
		nr = failed + 1;
		memcpy(ops, fewer, nr * sizeof(*ops));
		i = MIN(i, nr);
	}
	return nr;
}

/* seq_report(): print @ops, shrunk, and what they make the code say; the test
 * ends as failed. */
static inline void seq_report(const struct sequence *seq, struct op *ops,
			      unsigned int nr, uint64_t first_seed)
{
	nr = seq_shrink(seq, ops, nr);
	seq_first_failure(seq, ops, nr);
	for (unsigned int i = 0; i < nr; i++) {
		print_error("%s(", seq->names[ops[i].kind]);
		for (unsigned int k = 0; k < SEQ_ARGS; k++)
			print_error("%s0x%lx", k ? ", " : "", ops[i].arg[k]);
		print_error(")\n");
	}
	fail_msg("seed %llu: code and model differ after these calls; log:\n%s",
		 (unsigned long long)first_seed, host_log());
}

/* seq_check(): all of @seq's sequences. */
static inline void seq_check(const struct sequence *seq)
{
	uint64_t nr_seeds = (uint64_t)(seq->nr_seeds * seq_rounds());
	struct op ops[SEQ_MAX_OPS];

	for (uint64_t first = 0; first < nr_seeds; first++) {
		uint64_t seed = first;
		unsigned int failed;

		for (unsigned int i = 0; i < seq->nr_ops; i++) {
			ops[i] = (struct op){
				.kind = (unsigned int)
					seq_random(&seed, seq->nr_kinds),
			};
			seq->draw(&ops[i], &seed);
		}
		failed = seq_first_failure(seq, ops, seq->nr_ops);
		if (failed < seq->nr_ops)
			seq_report(seq, ops, failed + 1, first);
	}
	seq_say(nr_seeds * seq->nr_ops);
}

#endif
