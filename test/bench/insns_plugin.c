/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin for QEMU: how many instructions each CPU executes between two places.
 *
 *	qemu-system-... -plugin insns_plugin.so,begin=ADDR,end=ADDR,wait=ADDR
 *
 * A CPU's span lasts from its execution of the instruction at address begin to
 * that of the one at end. At the end of the run there is a line for each of a
 * CPU's first spans, and one for all of them:
 *
 *	insns: cpu 0 span 1: 1234 insns, 5 waits
 *	insns: cpu 0: 7 spans, 4321 insns, worst 999, worst without a wait 777
 *
 * where waits is how often the instruction at wait was executed. CPUs run at the
 * same time, as they do without a plugin, so what one waits for another is in the
 * figures; QEMU's own instruction counter would have them take turns.
 *
 * The interface is version 1 of QEMU's "TCG plugins" (QEMU 4.2 to 8.x). QEMU's
 * packages don't have its header, so the few functions are declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CPUs at most, and spans of each that get a line. */
#define MAX_CPUS	64
#define MAX_SPANS	16

/* The interface. */
#define EXPORT		__attribute__((visibility("default")))
#define NO_REGISTERS	0	/* QEMU_PLUGIN_CB_NO_REGS */

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*insn_cb)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    insn_cb cb, int flags, void *data);
void qemu_plugin_register_atexit_cb(uint64_t id,
				    void (*cb)(uint64_t id, void *data),
				    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv);

/* What one span came to. */
struct span {
	uint64_t insns;
	uint64_t waits;
};

/* A CPU's count; on cache lines of its own, as all of them count at once. */
struct count {
	struct span now;		/* the span under way */
	bool counting;			/* there is one */
	uint64_t nr_spans;
	uint64_t sum;			/* instructions of all spans */
	uint64_t worst;			/* and of the longest */
	uint64_t worst_alone;		/* of those without a wait */
	struct span spans[MAX_SPANS];	/* the first ones */
} __attribute__((aligned(64)));

static struct count counts[MAX_CPUS];

/* The three addresses. */
static struct {
	const char *name;
	uint64_t address;
} places[] = { { "begin=", 0 }, { "end=", 0 }, { "wait=", 0 } };

/* larger(): of two numbers. */
static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* count_one(), begin(), end(), wait(): an instruction of that sort is executed. */
static void count_one(unsigned int cpu, void *data)
{
	(void)data;
	counts[cpu].now.insns += counts[cpu].counting;
}

static void begin(unsigned int cpu, void *data)
{
	(void)data;
	counts[cpu].now = (struct span){ 0, 0 };
	counts[cpu].counting = true;
}

static void end(unsigned int cpu, void *data)
{
	struct count *c = &counts[cpu];

	(void)data;
	if (!c->counting)
		return;
	if (c->nr_spans < MAX_SPANS)
		c->spans[c->nr_spans] = c->now;
	c->nr_spans++;
	c->sum += c->now.insns;
	c->worst = larger(c->worst, c->now.insns);
	if (!c->now.waits)
		c->worst_alone = larger(c->worst_alone, c->now.insns);
	c->counting = false;
}

static void wait(unsigned int cpu, void *data)
{
	(void)data;
	counts[cpu].now.waits++;
	count_one(cpu, data);
}

/* sort_of(): what to do when the instruction at @address is executed. */
static insn_cb sort_of(uint64_t address)
{
	static const insn_cb sorts[] = { begin, end, wait };

	for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (places[i].address == address)
			return sorts[i];
	return count_one;
}

/* translate(): QEMU has translated a block of instructions. */
static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		qemu_plugin_register_vcpu_insn_exec_cb(
			insn, sort_of(qemu_plugin_insn_vaddr(insn)),
			NO_REGISTERS, NULL);
	}
}

/* print(): a CPU's lines. */
static void print(unsigned int cpu, const struct count *c)
{
	for (uint64_t i = 0; i < c->nr_spans && i < MAX_SPANS; i++)
		fprintf(stderr, "insns: cpu %u span %" PRIu64 ": %" PRIu64
			" insns, %" PRIu64 " waits\n", cpu, i + 1,
			c->spans[i].insns, c->spans[i].waits);
	if (c->nr_spans)
		fprintf(stderr, "insns: cpu %u: %" PRIu64 " spans, %" PRIu64
			" insns, worst %" PRIu64 ", worst without a wait %" PRIu64
			"\n", cpu, c->nr_spans, c->sum, c->worst, c->worst_alone);
}

static void print_all(uint64_t id, void *data)
{
	(void)id;
	(void)data;
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		print(cpu, &counts[cpu]);
}

/* set_place(): take in an argument; false where it isn't one of ours. */
static bool set_place(const char *arg)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t len = strlen(places[i].name);

		if (!strncmp(arg, places[i].name, len)) {
			places[i].address = strtoull(arg + len, NULL, 0);
			return true;
		}
	}
	return false;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!set_place(argv[i])) {
			fprintf(stderr, "insns: %s: no such option\n", argv[i]);
			return -1;
		}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, print_all, NULL);
	return 0;
}
