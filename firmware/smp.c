/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs. Each is started for a piece of work and stops when that is
 * done, as a function is called and returns:
 *
 *	DOWN --boot CPU--> STARTING --itself--> RUNNING --itself--> DOWN
 *	                       \--boot CPU, waited too long--> LOST
 *
 * Nothing of ours runs on a CPU that has no work: it doesn't wait in a loop, and
 * no interrupt has to wake it up. What a CPU has for itself (stacks, thread-local
 * variables) is made once, in early memory of its own node, and kept from one
 * piece of work to the next.
 *
 * Ordering. A state has one writer at a time, except where a CPU that comes up
 * races with the boot CPU that gives it up; a compare-and-exchange decides that.
 * DOWN is stored with release, after the work, and read with acquire, before its
 * results are. What a CPU needs for its work it sees because arch_cpu_start()
 * orders it.
 */
#include "arch.h"
#include "early_alloc.h"
#include "gfp.h"
#include "machine.h"
#include "numa.h"
#include "paging.h"
#include "percpu.h"
#include "printk.h"

#include "firmware.h"

/* Bytes of the stack that a CPU handles traps on: printf and a report line. */
#define TRAP_STACK_SIZE	((phys_addr_t)8 << 10)

/* Turns that the boot CPU waits for others to come up: at least two seconds, with
 * turns of 100 microseconds. */
#define START_TURNS	20000ul

/* Turns after which a CPU is asked for once more. */
#define RESTART_TURNS	1000ul

/* What a CPU does; see above. */
enum cpu_state {
	CPU_DOWN,
	CPU_STARTING,
	CPU_RUNNING,
	CPU_LOST,
};

/* A CPU other than the one that boots. */
struct cpu {
	struct cpu_start start;		/* what the port starts it with */
	int nid;			/* its node */
	unsigned int index;		/* its cpu_index, once it takes part */
	enum cpu_state state;		/* atomic */
	const char *error;		/* why it doesn't take part, or NULL */
};

/* Who has a CPU's thread-local variables. */
static const struct mem_owner owner_percpu = {
	"percpu", "thread-local variables", NULL, VM_READ | VM_WRITE
};

/* Ends of the boot CPU's thread-local variables; see linker.ld. */
extern char image_tls[], image_tls_end[];

/* Every other CPU that the tree lists, in its order. */
static struct cpu *cpus;
static unsigned long nr_cpus;

/* What a CPU that is started runs. */
static void (*work)(void);

