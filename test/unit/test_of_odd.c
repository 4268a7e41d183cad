/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees in which one thing is odd, a few lines each: what dts/ has no drawing of,
 * because nobody would draw it. Every test writes the nodes that it is about; memory
 * and what else a boot needs is there.
 */
#include "tree_fixture.h"

#include "../../lib/of/of_private.h"

/* brk of a boot that has to look for more, and still gets by without. */
#define SMALL_BRK	PAGE(12)

/* More brk than a boot of most trees here needs. */
#define LARGE_BRK	((phys_addr_t)1 << 20)

/* What a property's bytes are, and how many; its last NUL counts only where it is
 * written out. */
#define put_bytes(name, bytes)						\
	put(property(tree, name, bytes, (int)sizeof(bytes) - 1))

/* put_list(): property @name of so many cells. */
#define put_list(name, ...) do {					\
	const uint32_t cells__[] = { __VA_ARGS__ };			\
	fdt32_t list__[ARRAY_SIZE(cells__)];				\
	for (size_t i__ = 0; i__ < ARRAY_SIZE(cells__); i__++)		\
		list__[i__] = cpu_to_fdt32(cells__[i__]);		\
	put(property(tree, name, list__, (int)sizeof(list__)));		\
} while (0)

/* node(): a node begins; end(): it ends. */
static void node(const char *name)
{
	put(begin_node(tree, name));
}

static void end(void)
{
	put(end_node(tree));
}

/* begin_root(): the reservation block ends and the root begins. */
static void begin_root(uint32_t address, uint32_t size)
{
	put(finish_reservemap(tree));
	node("");
	put(property_u32(tree, "#address-cells", address));
	put(property_u32(tree, "#size-cells", size));
}

/* root(): a tree with @address and @size cells begins, the reservation block behind
 * it. */
static void root(uint32_t address, uint32_t size)
{
	put(create(tree, FIXTURE_MAX));
	begin_root(address, size);
}

/* memory(): a node with @size bytes at @base, a GiB that is there as a rule. */
static void memory(uint32_t base, uint32_t size)
{
	char name[32];

	snprintf(name, sizeof(name), "memory@%x", base);
	node(name);
	put(property_string(tree, "device_type", "memory"));
	put_list("reg", base, size);
	end();
}

/* usual(): the beginning of most trees here. */
static void usual(void)
{
	root(1, 1);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
}

/* load(): the tree ends here; of_scan_machine() with so much brk. */
static void load(phys_addr_t brk)
{
	end();
	put(finish(tree));
	fixture_boot_brk(tree, fdt_totalsize(tree), brk);
}

/* scan(): and all of the rest. */
static void scan(phys_addr_t brk)
{
	load(brk);
	fixture_scan();
}

/* boot(): the same, with brk for most trees. */
static void boot(void)
{
	scan(LARGE_BRK);
}

/* chosen_stdout(): /chosen with stdout-path, @len bytes. */
static void chosen_stdout(const char *path, int len)
{
	node("chosen");
	put(property(tree, "stdout-path", path, len));
	end();
}

/* uart(): the device that most stdout-paths here lead to, as it should be. */
static void uart(const char *name)
{
	node(name);
	put_list("reg", 0x10000000, 0x100);
	put_bytes("compatible", "ns16550a\0");
	end();
}

static void test_model_that_is_empty(void **state)
{
	(void)state;
	root(1, 1);
	put_bytes("model", "");
	put_bytes("compatible", "a,b\0");
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	load(PAGE(16));
	assert_string_equal(machine.model, "a,b");
	usual();
	load(PAGE(16));
	assert_string_equal(machine.model, "unnamed");
}

/* load_model(): a machine of that name. */
static void load_model(const char *name)
{
	root(1, 1);
	put(property_string(tree, "model", name));
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	load(PAGE(16));
}

/* Eighty characters are shown whole, as a copy too; one more is cut and says so. */
static void test_model_that_is_long(void **state)
{
	char text[82];

	(void)state;
	memset(text, 'm', sizeof(text));
	text[80] = '\0';
	load_model(text);
	assert_string_equal(machine.model, text);
	text[0] = '\t';
	load_model(text);
	assert_string_equal(machine.model + 1, text + 1);
	text[80] = 'm';
	text[81] = '\0';
	load_model(text);
	assert_int_equal(strlen(machine.model), 83);
	assert_string_equal(machine.model + 80, "...");
}

static void test_bootargs_with_white_space(void **state)
{
	(void)state;
	usual();
	node("chosen");
	put_bytes("bootargs", "a\nb\tc\x01\0");
	end();
	load(PAGE(16));
	assert_string_equal(machine.bootargs, "a b c?");
}

/* assert_stdout(): with @path, @len bytes, the UART is found, or isn't. */
static void assert_stdout(const char *path, int len, bool found)
{
	usual();
	uart("uart@10000000");
	node("aliases");
	put_bytes("serial0", "/uart@10000000\0");
	put_bytes("endless", "/uart@10000000");
	put_bytes("relative", "uart@10000000\0");
	put_bytes(":115200", "/uart@10000000\0");
	end();
	chosen_stdout(path, len);
	load(PAGE(16));
	assert_int_equal(machine.uart.base, found ? 0x10000000 : 0);
	assert_warnings("W-STDOUT", !found);
}

/* Paths and aliases with and without NUL, options and a unit address. */
static void test_paths_of_stdout(void **state)
{
	(void)state;
	assert_stdout("/uart@10000000", 15, true);
	assert_stdout("/uart@10000000", 14, true);
	assert_stdout("/uart@10000000:115200", 22, true);
	assert_stdout("/uart", 6, true);
	assert_stdout("serial0", 7, true);
	assert_stdout("serial0:115200", 15, true);
	assert_stdout("serial1", 8, false);
	assert_stdout("endless", 8, false);
	assert_stdout("relative", 9, false);
	assert_stdout(":115200", 8, false);
	assert_stdout("", 1, false);
	assert_stdout("/", 2, false);
	assert_stdout("/uart@1", 8, false);
}

/* The older name of stdout-path counts where the newer isn't there. */
static void test_older_name_of_stdout(void **state)
{
	(void)state;
	usual();
	uart("uart@10000000");
	node("chosen");
	put_bytes("linux,stdout-path", "/uart@10000000\0");
	end();
	load(PAGE(16));
	assert_int_equal(machine.uart.base, 0x10000000);
}

/* A node's name goes on where that of a path ends: it isn't the path's. */
static void test_path_that_is_the_begin_of_a_name(void **state)
{
	(void)state;
	usual();
	uart("uart@1@2");
	chosen_stdout("/uart@1", 8);
	load(PAGE(16));
	assert_null(machine.uart.compatible);
	assert_warnings("W-STDOUT", 1);
}

/* assert_layout(): shift and width as they are given, and as they are taken. */
static void assert_layout(uint32_t shift, uint32_t width, bool sound)
{
	usual();
	node("uart");
	put_list("reg", 0x10000000, 0x100);
	put_list("reg-shift", shift);
	put_list("reg-io-width", width);
	end();
	chosen_stdout("/uart", 6);
	load(PAGE(16));
	assert_int_equal(machine.uart.reg_shift, sound ? shift : 0);
	assert_int_equal(machine.uart.reg_io_width, sound ? width : 1);
	assert_null(machine.uart.compatible);
	assert_warnings("W-UART", !sound);
}

static void test_layouts_of_registers(void **state)
{
	(void)state;
	assert_layout(0, 1, true);
	assert_layout(1, 2, true);
	assert_layout(12, 4, true);
	assert_layout(13, 4, false);
	assert_layout(2, 3, false);
	assert_layout(2, 8, false);
	assert_layout(0, 0, false);
}

/* A list of strings counts as far as its last NUL. */
static void test_compatible_without_an_end(void **state)
{
	(void)state;
	usual();
	node("uart");
	put_list("reg", 0x10000000, 0x100);
	put_bytes("compatible", "first\0second");
	end();
	chosen_stdout("/uart", 6);
	load(PAGE(16));
	assert_int_equal(machine.uart.compatible_len, 6);
	usual();
	node("uart");
	put_list("reg", 0x10000000, 0x100);
	put_bytes("compatible", "endless");
	end();
	chosen_stdout("/uart", 6);
	load(PAGE(16));
	assert_null(machine.uart.compatible);
	assert_int_equal(machine.uart.base, 0x10000000);
}

/* finisher(): a sifive,test1 at @base with that status. */
static void finisher(const char *name, uint32_t base, const char *status)
{
	node(name);
	put_bytes("compatible", "sifive,test1\0");
	put_list("reg", base, 0x1000);
	put(property_string(tree, "status", status));
	end();
}

