/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs that wait for each other, one step at a time: what another CPU does is what
 * the test does in the turns that the first one waits (host.relax), or while it
 * writes a line (host.write). What really runs at the same time is tested in
 * test_base.c and test/tsan.
 */
#include <pthread.h>

#include "percpu.h"
#include "spinlock.h"
#include "unit.h"

/* Turns after which a CPU that waits is sure to have drawn a ticket: more than the
 * lock's PATIENCE, less than two times that. */
#define IMPATIENT	2000

/* The lock, and how many turns somebody waited for it. */
static struct spinlock lock;
static unsigned long waited;

/* fresh(): a lock that nobody holds, several CPUs; a cmocka setup. */
static int fresh(void **state)
{
	unit_reset(state);
	lock = (struct spinlock){ 0 };
	waited = 0;
	smp_active = true;
	return 0;
}

/* assert_lock(): it is held, open to all, and @tickets were drawn and served. */
static void assert_lock(uint32_t tickets)
{
	assert_int_equal(lock.locked, 1);
	assert_int_equal(lock.closed, 0);
	assert_int_equal(lock.next, tickets);
	assert_int_equal(lock.serving, tickets);
}

static void test_lock_that_is_free(void **state)
{
	(void)state;
	spin_lock(&lock);
	assert_lock(0);
	assert_false(spin_trylock(&lock));
	spin_unlock(&lock);
	assert_true(spin_trylock(&lock));
}

/* let_go_soon(): the other CPU lets go of the lock in the tenth turn. */
static void let_go_soon(unsigned long turns)
{
	assert_int_equal(turns, waited);
	if (++waited == 10)
		spin_unlock(&lock);
}

/* Whoever waits a little draws no ticket. */
static void test_lock_let_go_of_soon(void **state)
{
	(void)state;
	host.relax = let_go_soon;
	spin_lock(&lock);
	spin_lock(&lock);
	assert_lock(0);
	assert_int_equal(waited, 10);
}

/* let_go_late(): the same once patience is over. */
static void let_go_late(unsigned long turns)
{
	(void)turns;
	if (++waited == IMPATIENT)
		spin_unlock(&lock);
}

static void test_lock_let_go_of_late(void **state)
{
	(void)state;
	host.relax = let_go_late;
	spin_lock(&lock);
	spin_lock(&lock);
	assert_lock(1);
	assert_int_equal(waited, IMPATIENT);
}

/* open_again(): the CPU whose turn it was has taken the lock and let go of it. */
static void open_again(unsigned long turns)
{
	assert_int_equal(turns, waited);
	assert_false(spin_trylock(&lock));
	if (++waited == 10)
		lock.closed = 0;
}

/* A lock that is free isn't taken where it is somebody's turn. */
static void test_lock_that_is_closed(void **state)
{
	(void)state;
	host.relax = open_again;
	lock.closed = 1;
	spin_lock(&lock);
	assert_lock(0);
	assert_int_equal(waited, 10);
}

/* let_go_when_closed(): it goes from hand to hand until it is closed. */
static void let_go_when_closed(unsigned long turns)
{
	(void)turns;
	waited++;
	if (!lock.closed)
		return;
	assert_false(spin_trylock(&lock));
	spin_unlock(&lock);
	assert_false(spin_trylock(&lock));
}

/* The CPU whose turn it is closes the lock to the others in the end. */
static void test_lock_closed_by_whose_turn_it_is(void **state)
{
	(void)state;
	host.relax = let_go_when_closed;
	spin_lock(&lock);
	spin_lock(&lock);
	assert_lock(1);
	assert_true(waited > IMPATIENT);
}

/* serve_others(): those who came before have their turns, at last this CPU. */
static void serve_others(unsigned long turns)
{
	(void)turns;
	if (++waited < IMPATIENT)
		return;
	assert_int_equal(lock.next, 4);
	if (lock.serving < 3)
		lock.serving++;
	else
		spin_unlock(&lock);
}

static void test_lock_with_a_queue(void **state)
{
	(void)state;
	host.relax = serve_others;
	lock.next = 3;
	spin_lock(&lock);
	spin_lock(&lock);
	assert_lock(4);
}

/* print_inside(): a trap in the middle of a line prints one of its own. */
static void print_inside(void)
{
	host.write = NULL;
	printk("inside\n");
}

/* A CPU that has the console doesn't wait for itself, and lets go of it once. */
static void test_line_within_a_line(void **state)
{
	(void)state;
	host.write = print_inside;
	printk("outside\n");
	assert_string_equal(host_log(), "inside\noutside\n");
	host.write = print_inside;
	printk("again\n");
	assert_string_equal(host_log(), "inside\noutside\ninside\nagain\n");
}

