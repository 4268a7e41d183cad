/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a watchdog needs of the tree: the interrupt controller, the clock's rate.
 */
#include "tree_fixture.h"

/* A controller's node, and a CPU's. */
struct drawing {
	uint32_t parent;	/* the root's interrupt-parent; 0: none */
	const char *compatible;	/* the controller's, whose phandle is 1 */
	int nr_reg;		/* entries of its reg */
	uint32_t rate, cpu_rate; /* timebase-frequency of all CPUs, of CPU 0 */
};

/* boot_drawn(): the tree of @d is loaded and scanned. */
static void boot_drawn(const struct drawing *d)
{
	uint64_t reg[] = { 0x8000000, 0x10000, 0x8010000, 0x10000 };

	for (size_t i = 0; i < ARRAY_SIZE(reg); i++)
		reg[i] = cpu_to_fdt64(reg[i]);
	put(create(tree, TREE_MAX));
	put(finish_reservemap(tree));
	put(begin_node(tree, ""));
	put_cells();
	if (d->parent)
		put(property_u32(tree, "interrupt-parent", d->parent));
	put(begin_node(tree, "intc@8000000"));
	put(property_string(tree, "compatible", d->compatible));
	put(property(tree, "reg", reg, d->nr_reg * 16));
	put(property_u32(tree, "phandle", 1));
	put(end_node(tree));
	put(begin_node(tree, "cpus"));
	put(property_u32(tree, "#address-cells", 1));
	put(property_u32(tree, "#size-cells", 0));
	if (d->rate)
		put(property_u32(tree, "timebase-frequency", d->rate));
	put(begin_node(tree, "cpu@0"));
	put(property_u32(tree, "reg", 0));
	if (d->cpu_rate)
		put(property_u32(tree, "timebase-frequency", d->cpu_rate));
	put(end_node(tree));
	put(end_node(tree));
	put(end_node(tree));
	put(finish(tree));
	fixture_boot(tree, fdt_totalsize(tree));
}

/* assert_irq(): the controller's two pages. */
static void assert_irq(phys_addr_t dist, phys_addr_t cpu)
{
	assert_int_equal(machine.irq.dist, dist);
	assert_int_equal(machine.irq.cpu, cpu);
}

static void test_known_controllers(void **state)
{
	static const char *const names[] = {
		"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a9-gic",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		boot_drawn(&(struct drawing){ 1, names[i], 2, 0, 0 });
		assert_irq(0x8000000, 0x8010000);
	}
}

static void test_no_controller_that_we_know(void **state)
{
	(void)state;
	boot_drawn(&(struct drawing){ 1, "arm,gic-v3", 2, 0, 0 });
	assert_irq(0, 0);
	boot_drawn(&(struct drawing){ 0, "arm,gic-400", 2, 0, 0 });
	assert_irq(0, 0);
	boot_drawn(&(struct drawing){ 7, "arm,gic-400", 2, 0, 0 });
	assert_irq(0, 0);
}

static void test_controller_lacks_registers(void **state)
{
	(void)state;
	boot_drawn(&(struct drawing){ 1, "arm,gic-400", 0, 0, 0 });
	assert_irq(0, 0);
	boot_drawn(&(struct drawing){ 1, "arm,gic-400", 1, 0, 0 });
	assert_irq(0, 0);
}

static void test_rate_of_the_clock(void **state)
{
	(void)state;
	boot_drawn(&(struct drawing){ 1, "none", 2, 0, 0 });
	assert_int_equal(machine.timebase, 0);
	boot_drawn(&(struct drawing){ 1, "none", 2, 10000000, 0 });
	assert_int_equal(machine.timebase, 10000000);
	boot_drawn(&(struct drawing){ 1, "none", 2, 0, 1000000 });
	assert_int_equal(machine.timebase, 1000000);
	boot_drawn(&(struct drawing){ 1, "none", 2, 10000000, 1000000 });
	assert_int_equal(machine.timebase, 10000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_known_controllers, unit_reset),
		cmocka_unit_test_setup(test_no_controller_that_we_know,
				       unit_reset),
		cmocka_unit_test_setup(test_controller_lacks_registers,
				       unit_reset),
		cmocka_unit_test_setup(test_rate_of_the_clock, unit_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