/* Only "ok" and "okay" are. */
static void test_status_of_devices(void **state)
{
	(void)state;
	usual();
	finisher("a", 0x1000, "disabled");
	finisher("b", 0x2000, "fail");
	finisher("c", 0x3000, "o");
	finisher("d", 0x4000, "okay?");
	finisher("e", 0x5000, "ok");
	finisher("f", 0x6000, "okay");
	load(PAGE(16));
	assert_int_equal(machine.poweroff.pa, 0x5000);
	assert_int_equal(machine.poweroff.pass, 0x5555);
	assert_int_equal(machine.poweroff.fail, 0x13333);
}

/* The bytes of a status count, its NUL may be missing. */
static void test_status_without_an_end(void **state)
{
	(void)state;
	usual();
	node("finisher");
	put_bytes("compatible", "sifive,test1\0");
	put_list("reg", 0x1000, 0x1000);
	put_bytes("status", "okay");
	end();
	load(PAGE(16));
	assert_int_equal(machine.poweroff.pa, 0x1000);
}

/* What a syscon-poweroff here has. */
#define HAS_REGMAP	1u
#define HAS_OFFSET	2u
#define HAS_VALUE	4u
#define HAS_BLOCK	8u
#define HAS_REG		16u
#define HAS_ALL		31u

/* syscon(): a syscon-poweroff with what @has says. */
static void syscon(unsigned int has)
{
	node("poweroff");
	put_bytes("compatible", "syscon-poweroff\0");
	if (has & HAS_REGMAP)
		put_list("regmap", 7);
	if (has & HAS_OFFSET)
		put_list("offset", 0x10);
	if (has & HAS_VALUE)
		put_list("value", 3);
	end();
	node("block");
	if (has & HAS_BLOCK)
		put_list("phandle", 7);
	if (has & HAS_REG)
		put_list("reg", 0x2000, 0x1000);
	end();
}

/* assert_syscon(): with that the machine is switched off at @pa. */
static void assert_syscon(unsigned int has, phys_addr_t pa)
{
	usual();
	syscon(has);
	load(PAGE(16));
	assert_int_equal(machine.poweroff.pa, pa);
	assert_int_equal(machine.poweroff.pass, pa ? 3 : 0);
}

static void test_syscon_that_lacks_something(void **state)
{
	(void)state;
	assert_syscon(HAS_ALL, 0x2010);
	for (unsigned int bit = 0; bit < 5; bit++)
		assert_syscon(HAS_ALL & ~(1u << bit), 0);
}

/* A finisher says how the run went, a syscon can't: it is the finisher that counts. */
static void test_finisher_beside_a_syscon(void **state)
{
	(void)state;
	usual();
	finisher("finisher", 0x1000, "okay");
	syscon(HAS_ALL);
	load(PAGE(16));
	assert_int_equal(machine.poweroff.pa, 0x1000);
	assert_int_equal(machine.poweroff.fail, 0x13333);
}

/* assert_psci(): with that status the method is @method. */
static void assert_psci(const char *status, const char *method)
{
	usual();
	node("psci");
	put_bytes("method", "hvc\0");
	put(property_string(tree, "status", status));
	end();
	load(PAGE(16));
	if (method)
		assert_string_equal(machine.psci_method, method);
	else
		assert_null(machine.psci_method);
}

static void test_psci(void **state)
{
	(void)state;
	assert_psci("okay", "hvc");
	assert_psci("disabled", NULL);
}

/* assert_bus(): the UART is at @base for the CPU, 0: it isn't reached. ranges is
 * the outer bus's; it stands before its children. */
#define assert_bus(found, address, size, ...) do {			\
	uint32_t list_[] = { __VA_ARGS__ };				\
	usual();							\
	node("bus");							\
	put_list("#address-cells", address);				\
	put_list("#size-cells", size);					\
	for (size_t i_ = 0; i_ < ARRAY_SIZE(list_); i_++)		\
		list_[i_] = cpu_to_fdt32(list_[i_]);			\
	put(property(tree, "ranges", list_, (int)sizeof(list_)));	\
	inner_uart();							\
	load(PAGE(16));							\
	assert_int_equal(machine.uart.base, found);			\
} while (0)

/* inner_uart(): a bus whose addresses are those of the bus above, and on it a UART
 * at 0x100; the bus above ends. */
static void inner_uart(void)
{
	node("inner");
	put_list("#address-cells", 1);
	put_list("#size-cells", 1);
	put_bytes("ranges", "");
	node("uart");
	put_list("reg", 0x100, 0x10);
	end();
	end();
	end();
	chosen_stdout("/bus/inner/uart", 16);
}

/* Windows before, behind and around it, and what no 64 bits hold. */
static void test_windows_of_a_bus(void **state)
{
	(void)state;
	assert_bus(0x5100, 1, 1, 0, 0x5000, 0x1000);
	assert_bus(0, 1, 1, 0x101, 0x5000, 0x1000);
	assert_bus(0, 1, 1, 0, 0x5000, 0x100);
	assert_bus(0x7000, 1, 1, 0, 0x5000, 0x100, 0x100, 0x7000, 0x10);
	assert_bus(0x6000, 3, 1, 1, 0, 0, 0x5000, 0x1000,
		   0, 0, 0x100, 0x6000, 0x1000);
	assert_bus(0x6000, 1, 3, 0, 0x5000, 1, 0, 0,
		   0x100, 0x6000, 0, 0, 0x10);
	assert_bus(0, 0, 1, 0, 0x5000, 0x1000);
	assert_bus(0, 1, 99, 0, 0x5000, 0x1000);
}

/* The parent's side of a window may have more cells than 64 bits hold too. */
static void test_windows_above_64_bits(void **state)
{
	(void)state;
	root(3, 1);
	node("bus");
	put_list("#address-cells", 1);
	put_list("#size-cells", 1);
	put_list("ranges", 0, 1, 0, 0, 0x1000);
	inner_uart();
	load(PAGE(16));
	assert_int_equal(machine.uart.base, 0);
	assert_warnings("W-STDOUT", 1);
}

/* The CPU's reach, 64 bits included. */
static void test_reach_of_the_cpu(void **state)
{
	(void)state;
	usual();
	load(LARGE_BRK);
	host.phys_bits = 64;
	fixture_scan();
	assert_memory("80000000-bfffffff 0\n");
	assert_clean();
}

/* assert_usable(): what linux,usable-memory-range leaves of memory. */
#define assert_usable(lines, ...) do {					\
	usual();							\
	node("chosen");							\
	put_list("linux,usable-memory-range", __VA_ARGS__);		\
	end();								\
	boot();								\
	assert_memory(lines);						\
} while (0)

static void test_usable_ranges(void **state)
{
	(void)state;
	assert_usable("80000000-80ffffff 0\n", 0x80000000, 0x01000000);
	assert_clean();
	assert_usable("80000000-80ffffff 0\n", 0x80000000, 0x01000000,
		      0x90000000, 0);
	assert_log("of: chosen: the range of linux,usable-memory-range at 0x0000000090000000 is empty");
	assert_usable("80000000-bfffffff 0\n", 0x90000000, 0);
	assert_warnings("W-USABLE-RANGE", 1);
	assert_usable("80000000-bfffffff 0\n", 0x90000000);
	assert_warnings("W-USABLE-RANGE", 1);
}

static void test_usable_range_without_bytes(void **state)
{
	(void)state;
	usual();
	node("chosen");
	put_bytes("linux,usable-memory-range", "");
	end();
	boot();
	assert_memory("80000000-bfffffff 0\n");
	assert_warnings("W-USABLE-RANGE", 1);
}

/* A range up to the end of the address space: nothing is behind it. */
static void test_usable_range_to_the_end(void **state)
{
	(void)state;
	root(2, 2);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", 0, FIXTURE_RAM, 0, FIXTURE_RAM_SIZE);
	end();
	node("chosen");
	put_list("linux,usable-memory-range", 0, 0x90000000,
		 0xffffffff, 0x70000000);
	end();
	boot();
	assert_memory("90000000-bfffffff 0\n");
}

/* assert_bootargs(): what is left of memory with @args. */
static void assert_bootargs(const char *args, const char *lines,
			    unsigned int warnings)
{
	usual();
	load(LARGE_BRK);
	machine.bootargs = args;
	fixture_scan();
	assert_memory(lines);
	assert_warnings("W-BOOTARG-MEM", warnings);
}