/* run_work(): the first that a started CPU does in C; and the last. */
static void run_work(struct cpu_start *start)
{
	struct cpu *cpu = (struct cpu *)start;
	enum cpu_state expected = CPU_STARTING;

	if (!__atomic_compare_exchange_n(&cpu->state, &expected, CPU_RUNNING,
					 false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		arch_cpu_stop();
	cpu_index = cpu->index;
	page_alloc_set_node(cpu->nid);
	work();
	__atomic_store_n(&cpu->state, CPU_DOWN, __ATOMIC_RELEASE);
	arch_cpu_stop();
}

/* init_cpu(): everything for the CPU that the tree describes as @listed. */
static void init_cpu(struct cpu *cpu, const struct machine_cpu *listed)
{
	phys_addr_t tls = ALIGN((phys_addr_t)(image_tls_end - image_tls),
				PAGE_SIZE);

	*cpu = (struct cpu) {
		.start = {
			.hwid = listed->hwid,
			.stack = early_stack_alloc(STACK_SIZE, listed->nid),
			.trap_stack = early_stack_alloc(TRAP_STACK_SIZE,
							listed->nid),
			.tls = phys_to_virt(early_alloc(tls, listed->nid,
							&owner_percpu)),
			.entry = run_work,
		},
		.nid = listed->nid,
	};
}

void smp_alloc(void)
{
	phys_addr_t size = ALIGN(machine.nr_cpus * sizeof(*cpus), PAGE_SIZE);

	if (machine.nr_cpus < 2)
		return;
	cpus = phys_to_virt(early_alloc(size, NUMA_NO_NODE, &owner_percpu));
	for (unsigned long i = 0; i < machine.nr_cpus; i++)
		if (machine.cpus[i].hwid != machine.boot_cpu)
			init_cpu(&cpus[nr_cpus++], &machine.cpus[i]);
}

/* state_of(): what @cpu does; all that it did before is seen. */
static enum cpu_state state_of(struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

/* start_again(): ask for @cpu once more, where the firmware says that it stopped
 * without having been here. */
static void start_again(struct cpu *cpu)
{
	cpu->start.again = true;
	arch_cpu_start(&cpu->start);
	cpu->start.again = false;
}

/* wait_until_up(): until @cpu runs, asking for it again now and then, as firmware
 * may have lost it on the way; false where it takes too long, counted in
 * *@turns, and then it never will. */
static bool wait_until_up(struct cpu *cpu, unsigned long *turns)
{
	enum cpu_state expected = CPU_STARTING;

	for (; *turns < START_TURNS; ++*turns) {
		if (state_of(cpu) != CPU_STARTING)
			return true;
		if (*turns % RESTART_TURNS == RESTART_TURNS - 1)
			start_again(cpu);
		arch_cpu_relax(*turns);
	}
	return !__atomic_compare_exchange_n(&cpu->state, &expected, CPU_LOST,
					    false, __ATOMIC_ACQUIRE,
					    __ATOMIC_ACQUIRE);
}

/* wait_until_down(): until @cpu is done. */
static void wait_until_down(struct cpu *cpu)
{
	for (unsigned long turns = 0; state_of(cpu) != CPU_DOWN; turns++)
		arch_cpu_relax(turns);
}

/* start_cpu(): let @cpu do the work, unless it failed to before. */
static void start_cpu(struct cpu *cpu)
{
	if (cpu->error)
		return;
	__atomic_store_n(&cpu->state, CPU_STARTING, __ATOMIC_RELAXED);
	cpu->error = arch_cpu_start(&cpu->start);
}

/* await_cpu(): until @cpu has done the work, or is known not to do it; *@turns
 * is shared by all that are waited for. */
static void await_cpu(struct cpu *cpu, unsigned long *turns)
{
	if (cpu->error)
		return;
	if (wait_until_up(cpu, turns))
		wait_until_down(cpu);
	else
		cpu->error = "it was started, but didn't come up";
}

/* call_cpus(): @fn on each CPU that doesn't fail, this one included. */
static void call_cpus(void (*fn)(void))
{
	unsigned long turns = 0;

	work = fn;
	for (unsigned long i = 0; i < nr_cpus; i++)
		start_cpu(&cpus[i]);
	fn();
	for (unsigned long i = 0; i < nr_cpus; i++)
		await_cpu(&cpus[i], &turns);
}

/* take_in(): @cpu, which was tried, takes part from now on, or never. */
static void take_in(struct cpu *cpu)
{
	if (cpu->error)
		warn("W-CPU-START", "CPU 0x%lx doesn't take part: %s",
		     cpu->start.hwid, cpu->error);
	else
		cpu->index = nr_cpus_online++;
}

/* no_work(): being there is all. */
static void no_work(void)
{
}

void smp_init(void)
{
	for (unsigned long i = 0; i < nr_cpus; i++) {
		cpus[i].start.mode = paging_stats().mode;
		cpus[i].start.root = paging_root();
	}
	smp_active = nr_cpus > 0;
	call_cpus(no_work);
	for (unsigned long i = 0; i < nr_cpus; i++)
		take_in(&cpus[i]);
	printk("smp: %u of %lu CPUs up\n", nr_cpus_online, nr_cpus + 1);
}

void smp_call(void (*fn)(void))
{
	call_cpus(fn);
	for (unsigned long i = 0; i < nr_cpus; i++)
		if (cpus[i].index && cpus[i].error)
			panic("smp: CPU 0x%lx, which was up before, can't be started again: %s",
			      cpus[i].start.hwid, cpus[i].error);
}
