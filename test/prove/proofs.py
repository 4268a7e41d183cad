# SPDX-License-Identifier: BSD-2-Clause
"""The proofs: which function of which file, up to what bound, and which bug each
must refute. What is proved is said above the function, in C."""

from collections import namedtuple

Bug = namedtuple("Bug", "what path old new")
Bug.__doc__ = """A change of one place of one source: what it does wrong, in words;
the file; its text, which must be there once; and what comes in its stead."""

Proof = namedtuple("Proof", "file name bound bug unwind unwindset defines options "
                            "port nightly",
                   defaults=(2, (), (), (), "riscv", False))
Proof.__doc__ = """The function @name of test/prove/@file. @bound: for which values
it is proved. @unwind: turns of every loop, one more than are needed, but for those
of @unwindset. @port: whose page-table codec. @nightly: left out of make test."""

# Where pointers lead into tables at indices that aren't constant, checking each of
# them makes a formula too large: there, the sanitizers of the unit tests do it.
UNCHECKED = ("--no-pointer-check", "--no-pointer-primitive-check")

# CBMC has no body of it.
NO_CALLER = "__builtin_return_address(level)=((void *)0)"

PROOFS = [
    Proof("bitops.c", "lowest_bit_definition", "every value",
          Bug("one entry of the table is off by one", "lib/base/bitops.c",
              "46, 26, 40, 15", "46, 26, 41, 15"),
          defines=["CTZ_BY_TABLE"]),
    Proof("bitops.c", "aligned_runs_definition", "every value",
          Bug("runs of 8 may begin at multiples of 4", "lib/base/bitops.c",
              "0x0101010101010101", "0x1111111111111111"), unwind=65),
    Proof("bitops.c", "run_bits_definition", "every value",
          Bug("one bit too few", "lib/include/bitops.h",
              "64 - (1u << order)", "65 - (1u << order)")),
    Proof("bitops.c", "log2_definition", "every value",
          Bug("powers of two are rounded up", "lib/include/types.h",
              "log2_floor(n - 1) + 1", "log2_floor(n) + 1")),
    Proof("bitops.c", "rounding_definition", "every value",
          Bug("rounding up overflows at 2^64", "lib/include/types.h",
              "(PFN_DOWN(pa) + (((pa) & ~PAGE_MASK) != 0))",
              "PFN_DOWN((pa) + PAGE_SIZE - 1)")),
    Proof("of.c", "header_check_reads_inside", "blobs of 0 to 56 bytes",
          Bug("the magic number is read before the size is looked at",
              "lib/of/fdt_check.c",
              "	if (size < sizeof(struct fdt_header))\n"
              "		return -FDT_ERR_TRUNCATED;\n",
              "")),
    Proof("of.c", "tag_walk_reads_inside", "blobs of 0 to 56 bytes, any offset",
          Bug("that the whole tag is inside isn't asked", "libfdt/fdt.c",
              "	if (!fdt_offset_ptr(fdt, startoffset, "
              "offset - startoffset))\n"
              "		return FDT_END; /* premature end */\n\n"
              "	*nextoffset", "	*nextoffset"),
          unwind=20, options=["--no-signed-overflow-check"]),
    Proof("of.c", "own_tag_walk_reads_inside",
          "structure blocks of 0 to 32 bytes, any offset",
          Bug("a name may end behind the block", "lib/of/of_tags.h",
              "while (c < end && *c != '\\0')", "while (*c != '\\0')"),
          unwind=33),
    Proof("of.c", "number_is_big_endian", "0 to 4 cells of any value",
          Bug("only the cell before the last two must be 0",
              "lib/of/of_cells.c",
              "fits = fits && *value >> 32 == 0;",
              "fits = *value >> 32 == 0;"), unwind=5),
    Proof("of.c", "reg_start_counts_entries",
          "properties up to 32 bytes, any cells",
          Bug("a ragged property has one entry more", "lib/of/of_cells.c",
              "	return len / bytes;", "	return (len + bytes - 1) / bytes;")),
    Proof("of.c", "reg_next_stays_inside",
          "properties up to 32 bytes, any cells, 3 entries",
          Bug("an entry that passes 2^64 is not cut", "lib/of/of_cells.c",
              "	it->size = -it->base;", "	it->size = it->base;"),
          unwind=5, unwindset=["reg_next_stays_inside.0:33"]),
    Proof("brk.c", "brk_alloc_stays_inside", "any region, size, alignment",
          Bug("what alignment takes isn't counted", "lib/mm/brk.c",
              "size > brk_limit - begin", "size > brk_limit - brk_cur")),
    Proof("brk.c", "brk_seal_gives_unused_pages", "any region",
          Bug("the page that is in use is given away", "lib/mm/brk.c",
              "MIN(ALIGN(brk_cur, PAGE_SIZE), brk_limit)",
              "MIN(ALIGN_DOWN(brk_cur, PAGE_SIZE), brk_limit)")),
    Proof("codec.c", "riscv_leaf_round_trip", "every address, permission, level",
          Bug("what is writable only isn't readable",
              "firmware/arch/riscv/asm/pgtable.h",
              "if (prot & (VM_READ | VM_WRITE))", "if (prot & VM_READ)"),
          defines=["RISCV"], port="riscv"),
    Proof("codec.c", "riscv_table_round_trip", "every address and level",
          Bug("an entry that leads to a table has A set",
              "firmware/arch/riscv/asm/pgtable.h",
              "pte_encode_pa(pa) | PTE_V;", "pte_encode_pa(pa) | PTE_V | PTE_A;"),
          defines=["RISCV"], port="riscv"),
    Proof("codec.c", "arm64_leaf_round_trip", "every address, permission, level",
          Bug("device memory is cached", "firmware/arch/common/asm/lpae.h",
              "prot & VM_IO ? PTE_DEVICE : PTE_NORMAL | PTE_INNER",
              "PTE_NORMAL | PTE_INNER"),
          defines=["ARM64"], port="arm64"),
    Proof("codec.c", "arm64_table_round_trip", "every address and level",
          Bug("a table looks like a block", "firmware/arch/common/asm/lpae.h",
              "return pa | PTE_PAGE | PTE_VALID;", "return pa | PTE_VALID;"),
          defines=["ARM64"], port="arm64"),
    Proof("paging.c", "paging_lookup_is_the_hardware",
          "8 pages, 3 levels of 2 entries",
          Bug("a page ends where a large leaf would", "lib/mm/paging.c",
              "ALIGN_DOWN(pa, leaf_size(level)) + leaf_size(level);",
              "ALIGN_DOWN(pa, leaf_size(2)) + leaf_size(2);"), unwind=4,
          unwindset=["any_tables.1:8"]),
    Proof("page_cache.c", "cache_alloc_takes_a_free_block",
          "every state of a cache, orders 0 to 9",
          Bug("a hint is believed", "lib/include/page_cache.h",
              "__ATOMIC_ACQUIRE) & bit))\n		return false;",
              "__ATOMIC_ACQUIRE) & ~bit) && !bit)\n		return false;"),
          unwind=7),
    Proof("page_cache.c", "cache_free_refuses_what_is_free",
          "every state of a cache, orders 0 to 9",
          Bug("what is not allocated is freed", "lib/include/page_cache.h",
              "	if (!(__atomic_fetch_and(&cache->busy, ~bit, "
              "__ATOMIC_RELAXED) & bit))\n",
              "	if (!__atomic_fetch_and(&cache->busy, ~bit, "
              "__ATOMIC_RELAXED))\n"), unwind=7),
    Proof("numa.c", "numa_find_inverts_hwid", "3 nodes, any numbers",
          Bug("the search ends one node early", "lib/mm/numa.c",
              "			high = mid;", "			high = mid ? mid - 1 : 0;"),
          unwind=10),
    Proof("numa.c", "numa_distance_changes_one", "3 nodes, any distances",
          Bug("rows and columns are mixed up", "lib/mm/numa.c",
              "	distances[(size_t)from * (size_t)nr_node_ids + "
              "(size_t)to] =",
              "	distances[(size_t)to * (size_t)nr_node_ids + "
              "(size_t)from] ="), unwind=10),
    Proof("numa.c", "fallback_order_has_each_node_once",
          "3 nodes, any distances and loads",
          Bug("a node without memory is fallen back on", "lib/mm/zonelist.c",
              "		if (NODE_DATA(other)->node_present_pages)\n",
              "		if (NODE_DATA(other)->node_present_pages || !other)\n"), unwind=5,
          unwindset=["any_nodes.1:10"]),
    Proof("pfn_bits.c", "bits_between_definition", "every value",
          Bug("an end of 64 is taken for 0", "lib/mm/pfn_tree.c",
              "first < CHILDREN ? ~0ull << first : 0;",
              "~0ull << (first & (CHILDREN - 1));")),
    Proof("pfn_bits.c", "largest_run_definition", "every word",
          Bug("runs needn't be aligned", "lib/mm/pfn_tree.c",
              "mask &= mask >> (1u << order) & aligned_starts[order + 1];",
              "mask &= mask >> (1u << order);"), unwind=8),
    Proof("pfn_bits.c", "coalesce_definition", "every word, orders 0 to 6",
          Bug("the wrong neighbour is taken for the buddy",
              "lib/mm/pfn_tree.c",
              "unsigned int buddy = (c >> order ^ 1) << order;",
              "unsigned int buddy = ((c >> order) + 1) << order;"),
          unwind=8),
    Proof("bootmem.c", "bootmem_pages_of_a_range", "any range, to 2^64",
          Bug("a range to the last byte has no end", "lib/mm/bootmem.c",
              "	*end = size && addr + size == 0 ? PFN_DOWN(PHYS_ADDR_MAX) + 1\n"
              "					: PFN_DOWN(addr + size);\n",
              "	*end = PFN_DOWN(addr + size);\n")),
    Proof("pfn_tree.c", "tree_init_takes_all",
          "2 nodes of 2 words each, any garbage",
          Bug("the root's children aren't written", "lib/mm/pfn_tree.c",
              "		write_child(tree, root, tree->root, child,\n"
              "			    child & (CHILDREN - 1));\n", "		;\n"),
          unwind=15, unwindset=["tree_init_takes_all.0:180"],
          defines=["DEEP"]),
    Proof("memblock.c", "memblock_search_definition", "lists of 3 regions",
          Bug("a byte between two regions is in the second",
              "lib/mm/memblock.c",
              "return i < type->cnt && type->regions[i].base <= pa ? (long)i : -1;",
              "return i < type->cnt ? (long)i : -1;"),
          unwind=5, defines=["ADDED=1"], options=UNCHECKED),
    Proof("memblock_alloc.c", "memblock_fit_stays_inside",
          "any range, size and alignment",
          Bug("rounding up may leave the range", "lib/mm/memblock_alloc.c",
              "		if (pa < start || pa > last || last - pa < size - 1)\n"
              "			return 0;\n", "")),
    Proof("zone.c", "zone_limits_share_out", "any pages and limit",
          Bug("a limit below the first page is believed", "lib/mm/mm_init.c",
              "MAX(min_low_pfn, MIN(limit, max_pfn))", "MIN(limit, max_pfn)")),
    Proof("zone.c", "order_of_is_smallest", "1 byte to 2^63",
          Bug("half a page is no page", "lib/mm/early_alloc.c",
              "log2_ceil(PFN_UP(size))", "log2_ceil(PFN_DOWN(size) | 1)")),
    Proof("pfn_tree.c", "tree_claim_takes_exactly", "3 words below one node",
          Bug("the last page of a range stays free", "lib/mm/pfn_tree.c",
              "	set_children(tree, level, index, bits_between(first, end),\n",
              "	set_children(tree, level, index, bits_between(first, end - "
              "(!level && change == CLAIMED)),\n"),
          unwind=8, unwindset=["any_tree.0:16"], options=UNCHECKED),
    Proof("pfn_tree.c", "tree_release_frees_exactly", "3 words below one node",
          Bug("the node isn't told of a word's largest block",
              "lib/mm/pfn_tree.c",
              "	for (int k = 0; k <= (int)child_order(level); k++) {\n"
              "		if (k <= largest)",
              "	for (int k = 0; k <= (int)child_order(level); k++) {\n"
              "		if (k < largest)"),
          unwind=8, unwindset=["any_tree.0:16"], options=UNCHECKED),
]