static void test_words_of_mem(void **state)
{
	(void)state;
	assert_bootargs("mem=16M", "80000000-80ffffff 0\n", 0);
	assert_bootargs("mem=16M\tx", "80000000-80ffffff 0\n", 0);
	assert_bootargs("mem=16M\nx", "80000000-80ffffff 0\n", 0);
	assert_bootargs("mem=16M x", "80000000-80ffffff 0\n", 0);
	assert_bootargs("mem=16Mx", "80000000-bfffffff 0\n", 1);
	assert_bootargs("mem=16T", "80000000-bfffffff 0\n", 0);
	assert_bootargs("mem=1G", "80000000-bfffffff 0\n", 0);
	assert_bootargs("mem=16M@0x80000000 mem=4K@0xfffffffffffff000",
			"80000000-80ffffff 0\n", 0);
	assert_bootargs("mem=16M@0x80000000 mem=8K@0xfffffffffffff000",
			"80000000-80ffffff 0\n", 1);
}

/* Numbers of four cells, of which the first two must be zero. */
static void test_entries_of_four_cells(void **state)
{
	(void)state;
	root(4, 3);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", 1, 0, 0, 0x80000000, 0, 0, 0x1000,
		 0, 0, 0, 0x80000000, 1, 0, 0x1000,
		 0, 0, 0, FIXTURE_RAM, 0, 0, FIXTURE_RAM_SIZE);
	end();
	boot();
	assert_memory("80000000-bfffffff 0\n");
	assert_warnings("W-REG-CELLS", 2);
	assert_log("memory@80000000: an entry of reg doesn't fit into 64 bits; it is ignored");
}

/* A bus that counts no cells, or too many, has no ranges, and says why. */
static void test_entries_of_no_cells(void **state)
{
	(void)state;
	usual();
	node("reserved-memory");
	put_list("#address-cells", 0);
	put_list("#size-cells", 1);
	put_bytes("ranges", "");
	node("region");
	put_list("reg", 0x88000000, 0x1000);
	end();
	end();
	boot();
	assert_reserved("");
	assert_log("warning: W-REG-CELLS: region: reg can't be read, #address-cells or #size-cells above it is not 1 to 4; all of it is ignored");
}

static void test_memory_without_any_property(void **state)
{
	(void)state;
	usual();
	node("memory");
	end();
	boot();
	assert_memory("80000000-bfffffff 0\n");
	assert_clean();
}

/* What two nodes claim from the same address on stays, where one of them says so. */
static void test_banks_of_which_one_is_hotpluggable(void **state)
{
	(void)state;
	usual();
	node("memory@a");
	put_bytes("device_type", "memory\0");
	put_list("reg", FIXTURE_RAM, FIXTURE_RAM_SIZE / 2);
	put_bytes("hotpluggable", "");
	end();
	boot();
	assert_memory("80000000-bfffffff 0\n");
	assert_warnings("W-MEM-OVERLAP", 1);
}

/* A number of a node that has no length of one: node 0, with a warning. */
static void test_node_id_that_is_no_cell(void **state)
{
	(void)state;
	root(1, 1);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", FIXTURE_RAM, FIXTURE_RAM_SIZE);
	put_list("numa-node-id", 0, 1);
	end();
	boot();
	assert_memory("80000000-bfffffff 0\n");
	assert_warnings("W-NUMA-NO-ID", 1);
}

/* bank(): a memory node with so many bytes, which is node @nid's. */
static void bank(const char *name, uint32_t base, uint32_t size, uint32_t nid)
{
	node(name);
	put_bytes("device_type", "memory\0");
	put_list("reg", base, size);
	put_list("numa-node-id", nid);
	end();
}

/* A node without memory is one all the same. */
static void test_node_that_has_only_a_cpu(void **state)
{
	(void)state;
	root(1, 1);
	bank("memory@80000000", FIXTURE_RAM, FIXTURE_RAM_SIZE, 3);
	node("cpus");
	put_list("#address-cells", 1);
	put_list("#size-cells", 0);
	node("cpu@0");
	put_list("reg", 0);
	put_list("numa-node-id", 5);
	end();
	end();
	boot();
	assert_int_equal(nr_node_ids, 2);
	assert_int_equal(node_hwid(machine.cpus[0].nid), 5);
}

/* A map that says nothing doesn't keep the next one from being read. */
static void test_distance_map_without_a_matrix(void **state)
{
	(void)state;
	root(1, 1);
	bank("memory@80000000", FIXTURE_RAM, 0x10000000, 0);
	bank("memory@90000000", FIXTURE_RAM + 0x10000000, 0x10000000, 1);
	node("empty");
	put_bytes("compatible", "numa-distance-map-v1\0");
	end();
	node("distances");
	put_bytes("compatible", "numa-distance-map-v1\0");
	put_list("distance-matrix", 0, 1, 25);
	end();
	boot();
	assert_warnings("W-NUMA-MATRIX", 1);
	assert_log("empty: distance-matrix has 0 bytes");
	assert_int_equal(node_distance(0, 1), 25);
	assert_int_equal(node_distance(1, 0), 25);
}

/* assert_initrd(): what /chosen says, in cells, and whether that is an initrd. */
static void assert_initrd(const void *start, int start_len, const void *last,
			  int last_len, bool sound)
{
	usual();
	node("chosen");
	if (start)
		put(property(tree, "linux,initrd-start", start, start_len));
	if (last)
		put(property(tree, "linux,initrd-end", last, last_len));
	end();
	boot();
	assert_int_equal(memblock_is_reserved(0x84000000), sound);
	assert_warnings("W-INITRD", !sound);
}

static void test_ends_of_the_initrd(void **state)
{
	static const char start[] = "\x84\0\0\0", last[] = "\x84\0\x10\0";
	static const char wide[] = "\0\0\0\0\x84\0\0\0";
	phys_addr_t from = 1, to = 1;

	(void)state;
	assert_initrd(start, 4, last, 4, true);
	assert_initrd(wide, 8, last, 4, true);
	assert_initrd(start, 3, last, 4, false);
	assert_initrd(start, 4, last, 3, false);
	assert_initrd(NULL, 0, last, 4, false);
	assert_log("linux,initrd-start 0x0 and -end 0x0 are no range");
	assert_false(of_initrd(of_top("chosen"), &from, &to));
	assert_int_equal(from | to, 0);
	assert_initrd(start, 4, NULL, 0, false);
	assert_initrd(last, 4, start, 4, false);
}

/* Where the initrd ends no memory is: that is said of the initrd. */
static void test_initrd_that_leaves_memory(void **state)
{
	(void)state;
	usual();
	node("chosen");
	put_list("linux,initrd-start", 0xbffff000);
	put_list("linux,initrd-end", 0xc0001000);
	end();
	boot();
	assert_warnings("W-INITRD", 1);
	assert_true(memblock_is_reserved(0xbffff000));
}

/* The loader lists the initrd in the reservation block, as it should. */
static void test_initrd_in_the_reservation_block(void **state)
{
	struct item item = { "memory@80000000", true, FIXTURE_RAM,
			     FIXTURE_RAM_SIZE, 0, false, false };

	(void)state;
	extras = (struct extras){
		.memreserve = { 0x84000000, 0x1000 },
		.initrd = { 0x84000000, 0x84001000 },
	};
	make_tree(&item, 1);
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	extras = (struct extras){ 0 };
	assert_clean();
	assert_reserved("84000000-84000fff initrd initrd\n");
}

/* regions(): /reserved-memory with so many cells begins. */
static void regions(uint32_t size)
{
	node("reserved-memory");
	put_list("#address-cells", 1);
	put_list("#size-cells", size);
	put_bytes("ranges", "");
}

static void test_regions_that_are_translated(void **state)
{
	(void)state;
	usual();
	node("reserved-memory");
	put_list("#address-cells", 1);
	put_list("#size-cells", 1);
	put_list("ranges", 0, 0x80000000, 0x1000);
	node("a@88000000");
	put_list("reg", 0x88000000, 0x1000);
	end();
	end();
	boot();
	assert_reserved("88000000-88000fff reserved a@88000000\n");
	assert_warnings("W-RSV-PARENT", 1);
	assert_log("has ranges that aren't empty");
}

/* assert_dynamic(): a size in @cells cells is refused with @code. */
#define assert_dynamic(cells, code, property, ...) do {			\
	usual();							\
	regions(cells);							\
	node("pool");							\
	property;							\
	put_list(__VA_ARGS__);						\
	end();								\
	end();								\
	boot();								\
	assert_int_equal(log_count("warning: " code ": pool"), 1);	\
	assert_reserved("");						\
} while (0)