/* Before there is another CPU nothing is taken, nothing is seized. */
static void test_line_of_the_only_cpu(void **state)
{
	(void)state;
	smp_active = false;
	assert_panics(panic("early"), ": early\n");
	host.write = print_inside;
	printk("after\n");
	assert_log(": early\ninside\nafter\n");
}

/* seize(): this CPU has failed, and the console is its own from now on, for this
 * test and those that follow. */
static void seize(void)
{
	assert_panics(panic("over"), ": over\n");
}

/* Whether the CPU that writes has begun, and whether it may go on. */
static bool begun, may_end;

/* write_for_long(): a line that takes until the test says so. */
static void write_for_long(void)
{
	host.write = NULL;
	__atomic_store_n(&begun, true, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&may_end, __ATOMIC_SEQ_CST))
		;
}

/* print_slowly(): another CPU, which prints a line. */
static void *print_slowly(void *arg)
{
	printk("slow\n");
	return arg;
}

/* count_turns(): a turn that this CPU waits. */
static void count_turns(unsigned long turns)
{
	assert_int_equal(turns, waited++);
}

/* The one that fails waits for who is writing, but not for ever. */
static void test_failure_does_not_wait_for_ever(void **state)
{
	pthread_t thread;

	(void)state;
	host.write = write_for_long;
	assert_int_equal(pthread_create(&thread, NULL, print_slowly, NULL), 0);
	while (!__atomic_load_n(&begun, __ATOMIC_SEQ_CST))
		;
	host.relax = count_turns;
	seize();
	assert_no_log("slow\n");
	assert_int_equal(waited, 10000);
	__atomic_store_n(&may_end, true, __ATOMIC_SEQ_CST);
	pthread_join(thread, NULL);
	assert_log("over\nslow\n");
}

/* print_more(), fail_too(): how these end on the CPU that runs them. */
static void *print_more(void *end)
{
	*(enum host_end *)end = host_halts(printk("more\n"));
	return NULL;
}

static void *fail_too(void *end)
{
	*(enum host_end *)end = host_halts(panic("too"));
	return NULL;
}

/* other_cpu(): how another CPU ends that runs @fn. */
static enum host_end other_cpu(void *(*fn)(void *end))
{
	enum host_end end = HOST_RETURNED;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, &end), 0);
	pthread_join(thread, NULL);
	return end;
}

/* After a failure the others are stopped as soon as they print, or fail too, also
 * those that have no index yet, which is this CPU's. */
static void test_others_are_stopped(void **state)
{
	(void)state;
	seize();
	assert_int_equal(other_cpu(print_more), HOST_STOPPED);
	assert_int_equal(other_cpu(fail_too), HOST_STOPPED);
	printk("last\n");
	assert_int_equal(strcmp(strchr(host_log(), '\n'), "\nlast\n"), 0);
}

/* stop_other(): while this CPU writes, another one that wants to is stopped. */
static void stop_other(void)
{
	host.write = NULL;
	assert_int_equal(other_cpu(print_more), HOST_STOPPED);
}

/* One that waits for the console is stopped there. */
static void test_waiting_cpu_is_stopped(void **state)
{
	(void)state;
	seize();
	host.write = stop_other;
	printk("alone\n");
	assert_ptr_equal(host.write, NULL);
	assert_log("over\nalone\n");
	assert_no_log("more");
}

/* A failed allocation or an odd board counts as such, and the run goes on. */
static void test_failures_are_warnings_too(void **state)
{
	unsigned long warnings = nr_warnings(), failures = nr_failures();

	(void)state;
	(fail)("W-TEST", "number %d", 5);
	assert_string_equal(host_log(), "warning: W-TEST: number 5\n");
	assert_int_equal(nr_warnings(), warnings + 1);
	assert_int_equal(nr_failures(), failures + 1);
	warn("W-TEST", "number %d", 6);
	assert_int_equal(nr_failures(), failures + 1);
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lock_that_is_free),
		TEST(test_lock_let_go_of_soon),
		TEST(test_lock_let_go_of_late),
		TEST(test_lock_that_is_closed),
		TEST(test_lock_closed_by_whose_turn_it_is),
		TEST(test_lock_with_a_queue),
		TEST(test_line_within_a_line),
		TEST(test_line_of_the_only_cpu),
		TEST(test_failure_does_not_wait_for_ever),
		TEST(test_others_are_stopped),
		TEST(test_waiting_cpu_is_stopped),
		TEST(test_failures_are_warnings_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
