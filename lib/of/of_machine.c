/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else the tree says of the machine: its name, the boot arguments, the
 * UART that stdout-path leads to, a register that switches it off, the CPUs.
 * All of it is copied or pointed to from struct machine; where something is
 * missing or makes no sense the boot goes on without.
 */
#include "of.h"

#include <string.h>

#include "machine.h"
#include "of_private.h"
#include "printk.h"

/* The longest model that is shown whole, and the longest boot arguments. */
#define MODEL_MAX	80
#define BOOTARGS_MAX	4096

/* The longest method of PSCI's; there are "hvc" and "smc". */
#define PSCI_METHOD_MAX	7

/* What the register of compatible = "sifive,test0" and "sifive,test1" takes:
 * PASS, and FAIL with the exit code in the upper half. */
#define SIFIVE_TEST_PASS	0x5555
#define SIFIVE_TEST_FAIL	(1u << 16 | 0x3333)

/* Interrupt controllers that are used, by compatible: a GICv2's names. */
static const char *const irq_names[] = {
	"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a9-gic",
};

/* The largest reg-shift that puts registers no more than a page apart. */
#define REG_SHIFT_MAX	PAGE_SHIFT

/* string_of(): @node's property @name as a string, NULL where it has none. */
static const char *string_of(int node, enum of_prop name, int max)
{
	int len;
	const char *data = of_property(node, name, &len);

	return data && len ? of_text(data, len, max) : NULL;
}

/* scan_model(): the machine's name. */
static void scan_model(void)
{
	machine.model = string_of(OF_ROOT, OF_MODEL, MODEL_MAX);
	if (!machine.model)
		machine.model = string_of(OF_ROOT, OF_COMPATIBLE, MODEL_MAX);
	if (!machine.model)
		machine.model = "unnamed";
}

/* scan_bootargs(): the boot arguments. */
static void scan_bootargs(int chosen)
{
	const char *args = chosen < 0 ? NULL :
			   string_of(chosen, OF_BOOTARGS, BOOTARGS_MAX);

	machine.bootargs = args ? args : "";
}

/* find_alias(): the node that /aliases calls by the @len characters at @name.
 * Only a whole path counts, so an alias can't lead to itself. */
static int find_alias(const char *name, int len)
{
	int size, aliases = of_top("aliases");
	const char *path, *nul;

	if (aliases < 0)
		return aliases;
	path = of_property_called(aliases, name, len, &size);
	nul = path ? memchr(path, '\0', (size_t)size) : NULL;
	if (!nul || *path != '/')
		return -FDT_ERR_BADPATH;
	return of_path(path, (int)(nul - path));
}

/* find_stdout(): the node that stdout-path, the @len bytes at @path, names: a
 * path or an alias, and options behind a colon. */
static int find_stdout(const char *path, int len)
{
	int n = 0;

	while (n < len && path[n] != '\0' && path[n] != ':')
		n++;
	if (n && path[0] == '/')
		return of_path(path, n);
	return find_alias(path, n);
}

/* scan_layout(): how @node's registers are laid out (ns16550's binding). */
static void scan_layout(int node, struct machine_uart *uart)
{
	uint32_t shift = 0, width = 1, offset = 0;

	of_u32(node, OF_REG_SHIFT, &shift);
	of_u32(node, OF_REG_IO_WIDTH, &width);
	of_u32(node, OF_REG_OFFSET, &offset);
	if (shift > REG_SHIFT_MAX || (width != 1 && width != 2 && width != 4)) {
		warn("W-UART",
		     "%s: reg-shift %u with reg-io-width %u is no layout of registers; 0 and 1 are taken",
		     of_name(node), shift, width);
		shift = 0;
		width = 1;
	}
	uart->reg_shift = shift;
	uart->reg_io_width = width;
	uart->base += offset;
}

/* scan_compatible(): @node's compatible, as far as its last NUL. */
static void scan_compatible(int node, struct machine_uart *uart)
{
	int len;
	const char *list = of_property(node, OF_COMPATIBLE, &len);

	while (list && len && list[len - 1] != '\0')
		len--;
	if (!list || !len)
		return;
	uart->compatible = list;
	uart->compatible_len = (size_t)len;
}