static void test_sizes_that_are_none(void **state)
{
	(void)state;
	assert_dynamic(0, "W-RSV-EMPTY", , "size", 0x1000);
	assert_dynamic(0, "W-RSV-EMPTY", put_bytes("size", ""), "alignment",
		       0x1000);
	assert_dynamic(1, "W-RSV-EMPTY", , "size", 0);
	assert_dynamic(1, "W-RSV-EMPTY", , "size", 0, 0x1000);
	assert_dynamic(3, "W-RSV-EMPTY", , "size", 1, 0, 0x1000);
	assert_dynamic(2, "W-RSV-EMPTY", , "size", 0xffffffff, 0xfffff001);
	assert_dynamic(1, "W-RSV-ALIGN", put_list("size", 0x1000),
		       "alignment", 0x3000);
	assert_dynamic(1, "W-RSV-ALIGN", put_list("size", 0x1000),
		       "alignment", 0, 0x1000);
}

/* Two regions never share a page. */
static void test_sizes_that_are_no_whole_pages(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("pool");
	put_list("size", 0x801);
	put_list("alloc-ranges", 0x88000000, 0x2000);
	end();
	end();
	boot();
	assert_reserved("88001000-88001fff reserved pool\n");
}

/* The larger alignment goes first, wherever it stands: the small region would take
 * the only place that it has. */
static void test_region_that_has_one_place(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		usual();
		regions(1);
		for (int i = 0; i < 2; i++) {
			node(i == first ? "small" : "large");
			put_list("size", 0x1000);
			put_list("alignment", i == first ? 0x1000 : 0x100000);
			put_list("alloc-ranges", 0x87fff000, 0x2000);
			end();
		}
		end();
		boot();
		assert_reserved("87fff000-87ffffff reserved small\n"
				"88000000-88000fff reserved large\n");
	}
}

/* A range of alloc-ranges that is empty is passed over, in silence. */
static void test_alloc_ranges_that_are_empty(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("pool");
	put_list("size", 0x1000);
	put_list("alloc-ranges", 0x90000000, 0, 0x88000000, 0x1000);
	end();
	node("lost");
	put_list("size", 0x2000);
	put_list("alloc-ranges", 0x90000000, 0, 0x8a000000, 0x1000);
	end();
	end();
	boot();
	assert_reserved("88000000-88000fff reserved pool\n");
	assert_warnings("W-RSV-UNPLACED", 1);
	assert_int_equal(log_count("of: lost: tried "), 1);
	assert_log("of: lost: tried [0x000000008a000000-0x000000008a000fff]");
}

/* user(): a device that uses the regions of @nr phandles from @first on. */
static void user(const char *name, uint32_t first, unsigned int nr)
{
	fdt32_t cells[256];

	for (unsigned int i = 0; i < nr; i++)
		cells[i] = cpu_to_fdt32(first + i);
	node(name);
	put(property(tree, "memory-region", cells, (int)(nr * 4)));
	if (strchr(name, '!'))
		put_bytes("status", "disabled\0");
	end();
}

/* More users than a line holds: the rest is three dots, once. */
static void test_many_users_of_a_region(void **state)
{
	char name[32];

	(void)state;
	usual();
	regions(1);
	node("pool");
	put_list("reg", 0x88000000, 0x1000);
	put_list("phandle", 1);
	end();
	end();
	user("asleep!", 1, 1);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "device@%d", 1000 + i);
		user(name, 1, 1);
	}
	boot();
	assert_reserved("88000000-88000fff reserved pool device@1000, device@1001, device@1002, device@1003, device@1004, device@1005, device@1006, device@1007, device@1008, ...\n");
	assert_clean();
}

/* assert_tenth(): nine users with 115 characters in all, then @name and one more:
 * the line goes on with @rest. */
static void assert_tenth(const char *name, const char *rest)
{
	char text[32];
	long i;

	usual();
	regions(1);
	node("pool");
	put_list("reg", 0x88000000, 0x1000);
	put_list("phandle", 1);
	end();
	end();
	for (int n = 0; n < 9; n++) {
		snprintf(text, sizeof(text), "device@%d", 1000 + n);
		user(text, 1, 1);
	}
	user(name, 1, 1);
	user("last", 1, 1);
	boot();
	i = memblock_search(&memblock.reserved, 0x88000000);
	assert_string_equal(memblock.reserved.regions[i].owner->users + 115, rest);
}

/* The line has room for 127 characters, the dots at its end included. */
static void test_users_that_just_fit(void **state)
{
	(void)state;
	assert_tenth("short", ", short, ...");
	assert_tenth("longer", ", ...");
}

/* What points to nothing is named, but not for ever; the root may point too. */
static void test_many_lost_users(void **state)
{
	(void)state;
	usual();
	user("device", 1000, 100);
	boot();
	assert_warnings("W-RSV-USER", 65);
	assert_log("warning: W-RSV-USER: device: memory-region 0x3e8 points to nothing");
	assert_log("warning: W-RSV-USER: 36 more memory-region entries lead to no region in use");
	root(1, 1);
	put_list("memory-region", 5);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	boot();
	assert_log("warning: W-RSV-USER: /: memory-region 0x5 points to nothing");
}

/* region(): a child of /reserved-memory with one range, and property @flag unless
 * that is NULL. */
static void region(const char *name, uint32_t base, uint32_t size,
		   const char *flag)
{
	node(name);
	put_list("reg", base, size);
	if (flag)
		put(property(tree, flag, "", 0));
	end();
}

/* A pool that may be lent out gives way to what nobody may have. */
static void test_region_inside_a_reusable_one(void **state)
{
	(void)state;
	usual();
	regions(1);
	region("pool", 0x88000000, 0x2000, "reusable");
	region("plain", 0x88001000, 0x1000, NULL);
	end();
	boot();
	assert_reserved("88000000-88000fff reusable pool\n"
			"88001000-88001fff reserved plain\n");
}

/* One byte in common is an overlap; none, on one page, isn't. */
static void test_regions_that_share_a_byte(void **state)
{
	(void)state;
	for (uint32_t shared = 0; shared < 2; shared++) {
		usual();
		regions(1);
		region("first", 0x88000000, 0x1800 + shared, NULL);
		region("second", 0x88001800, 0x800, NULL);
		end();
		boot();
		assert_warnings("W-RSV-OVERLAP", shared);
	}
}

/* assert_chain(): three regions in a row, the last no-map, come out as @lines, and
 * @warnings of their pairs share bytes. */
