/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Claims: collected in whatever order the file has, sorted, and only then
 * resolved, so that the order of nodes in the file never changes a result.
 *
 * They are a linked list from brk, as nobody knows beforehand how many there
 * will be, and sorted by merging: n log n steps for any input, no memory, and a
 * recursion as deep as the logarithm of their number.
 */
#include <string.h>

#include "brk.h"
#include "of_private.h"
#include "printk.h"

void of_claim_add(struct of_claim **list, const struct of_claim *claim)
{
	struct of_claim *new = brk_alloc_or_panic(sizeof(*new),
						  _Alignof(struct of_claim),
						  "a range of the device tree");

	*new = *claim;
	new->next = *list;
	*list = new;
}

/* compare(): -1, 0 or 1 as @a is below, equal to or above @b. */
static int compare(phys_addr_t a, phys_addr_t b)
{
	return (a > b) - (a < b);
}

int of_claim_order(const struct of_claim *a, const struct of_claim *b)
{
	int order = compare(a->base, b->base);

	if (!order)
		order = a->rank - b->rank;
	if (!order)
		order = compare(a->flags, b->flags);
	if (!order)
		order = compare(a->size, b->size);
	return order ? order : strcmp(a->name, b->name);
}

/* split(): cut @list in the middle; returns the second half. */
static struct of_claim *split(struct of_claim *list)
{
	struct of_claim *slow = list, *fast = list->next, *half;

	while (fast && fast->next) {
		slow = slow->next;
		fast = fast->next->next;
	}
	half = slow->next;
	slow->next = NULL;
	return half;
}

struct of_claim *of_claim_sort(struct of_claim *list,
			       int (*order)(const struct of_claim *,
					    const struct of_claim *))
{
	struct of_claim *a, *b, *sorted = NULL, **tail = &sorted;

	if (!list || !list->next)
		return list;
	b = of_claim_sort(split(list), order);
	a = of_claim_sort(list, order);
	while (a && b) {
		struct of_claim **least = order(a, b) <= 0 ? &a : &b;

		*tail = *least;
		*least = (*least)->next;
		tail = &(*tail)->next;
	}
	*tail = a ? a : b;
	return sorted;
}

void of_must(int err)
{
	if (err)
		panic("the device tree has more ranges than the region tables can grow to: enlarge BRK_SIZE in linker.ld");
}
