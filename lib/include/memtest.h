/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test of free RAM, before anybody is given any.
 */
#ifndef MEMTEST_H
#define MEMTEST_H

/*
 * early_memtest(): where the boot argument memtest=N asks for it, write N patterns
 * to every free page and read them back; a bare memtest means all patterns there
 * are, as to Linux. Pages that don't keep one become reservations of "badram",
 * with a line for each range of them. Reserved and no-map memory isn't touched.
 * What RAM held is lost. badram=ADDRESS[,ADDRESS...] lets the words at these
 * addresses read back wrong.
 *
 * Once all is reserved that has an owner and before anything is allocated from
 * memblock. Panics where a bad page can't be recorded.
 */
void early_memtest(void);

#endif