static void assert_chain(const uint32_t (*ranges)[2], const char *lines,
			 unsigned int warnings)
{
	static const char *const names[] = { "first", "second", "third" };

	usual();
	regions(1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		region(names[i], ranges[i][0], ranges[i][1],
		       i == 2 ? "no-map" : NULL);
	end();
	boot();
	assert_reserved(lines);
	assert_warnings("W-RSV-OVERLAP", warnings);
}

/* What mustn't be mapped isn't, also where the first and the last share nothing
 * but what is between them; bytes, or pages only. */
static void test_chain_of_regions(void **state)
{
	static const uint32_t bytes[][2] = {
		{ 0x88000000, 0x2000 }, { 0x88001000, 0x2000 },
		{ 0x88002000, 0x2000 },
	}, pages[][2] = {
		{ 0x88000000, 0x400 }, { 0x88000800, 0x900 },
		{ 0x88001800, 0x800 },
	}, page[][2] = {
		{ 0x88001000, 0x400 }, { 0x88001400, 0x400 },
		{ 0x88001800, 0x800 },
	};

	(void)state;
	assert_chain(bytes, "88000000-88001fff reserved first\n"
			    "88002000-88003fff nomap third\n", 2);
	assert_chain(pages, "88000000-88000fff reserved first\n"
			    "88001000-88001fff nomap third\n", 0);
	assert_chain(page, "88001000-88001fff nomap third\n", 0);
}

/* Both parts of it are memory: nothing is missing. */
static void test_region_in_two_nodes(void **state)
{
	(void)state;
	root(1, 1);
	bank("memory@80000000", FIXTURE_RAM, 0x10000000, 0);
	bank("memory@90000000", FIXTURE_RAM + 0x10000000, 0x10000000, 1);
	regions(1);
	region("region", 0x8ffff000, 0x2000, NULL);
	end();
	boot();
	assert_reserved("8ffff000-90000fff reserved region\n");
	assert_clean();
}

/* Of what begins before memory does its last byte is honoured. */
static void test_region_of_which_a_byte_is_memory(void **state)
{
	(void)state;
	usual();
	regions(1);
	region("region", 0x7ffff000, 0x1001, NULL);
	end();
	boot();
	assert_reserved("80000000-80000fff reserved region\n");
	assert_log("region [0x000000007ffff000-0x0000000080000000]: 0x1000 of its 0x1001 bytes are no memory");
}

/* It is named, and the others of its node are honoured. */
static void test_region_of_which_a_range_is_empty(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("region");
	put_list("reg", 0x88000000, 0, 0x89000000, 0x1000);
	end();
	end();
	boot();
	assert_reserved("89000000-89000fff reserved region\n");
	assert_warnings("W-RSV-EMPTY", 1);
	assert_log("region: the range at 0x0000000088000000 is empty; nothing is reserved for it");
}

/* An empty range at 0 isn't all that there is. */
static void test_alloc_ranges_that_are_zero(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("pool");
	put_list("size", 0x1000);
	put_list("alloc-ranges", 0, 0);
	end();
	end();
	boot();
	assert_reserved("");
	assert_warnings("W-RSV-UNPLACED", 1);
}

/* The root is a node like any other: what points to it points to no region, but not
 * to nothing. */
static void test_user_of_the_root(void **state)
{
	(void)state;
	root(1, 1);
	put_list("phandle", 5);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	user("device", 5, 1);
	boot();
	assert_log("of: device: memory-region 0x5 is no region in use");
	assert_clean();
}

/* remove_image(): the program isn't in the machine's memory. */
static void remove_image(void)
{
	image.start = 0;
	image.end = 0;
	image.nr_segments = 0;
}

/* Nothing of a machine whose program isn't in its memory is the image's. */
static void test_image_that_is_not_there(void **state)
{
	(void)state;
	usual();
	regions(1);
	region("region", 0x88000000, 0x1000, NULL);
	end();
	load(LARGE_BRK);
	remove_image();
	fixture_scan();
	assert_reserved("88000000-88000fff reserved region\n");
	assert_clean();
}

/* Segments behind the last one are none. */
static void test_image_of_three_segments(void **state)
{
	(void)state;
	usual();
	load(LARGE_BRK);
	image.nr_segments = 3;
	image.end = FIXTURE_IMAGE + PAGE(3);
	fixture_scan();
	assert_true(memblock_is_reserved(FIXTURE_IMAGE + PAGE(2)));
	assert_false(memblock_is_reserved(FIXTURE_IMAGE + PAGE(3)));
}

/* put_pages(): reg with @nr ranges of a page, every other one from @base on. */
static void put_pages(uint32_t base, uint32_t nr)
{
	fdt32_t *cells = calloc(2 * nr, sizeof(*cells));

	assert_non_null(cells);
	for (uint32_t i = 0; i < nr; i++) {
		cells[2 * i] = cpu_to_fdt32(base + i * 2 * (uint32_t)PAGE_SIZE);
		cells[2 * i + 1] = cpu_to_fdt32((uint32_t)PAGE_SIZE);
	}
	put(property(tree, "reg", cells, (int)(2 * nr * sizeof(*cells))));
	free(cells);
}

/* One region of many ranges needs as much room as many of one. */
static void test_region_of_many_ranges(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("region");
	put_pages(0x88000000, 4000);
	end();
	end();
	scan(PAGE(32));
	assert_true(memblock_is_reserved(0x88000000 + PAGE(2 * 3999)));
	assert_false(memblock_is_reserved(0x88000000 + PAGE(2 * 3999 + 1)));
}

/* What devices have needs no room, however many there are of them. */
static void test_room_for_devices_only(void **state)
{
	char name[16];

	(void)state;
	usual();
	node("soc");
	put_pages(0x10000000, 2500);
	for (int i = 0; i < 2500; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		node(name);
		end();
	}
	end();
	scan(PAGE(64));
	assert_no_log("brk goes on");
	assert_no_log("bytes in a row are nobody's");
}

/* Memory of which rounding leaves nothing is none. */
static void test_memory_without_a_whole_page(void **state)
{
	(void)state;
	root(1, 1);
	memory(FIXTURE_RAM, 0x800);
	load(LARGE_BRK);
	assert_panics(fixture_scan(),
		      "no usable memory left after the limits above");
}

/* One page is enough, wherever it lies; half of two pages isn't. */
static void test_memory_of_one_page(void **state)
{
	(void)state;
	usual();
	memory(0x70001000, 0x1000);
	memory(0x70004000, 0x1000);
	memory(0x70007800, 0x1000);
	load(LARGE_BRK);
	host_ram(0x70000000, 0x10000);
	fixture_scan();
	assert_memory("70001000-70001fff 0\n70004000-70004fff 0\n"
		      "80000000-bfffffff 0\n");
	assert_warnings("W-MEM-SMALL", 1);
	assert_log("memory [0x0000000070007800-0x00000000700087ff] holds no whole page");
}

/* assert_firmware(): with what is reserved at @base below the image, whether all
 * of it is taken for the firmware's. */
static void assert_firmware(uint32_t base, uint32_t size, bool taken)
{
	usual();
	regions(1);
	if (size) {
		node("region");
		put_list("reg", base, size);
		end();
	}
	end();
	node("chosen");
	put_list("linux,initrd-start", 0x80010000);
	put_list("linux,initrd-end", 0x80011000);
	end();
	load(LARGE_BRK);
	host.firmware_name = "some firmware";
	fixture_scan();
	assert_int_equal(log_count("warning: W-FIRMWARE-UNNAMED: "), taken);
	assert_int_equal(memblock_is_reserved(0x80100000), taken);
}

/* The initrd below the image isn't the firmware's own reservation. */
static void test_firmware_that_nobody_names(void **state)
{
	(void)state;
	assert_firmware(0, 0, true);
	assert_log("some firmware lives; [0x0000000080000000-0x00000000801fffff] below the image is reserved for it");
	assert_firmware(0x80000000, 0x1000, false);
	assert_firmware(0x80000fff, 1, false);
	assert_firmware(0x80001000, 0x1000, true);
	assert_firmware(0x801ff000, 0x1000, true);
	assert_firmware(0x80300000, 0x1000, true);
	assert_firmware(0x10000000, 0x1000, true);
}

/* Nor is the tree itself, where its bank and that of the image begins. */
static void test_firmware_below_the_tree(void **state)
{
	const phys_addr_t up = 0x8e200000 - FIXTURE_IMAGE;

	(void)state;
	root(1, 1);
	memory(FIXTURE_DTB, 0x10000000);
	load(LARGE_BRK);
	host.firmware_name = "some firmware";
	image.start += up;
	image.end += up;
	for (unsigned int i = 0; i < image.nr_segments; i++) {
		image.segment[i].start += up;
		image.segment[i].end += up;
	}
	fixture_scan();
	assert_int_equal(log_count("warning: W-FIRMWARE-UNNAMED: "), 1);
	assert_true(memblock_is_reserved(0x8e100000));
}

/* Nothing is below the image in its bank, or the image is in none. */
static void test_image_at_the_begin_of_its_bank(void **state)
{
	(void)state;
	root(1, 1);
	memory((uint32_t)FIXTURE_IMAGE, 0x10000000);
	load(LARGE_BRK);
	host.firmware_name = "some firmware";
	fixture_scan();
	assert_clean();
	root(1, 1);
	memory(0x90000000, 0x10000000);
	load(LARGE_BRK);
	host.firmware_name = "some firmware";
	fixture_scan();
	assert_int_equal(log_count("W-FIRMWARE-UNNAMED"), 0);
}

/* An image with brk in it and a segment without a byte. */
static void test_segments_of_the_image(void **state)
{
	long i;

	(void)state;
	usual();
	load(LARGE_BRK);
	image.segment[1].name = "brk";
	image.segment[2].end = image.segment[2].start;
	fixture_scan();
	i = memblock_search(&memblock.reserved, FIXTURE_IMAGE + PAGE(1));
	assert_string_equal(memblock.reserved.regions[i].owner->kind, "brk");
	assert_false(memblock_is_reserved(FIXTURE_IMAGE + PAGE(2)));
}

/* Page zero is memory, and nobody gets it. */
static void test_memory_from_zero_on(void **state)
{
	(void)state;
	root(1, 1);
	memory(0, 0x100000);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	load(LARGE_BRK);
	host_ram(0, 0x100000);
	fixture_scan();
	assert_reserved("0-fff reserved page zero\n");
	assert_clean();
}

/* assert_probed(): the access number @fail fails, 0: none, or RAM is no RAM: memory
 * is dropped, or isn't. */
static void assert_probed(unsigned int fail, bool rom, bool dropped)
{
	usual();
	memory(0xc0000000, 0x10000);
	load(LARGE_BRK);
	host_ram(0xc0000000, 0x10000);
	host.fail_try = fail;
	host.rom = rom;
	if (rom)
		assert_panics(fixture_scan(), "no memory answers");
	else
		fixture_scan();
	assert_int_equal(log_count("warning: W-MEM-ABSENT"), dropped + rom);
}

/* A word is read, written, read and written, at both ends. */
static void test_memory_that_does_not_answer(void **state)
{
	(void)state;
	assert_probed(0, false, false);
	for (unsigned int fail = 1; fail <= 16; fail++)
		assert_probed(fail, false, true);
	assert_probed(17, false, false);
	assert_probed(0, true, true);
}

/* Less RAM than the node says: its end doesn't answer. */
static void test_memory_that_ends_early(void **state)
{
	(void)state;
	root(1, 1);
	memory(FIXTURE_RAM, 0x78000000);
	memory(0x70000000, 0x1000000);
	load(LARGE_BRK);
	host_ram(0x70000000, 0x1000000);
	fixture_scan();
	assert_memory("70000000-70ffffff 0\n");
	assert_warnings("W-MEM-ABSENT", 1);
	assert_log("memory@80000000 claims [0x0000000080000000-0x00000000f7ffffff], which doesn't keep what is written to it; it is dropped");
}

/* assert_header(): a blob of which @size bytes are there is refused with @text. */
static void assert_header(uint32_t totalsize, size_t size, const char *text)
{
	static const phys_addr_t place = 0x50000000;
	fdt32_t header[10] = { cpu_to_fdt32(FDT_MAGIC),
			       cpu_to_fdt32(totalsize) };

	unit_reset(NULL);
	host_load(place, header, size);
	assert_panics(of_verify(place), text);
}

static void test_blobs_that_end_in_their_header(void **state)
{
	(void)state;
	assert_header(48, 16, "no memory at 0x0000000050000000");
	assert_header(48, 24, "no memory at 0x0000000050000000");
	assert_header(39, 40, "refused: FDT_ERR_TRUNCATED");
	assert_header(0xffffffff, 40, "refused: FDT_ERR_TRUNCATED");
	assert_header(4096, 40, "refused: FDT_ERR_TRUNCATED");
}

/* A property that isn't there is nothing, not even empty. */
static void test_text_of_what_is_not_there(void **state)
{
	(void)state;
	usual();
	load(PAGE(16));
	assert_false(of_is(OF_ROOT, OF_STATUS, ""));
}

/* What was taken out of the tree without moving the rest is passed over. */
static void test_property_that_was_taken_out(void **state)
{
	(void)state;
	root(1, 1);
	put_bytes("model", "first\0");
	put_bytes("compatible", "second\0");
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	end();
	put(finish(tree));
	assert_int_equal(fdt_nop_property(tree, 0, "model"), 0);
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_string_equal(machine.model, "second");
	assert_memory("80000000-bfffffff 0\n");
}

/* turn_round(): the tree's blocks in another order, the reservations last: one
 * that passes 2^64, and an empty one where the end should be, behind which there is
 * no room. */
static void turn_round(unsigned char *blob)
{
	const fdt64_t entries[] = {
		cpu_to_fdt64(0x88000000), cpu_to_fdt64(0x1000),
		cpu_to_fdt64(-(uint64_t)0x1000), cpu_to_fdt64(0x10000),
		cpu_to_fdt64(0x89000000), 0,
	};
	uint32_t structs = fdt_size_dt_struct(tree);
	uint32_t strings = fdt_size_dt_strings(tree), at = 40;

	memcpy(blob, tree, at);
	memcpy(blob + at, tree + fdt_off_dt_struct(tree), structs);
	fdt_set_off_dt_struct(blob, at);
	at += structs;
	memcpy(blob + at, tree + fdt_off_dt_strings(tree), strings);
	fdt_set_off_dt_strings(blob, at);
	at = ALIGN(at + strings, 8);
	memcpy(blob + at, entries, sizeof(entries));
	fdt_set_off_mem_rsvmap(blob, at);
	fdt_set_totalsize(blob, at + sizeof(entries));
}

static void test_reservation_block_behind_the_rest(void **state)
{
	static _Alignas(8) unsigned char blob[4096];

	(void)state;
	usual();
	end();
	put(finish(tree));
	turn_round(blob);
	fixture_boot_brk(blob, fdt_totalsize(blob), SMALL_BRK);
	fixture_scan();
	assert_true(memblock_is_reserved(0x88000000));
	assert_log("memreserve: the range at 0x0000000089000000 is empty");
	assert_log("warning: W-REG-WRAP: memreserve: 0xfffffffffffff000 + 0x10000 passes 2^64; it is cut there");
	assert_log("warning: W-RSV-OUTSIDE: memreserve ");
}

/* What ends with the address space doesn't pass it. */
static void test_reservation_up_to_the_end(void **state)
{
	(void)state;
	put(create(tree, FIXTURE_MAX));
	put(add_reservemap_entry(tree, -(uint64_t)0x10000, 0x10000));
	begin_root(1, 1);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	boot();
	assert_warnings("W-RSV-OUTSIDE", 1);
	assert_log("memreserve [0xffffffffffff0000-0xffffffffffffffff]: 0x10000 of its 0x10000 bytes are no memory");
}

/* begin_strings(): the tree's strings begin @bytes earlier than they did. */
static void begin_strings(uint32_t bytes)
{
	int at = 0, next;
	uint32_t tag;

	while ((tag = fdt_next_tag(tree, at, &next)) != FDT_END) {
		struct fdt_property *prop = (void *)(tree + at +
						     fdt_off_dt_struct(tree));

		if (tag == FDT_PROP)
			fdt32_st(&prop->nameoff,
				 fdt32_ld(&prop->nameoff) + bytes);
		at = next;
	}
	fdt_set_off_dt_strings(tree, fdt_off_dt_strings(tree) - bytes);
	fdt_set_size_dt_strings(tree, fdt_size_dt_strings(tree) + bytes);
}

/* A block that begins where the reservations do doesn't end them. */
static void test_strings_that_begin_with_the_reservations(void **state)
{
	(void)state;
	put(create(tree, FIXTURE_MAX));
	put(add_reservemap_entry(tree, 0x88000000, 0x1000));
	begin_root(1, 1);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	end();
	put(finish(tree));
	begin_strings(fdt_off_dt_strings(tree) - fdt_off_mem_rsvmap(tree));
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_memory("80000000-bfffffff 0\n");
	assert_reserved("88000000-88000fff reserved memreserve\n");
	assert_clean();
}

/* The strings between reservations and structure. */
static void test_strings_before_the_structure(void **state)
{
	static _Alignas(8) unsigned char blob[4096];
	uint32_t at = 40 + 16, strings;

	(void)state;
	usual();
	end();
	put(finish(tree));
	strings = fdt_size_dt_strings(tree);
	memset(blob, 0, sizeof(blob));
	memcpy(blob, tree, 40);
	fdt_set_off_mem_rsvmap(blob, 40);
	memcpy(blob + at, tree + fdt_off_dt_strings(tree), strings);
	fdt_set_off_dt_strings(blob, at);
	at = ALIGN(at + strings, 4);
	memcpy(blob + at, tree + fdt_off_dt_struct(tree),
	       fdt_size_dt_struct(tree));
	fdt_set_off_dt_struct(blob, at);
	fdt_set_totalsize(blob, at + fdt_size_dt_struct(tree));
	fixture_boot(blob, fdt_totalsize(blob));
	fixture_scan();
	assert_memory("80000000-bfffffff 0\n");
	assert_reserved("");
	assert_clean();
}

/* A bank that doesn't fill the last page that there is can't be asked. */
static void test_bank_at_the_very_end(void **state)
{
	(void)state;
	root(2, 1);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", 0, FIXTURE_RAM, FIXTURE_RAM_SIZE,
		 0xffffffff, 0xfffff800, 0x800);
	end();
	load(LARGE_BRK);
	host.phys_bits = 64;
	fixture_scan();
	assert_memory("80000000-bfffffff 0\n");
	assert_int_equal(log_count("W-MEM-ABSENT"), 0);
}

