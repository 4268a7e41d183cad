# SPDX-License-Identifier: BSD-2-Clause
"""docs/early-memory.md against the tree: what its tables say is there is there.

Every function that a table places in a file stands in that file, and a unit test
is named after it: test_<function>, or test_<function>_<of what>. A function that is
not here has a reason. No function that Linux offers is left out, and every test that
the page names exists.
"""

import re
from functools import lru_cache

import pytest

from paths import TOP

DOCUMENT = TOP / "docs" / "early-memory.md"

# A table's row: `function` | [file](where) or - | Linux | what differs.
ROW = re.compile(r"^\| `(\w+)` \| (?:\[[\w.]+\]\(\.\./(\S+)\)|(–)) \| "
                 r"(.+?) \| (.+) \|$", re.M)

# A test that the page names, and a test's definition.
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^static void (test_\w+)\(void \*\*\w+\)$", re.M)

# Rows at least: a table that isn't read as one would have none.
FEWEST_ROWS = 100

# What Linux declares, written down from its headers and not from the page:
# include/linux/bootmem.h of 4.19, include/linux/memblock.h of 6.12, what 7.0 adds,
# and what x86 has of brk. {a,b} are several names; an empty one is none.
LINUX = """
{init_,reserve_,free_}bootmem init_bootmem_node bootmem_bootmap_pages bootmem_debug
{reserve_,free_}bootmem_node free_bootmem_late free_all_bootmem
reset_all_zones_managed_pages
__alloc_bootmem{,_nopanic,_node,_node_nopanic,_node_high,_low,_low_nopanic,_low_node}
___alloc_bootmem_node_nopanic
alloc_bootmem{,_align,_nopanic,_pages,_pages_nopanic,_node,_node_nopanic}
alloc_bootmem{_pages_node,_pages_node_nopanic,_low,_low_pages,_low_pages_nopanic}
alloc_bootmem_low_pages_node
memblock_{add,add_node,physmem_add,remove,reserve,phys_free,free,free_late}
memblock_{mark,clear}_{hotplug,nomap} memblock_mark_mirror memblock_set_node
memblock_reserved_mark_noinit memblock_alloc_range_nid memblock_bottom_up
memblock_phys_alloc{,_range,_try_nid} memblock_set_bottom_up memblock_double_array
memblock_alloc{,_raw,_from,_low,_node,_try_nid,_try_nid_raw,_exact_nid_raw,_or_panic}
memblock_{set,get}_current_limit memblock_enforce_memory_limit
memblock_cap_memory_range memblock_mem_limit_remove_map memblock_trim_memory
memblock_is_{memory,map_memory,reserved,region_memory,region_reserved}
memblock_overlaps_region memblock_search_pfn_nid memblock_{start,end}_of_DRAM
memblock_{phys_mem,reserved}_size memblock_estimated_nr_free_pages
memblock_validate_numa_coverage memblock_allow_resize memblock_free_all
memblock_discard memblock_dump_all memblock_reserve_kern memblock_mark_kho_scratch
for_each_mem_{region,range,range_rev,pfn_range} for_each_physmem_range
for_each_free_mem_{range,range_reverse,pfn_range_in_zone}
for_each_reserved_mem_range
memblock_region_{memory,reserved}_{base,end}_pfn
reserve_mem{,_find_by_name,_release_by_name} reserved_kern_size free_reserved_area
{extend,reserve}_brk
"""

ROWS = ROW.findall(DOCUMENT.read_text())
HERE = {name: path for name, path, absent, _, _ in ROWS if not absent}


@lru_cache(maxsize=None)
def unit_tests():
    """Names of all unit tests."""
    return {name for path in (TOP / "test" / "unit").glob("test_*.c")
            for name in DEFINED.findall(path.read_text())}


def function_of(test):
    """The function that @test is named after, the longest there is, or None."""
    words = test.removeprefix("test_")
    return max((name for name in HERE
                if words == name or words.startswith(name + "_")),
               key=len, default=None)


def test_rows_are_read():
    """The page's tables have the form that is looked for here."""
    lines = [line for line in DOCUMENT.read_text().splitlines()
             if re.match(r"\| `(?!test_)", line)]
    assert len(lines) == len(ROWS) >= FEWEST_ROWS
    assert len({row[0] for row in ROWS}) == len(ROWS), "a function twice"


@pytest.mark.parametrize("name", HERE)
def test_here(name):
    """It is in the file that the table says, and has a test of its name."""
    text = (TOP / HERE[name]).read_text()
    assert re.search(rf"\b{name}\b", text), f"not in {HERE[name]}"
    assert name in {function_of(test) for test in unit_tests()}, "no test_" + name


def spelled_out(word):
    """The names that @word with its braces stands for."""
    match = re.search(r"\{(.*?)\}", word)
    if not match:
        return [word]
    return [name for part in match[1].split(",") for name in
            spelled_out(word[:match.start()] + part + word[match.end():])]


def test_nothing_left_out():
    """Every function of Linux's is in a table, by its name there."""
    listed = {name for name, _, _, linux, _ in ROWS
              for name in (name, *re.findall(r"`(\w+)`", linux))}
    missing = {name for word in LINUX.split()
               for name in spelled_out(word)} - listed
    assert not missing


def test_absent_for_a_reason():
    """What isn't here says why."""
    for name, _, absent, _, why in ROWS:
        if absent:
            assert why.startswith("not needed: "), name


def test_named_tests_exist():
    """Every test that the page names is one."""
    named = set(NAMED.findall(DOCUMENT.read_text()))
    assert named and named <= unit_tests(), named - unit_tests()