/* scan_uart(): the UART that /chosen stdout-path names. */
static void scan_uart(int chosen)
{
	struct machine_uart uart = { 0 };
	const char *path;
	int node, len;

	machine.uart = uart;
	if (chosen < 0)
		return;
	path = of_property(chosen, OF_STDOUT_PATH, &len);
	if (!path)
		path = of_property(chosen, OF_LINUX_STDOUT_PATH, &len);
	if (!path)
		return;
	node = find_stdout(path, len);
	if (node < 0 || !of_device_range(node, 0, &uart.base, &uart.size)) {
		warn("W-STDOUT",
		     "chosen: stdout-path %s leads to no device that the CPU reaches; the early console stays",
		     of_text(path, len, OF_NAME_MAX));
		return;
	}
	scan_compatible(node, &uart);
	scan_layout(node, &uart);
	machine.uart = uart;
}

/* find_usable(): the first usable node compatible with @name; negative: none. */
static int find_usable(const char *name)
{
	int node = of_by_compatible(OF_ROOT, name);

	while (node >= 0 && !of_available(node))
		node = of_by_compatible(of_next(node), name);
	return node;
}

/* use_finisher(): power-off by a sifive,test device; false where it is none. */
static bool use_finisher(const char *compatible)
{
	struct machine_poweroff off = {
		.pass = SIFIVE_TEST_PASS, .fail = SIFIVE_TEST_FAIL,
	};
	phys_addr_t size;
	int node = find_usable(compatible);

	if (node < 0 || !of_device_range(node, 0, &off.pa, &size))
		return false;
	machine.poweroff = off;
	return true;
}

/* use_syscon(): power-off by a value at an offset in a register block; it has
 * no way to say how the run went. */
static bool use_syscon(void)
{
	uint32_t regmap, offset, value;
	phys_addr_t base, size;
	int block, node = find_usable("syscon-poweroff");

	if (node < 0 || !of_u32(node, OF_REGMAP, &regmap) ||
	    !of_u32(node, OF_OFFSET, &offset) || !of_u32(node, OF_VALUE, &value))
		return false;
	block = of_by_phandle(regmap);
	if (block < 0 || !of_device_range(block, 0, &base, &size))
		return false;
	machine.poweroff = (struct machine_poweroff){
		.pa = base + offset, .pass = value, .fail = value,
	};
	return true;
}

/* scan_psci(): by which instruction the firmware's PSCI is called. */
static void scan_psci(void)
{
	int node = of_top("psci");

	machine.psci_method = NULL;
	if (node >= 0 && of_available(node))
		machine.psci_method = string_of(node, OF_METHOD, PSCI_METHOD_MAX);
}

/* scan_irq(): the interrupt controller that the root names for all, where it is
 * one that we know: a GICv2 (its binding, arm,gic). */
static void scan_irq(void)
{
	struct machine_irq irq;
	phys_addr_t size;
	const char *names;
	uint32_t phandle;
	int node, len;

	machine.irq = (struct machine_irq){ 0 };
	if (!of_u32(OF_ROOT, OF_INTERRUPT_PARENT, &phandle))
		return;
	node = of_by_phandle(phandle);
	names = node < 0 ? NULL : of_property(node, OF_COMPATIBLE, &len);
	for (size_t i = 0; i < ARRAY_SIZE(irq_names) && names; i++)
		if (fdt_stringlist_contains(names, len, irq_names[i]) &&
		    of_device_range(node, 0, &irq.dist, &size) &&
		    of_device_range(node, 1, &irq.cpu, &size))
			machine.irq = irq;
}

void of_scan_machine(unsigned long cpu)
{
	int chosen;

	of_brk_start();
	of_tree_index();
	chosen = of_top("chosen");
	machine.boot_cpu = cpu;
	machine.poweroff = (struct machine_poweroff){ 0 };
	scan_model();
	scan_bootargs(chosen);
	of_scan_seed(chosen);
	scan_uart(chosen);
	if (!use_finisher("sifive,test1") && !use_finisher("sifive,test0"))
		use_syscon();
	scan_psci();
	scan_irq();
	of_scan_cpus();
}