/* rescan(): all of it once more, with little brk, on a machine that was changed. */
static void rescan(void)
{
	brk_init(UNIT_BRK_BASE, UNIT_BRK_BASE + SMALL_BRK);
	stage_begin(STAGE_VERIFY);
	of_verify(FIXTURE_DTB);
	of_scan_machine(0);
	fixture_scan();
}

/* Room is looked for in what a region, or a usable range, leaves; where there is
 * none, a boot that needs none goes on. */
static void test_room_where_there_is_none(void **state)
{
	(void)state;
	usual();
	regions(1);
	node("all");
	put_list("reg", 0x80000000, 0x40000000);
	end();
	end();
	scan(SMALL_BRK);
	assert_log("bytes in a row are nobody's");
	usual();
	node("chosen");
	put_list("linux,usable-memory-range", 0x10000000, 0x1000,
		 0x80300000, 0, 0x80300000, 0x10000000);
	end();
	scan(SMALL_BRK);
	assert_log("of: brk goes on at ");
	usual();
	regions(1);
	node("empty");
	put_list("reg", 0x90000000, 0);
	end();
	end();
	node("chosen");
	put_list("linux,usable-memory-range", 0x80300000, 0x1000);
	end();
	scan(SMALL_BRK);
	assert_log("bytes in a row are nobody's");
}

