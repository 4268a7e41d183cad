/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock: one CPU at a time, and none waits for ever. What it is made of and
 * why: top of lib/base/spinlock.c.
 *
 * There are no interrupts here, so a lock is never wanted by what interrupted its
 * holder. A CPU that traps keeps what it holds, and never returns; the one thing
 * it still does, printing, has a lock that it can do without (printk.c).
 */
#ifndef SPINLOCK_H
#define SPINLOCK_H

#include "types.h"

/* All zeroes is a lock that nobody holds. */
struct spinlock {
	unsigned long locked;	/* a CPU holds it; a register wide */
	uint32_t closed;	/* only the CPU whose turn it is may take it */
	uint32_t next;		/* the ticket that is drawn next */
	uint32_t serving;	/* the ticket whose turn it is */
};

/* spin_lock_slow(): spin_lock(), where it isn't to be had at once. */
void spin_lock_slow(struct spinlock *lock);

/* spin_trylock(): takes @lock where it is free, and says whether it was. */
static inline bool spin_trylock(struct spinlock *lock)
{
	return !__atomic_load_n(&lock->closed, __ATOMIC_RELAXED) &&
	       !__atomic_exchange_n(&lock->locked, 1ul, __ATOMIC_ACQUIRE);
}

/* spin_lock(): returns once this CPU alone holds @lock; not to be nested. */
static inline void spin_lock(struct spinlock *lock)
{
	if (!spin_trylock(lock))
		spin_lock_slow(lock);
}

/* spin_unlock(): the CPU that holds @lock doesn't any more. */
static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->locked, 0ul, __ATOMIC_RELEASE);
}

#endif
