/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock: a word that is swapped, and behind it a queue of tickets.
 *
 * With tickets alone, CPUs get a lock in the order in which they asked, and the
 * wait is bounded. But where CPUs are virtual, the one whose turn it is may not
 * be running just then, and everybody waits for nothing: the firmware's stress on
 * four of them over two real ones took more than ten times as long. With a word
 * alone, whoever runs takes it, and one CPU can be unlucky for ever. So both:
 *
 *	1. take the word as soon as it is free, for PATIENCE turns
 *	2. then draw a ticket, and wait until it is served
 *	3. then try as in 1, and after PATIENCE turns close the lock to all others
 *
 * A lock is held for some hundred instructions, so almost every wait ends in step
 * 1. A CPU that runs gets the lock, at the latest, after two times PATIENCE turns
 * of its own, and of each one that has drawn a ticket before, and the sections
 * then under way. One that doesn't run holds up those behind it only, unless it
 * has closed the lock; so closing comes last.
 *
 * Ordering, in the terms of C11. What makes one section see the writes of the one
 * before is the pair on `locked`: spin_unlock() stores 0 with release, after all
 * of its section, and the exchange that reads this 0 is an acquire, before all of
 * the next one. The other three words protect nothing, they only say who may try;
 * seen late, they cost a turn. So they are relaxed. `closed` and `serving` are
 * written by the CPU alone whose turn it is, `next` by atomic increments; tickets
 * wrap, and only equality counts.
 */
#include "spinlock.h"

#include "arch.h"

/* Turns: the first are short, the later ones, in which others can run, are long
 * (arch_cpu_relax()). */
#define PATIENCE	1500

/* try_for_a_while(): PATIENCE turns; whether this CPU has @lock then. Looks before
 * it swaps, so that those who wait only read. */
static bool try_for_a_while(struct spinlock *lock)
{
	for (unsigned long turns = 0; turns < PATIENCE; turns++) {
		if (!__atomic_load_n(&lock->locked, __ATOMIC_RELAXED) &&
		    spin_trylock(lock))
			return true;
		arch_cpu_relax(turns);
	}
	return false;
}

/* await_turn(): until @ticket is served. */
static void await_turn(struct spinlock *lock, uint32_t ticket)
{
	for (unsigned long turns = 0;
	     __atomic_load_n(&lock->serving, __ATOMIC_RELAXED) != ticket;
	     turns++)
		arch_cpu_relax(turns);
}

/* take_turn(): @lock's next holder is the CPU whose turn it is, this one. */
static void take_turn(struct spinlock *lock)
{
	unsigned long turns = 0;

	__atomic_store_n(&lock->closed, 1, __ATOMIC_RELAXED);
	while (__atomic_exchange_n(&lock->locked, 1ul, __ATOMIC_ACQUIRE))
		arch_cpu_relax(turns++);
	__atomic_store_n(&lock->closed, 0, __ATOMIC_RELAXED);
}

void spin_lock_slow(struct spinlock *lock)
{
	uint32_t ticket;

	if (try_for_a_while(lock))
		return;
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
	await_turn(lock, ticket);
	if (!try_for_a_while(lock))
		take_turn(lock);
	__atomic_store_n(&lock->serving, ticket + 1, __ATOMIC_RELAXED);
}