/* Banks where there is no RAM, or not as much: at their end, at both. More of them
 * than are tried. */
static void test_room_in_what_does_not_answer(void **state)
{
	(void)state;
	root(1, 1);
	memory(0xe0000000, 0x1000000);
	memory(0xd0000000, 0x1000000);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	load(LARGE_BRK);
	host_ram(0xe0000000, 0x2000);
	rescan();
	assert_log("of: brk goes on at [0x000000008");
	root(1, 1);
	for (uint32_t i = 0; i < 65; i++)
		memory(0xd0000000 + i * 0x100000, 0x100000);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	scan(PAGE(14));
	assert_log("bytes in a row are nobody's");
	assert_memory("80000000-bfffffff 0\n");
}

/* A CPU with 64 bits of address, and one that doesn't reach a bank's end. */
static void test_room_by_the_reach_of_the_cpu(void **state)
{
	(void)state;
	usual();
	load(LARGE_BRK);
	host.phys_bits = 64;
	rescan();
	assert_log("of: brk goes on at ");
	root(2, 2);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", 0, FIXTURE_RAM, 1, 0);
	end();
	node("chosen");
	put_bytes("bootargs", "noprobe\0");
	end();
	load(LARGE_BRK);
	host.phys_bits = 32;
	rescan();
	assert_memory("80000000-ffffffff 0\n");
	assert_log("of: brk goes on at ");
}

/* No /chosen, ranges past 2^64, banks that the CPU doesn't reach. */
static void test_room_in_odd_trees(void **state)
{
	(void)state;
	root(2, 2);
	node("memory@80000000");
	put_bytes("device_type", "memory\0");
	put_list("reg", 0, FIXTURE_RAM, 0, FIXTURE_RAM_SIZE, 1, 0, 1, 0);
	end();
	node("reserved-memory");
	put_list("#address-cells", 4);
	put_list("#size-cells", 2);
	put_bytes("ranges", "");
	node("wide");
	put_list("reg", 1, 0, 0, 0, 0, 0x1000);
	end();
	node("last");
	put_list("reg", 0, 0, 0xffffffff, 0xfffff000, 0, 0x10000);
	end();
	end();
	load(SMALL_BRK);
	host.phys_bits = 32;
	fixture_scan();
	assert_memory("80000000-bfffffff 0\n");
	assert_log("of: brk goes on at ");
	assert_int_equal(log_count("W-REG-CELLS"), 1);
	assert_int_equal(log_count("W-REG-WRAP"), 1);
}

/* A bank of which all is somebody's, and a page 0 that would do: no image is above
 * it. */
static void test_room_in_a_bank_that_is_taken(void **state)
{
	(void)state;
	root(1, 1);
	memory(0, 0x100000);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	regions(1);
	region("all", 0, 0x100000, NULL);
	end();
	load(LARGE_BRK);
	host_ram(0, 0x100000);
	remove_image();
	rescan();
	assert_log("of: brk goes on at [0x000000008");
}

/* More CPUs, and more reserved ranges, than the brk of an image holds. */
static void test_room_for_what_is_counted(void **state)
{
	static fdt32_t hwids[12000];

	(void)state;
	usual();
	node("cpus");
	put_list("#address-cells", 1);
	put_list("#size-cells", 0);
	node("cpu@0");
	put_bytes("device_type", "cpu\0");
	put(property(tree, "reg", hwids, (int)sizeof(hwids)));
	end();
	end();
	scan(SMALL_BRK);
	assert_int_equal(machine.nr_cpus, ARRAY_SIZE(hwids));
	put(create(tree, FIXTURE_MAX));
	for (uint64_t i = 1; i < 3000; i++)
		put(add_reservemap_entry(tree, 0x88000000 + PAGE(2 * i), PAGE(1)));
	begin_root(1, 1);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	scan(SMALL_BRK);
	assert_true(memblock_is_reserved(0x88000000 + PAGE(2 * 2999)));
}

/* Without CPUs there is no list of them, nor their clock. */
static void test_no_cpus(void **state)
{
	(void)state;
	usual();
	node("cpus");
	put_list("timebase-frequency", 10000000);
	end();
	boot();
	assert_null(machine.cpus);
	assert_int_equal(machine.timebase, 0);
}

/* assert_room(): the bank at 0x90000000 has @pages, of which all but so many bytes
 * may be used and the first is somebody's. What is first asked for is found where
 * they are enough, a page at the end aside, and nothing behind them is taken. */
static void assert_room(unsigned int pages, uint32_t but)
{
	static const char none[] = "of: no 0x";
	uint32_t size = pages * (uint32_t)PAGE_SIZE;
	const char *refused, *found;

	root(1, 1);
	memory(0x90000000, but ? 0x100000 : size);
	node("chosen");
	if (but)
		put_list("linux,usable-memory-range", 0x90000000, size - but);
	end();
	regions(1);
	region("first", 0x90000000, 1, NULL);
	end();
	scan(SMALL_BRK);
	refused = strstr(host_log(), none);
	found = strstr(host_log(), "of: brk goes on at ");
	assert_true(refused || found);
	assert_no_log("of: brk goes on at [0x0000000090000000");
	if (refused && (!found || refused < found))
		assert_true(strtoul(refused + sizeof(none) - 1, NULL, 16) >
			    size - PAGE(2));
	assert_false(memblock_is_reserved(0x90000000 + size - (but != 0)));
}

static void test_room_that_is_just_enough(void **state)
{
	(void)state;
	for (unsigned int pages = 8; pages < 32; pages++) {
		assert_room(pages, 0);
		assert_room(pages, 1);
	}
}

/* An empty range at 0 takes no room from anybody. */
static void test_room_beside_an_empty_range(void **state)
{
	(void)state;
	usual();
	regions(1);
	region("empty", 0, 0, NULL);
	end();
	scan(SMALL_BRK);
	assert_log("of: brk goes on at ");
}

/* Where there is no /chosen nothing is marked for it, here the initrd is. */
static void test_room_behind_the_initrd(void **state)
{
	(void)state;
	usual();
	node("chosen");
	put_list("linux,initrd-start", 0x80204000);
	put_list("linux,initrd-end", 0x81000000);
	end();
	load(LARGE_BRK);
	host.firmware_name = "some firmware";
	rescan();
	assert_log("of: brk goes on at [0x0000000081000000-");
}

/* A page more than there are pieces: each of them is two pages. */
static void test_room_in_a_page_more_than_pieces(void **state)
{
	(void)state;
	root(1, 1);
	memory(0x90000000, 0x1002000);
	regions(1);
	region("first", 0x90000000, 0x1000, NULL);
	region("last", 0x91000000, 0x1000, NULL);
	end();
	scan(SMALL_BRK);
	assert_log("of: brk goes on at [0x0000000090002000-");
}

/* Memory that ends where the image begins is below it all the same: where firmware may
 * be there that nobody names, it isn't taken. */
static void test_room_below_the_image(void **state)
{
	(void)state;
	root(1, 1);
	memory(FIXTURE_RAM, 0x100000);
	memory(FIXTURE_RAM + 0x100000, 0x100000);
	memory((uint32_t)FIXTURE_IMAGE, 0x10000000);
	load(LARGE_BRK);
	rescan();
	assert_log("of: brk goes on at [0x0000000080000000");
	fixture_boot_brk(tree, fdt_totalsize(tree), LARGE_BRK);
	host.firmware_name = "some firmware";
	rescan();
	assert_log("of: brk goes on at [0x00000000802");
}

/* Two equal banks, one of which the CPU doesn't reach. */
static void test_room_that_the_cpu_does_not_reach(void **state)
{
	(void)state;
	root(2, 2);
	node("memory");
	put_bytes("device_type", "memory\0");
	put_list("reg", 1, 0, 0, FIXTURE_RAM_SIZE,
		 0, FIXTURE_RAM, 0, FIXTURE_RAM_SIZE);
	end();
	load(LARGE_BRK);
	host_ram((phys_addr_t)1 << 32, FIXTURE_RAM_SIZE);
	host.phys_bits = 32;
	rescan();
	assert_log("of: brk goes on at [0x0000000080");
	assert_memory("80000000-bfffffff 0\n");
}

/* room_in(): where brk goes on with @size bytes of RAM in a bank of 16 MiB that
 * stands before all others, and into *@last the end of that. */
static phys_addr_t room_in(phys_addr_t size, phys_addr_t *last)
{
	static const char found[] = "of: brk goes on at [";
	const char *line;
	char *end;
	phys_addr_t start;

	root(1, 1);
	memory(0xd0000000, 0x1000000);
	memory(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	load(LARGE_BRK);
	host_ram(0xd0000000, size);
	rescan();
	line = strstr(host_log(), found);
	assert_non_null(line);
	start = strtoul(line + sizeof(found) - 1, &end, 16);
	*last = strtoul(end + 1, NULL, 16);
	return start;
}

/* RAM to the last word of the room is enough, and a page less isn't. */
static void test_room_that_ends_with_the_ram(void **state)
{
	phys_addr_t last, size;

	(void)state;
	assert_int_equal(room_in(0x1000000, &last), 0xd0000000);
	size = last - 0xd0000000 + 1;
	assert_int_equal(room_in(size, &last), 0xd0000000);
	assert_int_equal(last - 0xd0000000 + 1, size);
	assert_in_range(room_in(size - PAGE_SIZE, &last), 0x80000000, 0xbfffffff);
}

/* Where there is room for it, or some is found, there is a list of nodes, and they
 * are counted. */
static void test_nodes_are_listed(void **state)
{
	(void)state;
	usual();
	load(LARGE_BRK);
	assert_no_log("brk goes on");
	assert_int_equal(of_next(OF_ROOT), 1);
	usual();
	load(SMALL_BRK);
	assert_log("of: brk goes on at ");
	assert_int_equal(of_next(OF_ROOT), 1);
}

/* A CPU that names no node is in node 0, also where there is a node 1. */
static void test_cpu_without_a_node(void **state)
{
	(void)state;
	root(1, 1);
	bank("memory@80000000", FIXTURE_RAM, 0x10000000, 0);
	bank("memory@90000000", FIXTURE_RAM + 0x10000000, 0x10000000, 1);
	node("cpus");
	put_list("#address-cells", 1);
	put_list("#size-cells", 0);
	node("cpu@0");
	put_list("reg", 0);
	end();
	end();
	boot();
	assert_int_equal(machine.nr_cpus, 1);
	assert_int_equal(node_hwid(machine.cpus[0].nid), 0);
}

/* What the tree before said of the CPUs isn't this one's. */
static void test_cpus_of_another_tree(void **state)
{
	(void)state;
	usual();
	load(PAGE(16));
	machine.mmu_type = "of the tree before";
	of_scan_machine(0);
	assert_null(machine.mmu_type);
}

/* Nor are its devices. */
static void test_devices_of_another_tree(void **state)
{
	(void)state;
	usual();
	load(PAGE(16));
	machine.irq.dist = 0x1000;
	machine.poweroff.pa = 0x2000;
	machine.uart.base = 0x3000;
	machine.psci_method = "of the tree before";
	of_scan_machine(0);
	assert_int_equal(machine.irq.dist, 0);
	assert_int_equal(machine.poweroff.pa, 0);
	assert_int_equal(machine.uart.base, 0);
	assert_null(machine.psci_method);
}

/* A text that is fine is shown as it stands in the blob, up to its longest. */
static void test_text_that_is_fine_is_not_copied(void **state)
{
	const char *blob;
	char text[81];

	(void)state;
	memset(text, 'm', sizeof(text));
	text[80] = '\0';
	load_model(text);
	blob = phys_to_virt(FIXTURE_DTB);
	assert_true(machine.model > blob &&
		    machine.model < blob + fdt_totalsize(blob));
}

/* A seed is as long as its property says: what fills the last word up isn't it. */
static void test_seed_that_fills_no_word(void **state)
{
	unsigned long seed;
	char *bytes;

	(void)state;
	usual();
	node("chosen");
	put_bytes("rng-seed", "seeds");
	end();
	load(PAGE(16));
	assert_true(machine.seeded);
	seed = machine.seed;
	bytes = fdt_getprop_w(tree, fdt_path_offset(tree, "/chosen"),
			      "rng-seed", NULL);
	bytes[5] = 'x';
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(16));
	assert_int_equal(machine.seed, seed);
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_model_that_is_empty),
		TEST(test_model_that_is_long),
		TEST(test_bootargs_with_white_space),
		TEST(test_paths_of_stdout),
		TEST(test_older_name_of_stdout),
		TEST(test_path_that_is_the_begin_of_a_name),
		TEST(test_layouts_of_registers),
		TEST(test_compatible_without_an_end),
		TEST(test_status_of_devices),
		TEST(test_status_without_an_end),
		TEST(test_syscon_that_lacks_something),
		TEST(test_finisher_beside_a_syscon),
		TEST(test_psci),
		TEST(test_windows_of_a_bus),
		TEST(test_windows_above_64_bits),
		TEST(test_reach_of_the_cpu),
		TEST(test_usable_ranges),
		TEST(test_usable_range_without_bytes),
		TEST(test_usable_range_to_the_end),
		TEST(test_words_of_mem),
		TEST(test_entries_of_four_cells),
		TEST(test_entries_of_no_cells),
		TEST(test_memory_without_any_property),
		TEST(test_banks_of_which_one_is_hotpluggable),
		TEST(test_node_id_that_is_no_cell),
		TEST(test_node_that_has_only_a_cpu),
		TEST(test_distance_map_without_a_matrix),
		TEST(test_ends_of_the_initrd),
		TEST(test_initrd_that_leaves_memory),
		TEST(test_initrd_in_the_reservation_block),
		TEST(test_regions_that_are_translated),
		TEST(test_sizes_that_are_none),
		TEST(test_sizes_that_are_no_whole_pages),
		TEST(test_region_that_has_one_place),
		TEST(test_alloc_ranges_that_are_empty),
		TEST(test_many_users_of_a_region),
		TEST(test_users_that_just_fit),
		TEST(test_many_lost_users),
		TEST(test_region_inside_a_reusable_one),
		TEST(test_regions_that_share_a_byte),
		TEST(test_chain_of_regions),
		TEST(test_region_in_two_nodes),
		TEST(test_region_of_which_a_byte_is_memory),
		TEST(test_region_of_which_a_range_is_empty),
		TEST(test_alloc_ranges_that_are_zero),
		TEST(test_user_of_the_root),
		TEST(test_image_that_is_not_there),
		TEST(test_image_of_three_segments),
		TEST(test_region_of_many_ranges),
		TEST(test_room_for_devices_only),
		TEST(test_memory_without_a_whole_page),
		TEST(test_memory_of_one_page),
		TEST(test_firmware_that_nobody_names),
		TEST(test_firmware_below_the_tree),
		TEST(test_image_at_the_begin_of_its_bank),
		TEST(test_segments_of_the_image),
		TEST(test_memory_from_zero_on),
		TEST(test_memory_that_does_not_answer),
		TEST(test_memory_that_ends_early),
		TEST(test_blobs_that_end_in_their_header),
		TEST(test_text_of_what_is_not_there),
		TEST(test_property_that_was_taken_out),
		TEST(test_reservation_block_behind_the_rest),
		TEST(test_reservation_up_to_the_end),
		TEST(test_strings_that_begin_with_the_reservations),
		TEST(test_strings_before_the_structure),
		TEST(test_bank_at_the_very_end),
		TEST(test_room_where_there_is_none),
		TEST(test_room_in_what_does_not_answer),
		TEST(test_room_by_the_reach_of_the_cpu),
		TEST(test_room_in_odd_trees),
		TEST(test_room_in_a_bank_that_is_taken),
		TEST(test_room_for_what_is_counted),
		TEST(test_no_cpus),
		TEST(test_room_that_is_just_enough),
		TEST(test_room_beside_an_empty_range),
		TEST(test_room_behind_the_initrd),
		TEST(test_room_in_a_page_more_than_pieces),
		TEST(test_room_below_the_image),
		TEST(test_room_that_the_cpu_does_not_reach),
		TEST(test_room_that_ends_with_the_ram),
		TEST(test_nodes_are_listed),
		TEST(test_cpu_without_a_node),
		TEST(test_cpus_of_another_tree),
		TEST(test_devices_of_another_tree),
		TEST(test_text_that_is_fine_is_not_copied),
		TEST(test_seed_that_fills_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
