# SPDX-License-Identifier: BSD-2-Clause
"""Both roads to the buddy lead to the same place.

Every machine of test_boot.py and every drawn tree of test_fixtures.py is booted with
early=bootmem and early=memblock, and ends alike by both. The
ledgers may differ in what the road itself takes, which they name, and in nothing
else: so each node has the same number of bytes in free and own rows together. A
road that takes the same on a node leaves the same in each of its zones, and says
the same in every other line.
"""

import re
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

import against_oracle
from boot import Scenario, boot, run
from test_boot import SCENARIOS, there_is
from test_fixtures import fixtures

ROADS = ("bootmem", "memblock")

# Kinds of what a road takes for itself.
OWN_KINDS = {"bitmap", "nodedata", "memblock", "pagetable", "stack", "percpu"}

# Lines that are about that, about time, or about which CPU came first.
OWN_LINES = re.compile(r"machine: |bootmem: node |Memory: |stage: |"
                       r"Node \d+, zone |"
                       rf"ledger: node \d+ (free|{'|'.join(OWN_KINDS)}) |"
                       r"ledger: total |page_alloc: ")


def own_bytes(report):
    """Node -> bytes that the road took."""
    own = Counter()
    for row in report.rows:
        own[row.nid] += row.size * (row.kind in OWN_KINDS)
    return own


def free_bytes(report):
    """Node -> bytes that are free."""
    free = Counter()
    for row in report.rows:
        free[row.nid] += row.size * (row.kind == "free")
    return free


def zone_bytes(report):
    """Node -> zone -> bytes in free blocks."""
    zones = defaultdict(dict)
    for blocks in report.blocks:
        zones[blocks.nid][blocks.zone] = sum(
            count << (12 + order) for order, count in enumerate(blocks.counts))
    return zones


def others(report):
    """The ledger's rows that are no road's own."""
    return sorted(row for row in report.rows
                  if row.kind not in OWN_KINDS | {"free"})


def compare(maps, lists):
    """The reports of both roads, with maps and without."""
    assert others(maps) == others(lists)
    own, free = own_bytes(maps), free_bytes(maps)
    assert own + free == own_bytes(lists) + free_bytes(lists)
    zones, own_lists = zone_bytes(lists), own_bytes(lists)
    for nid, found in zone_bytes(maps).items():
        if own[nid] == own_lists[nid]:
            assert found == zones[nid], nid
        else:
            assert sum(found.values()) - sum(zones[nid].values()) == \
                own_lists[nid] - own[nid], nid
    assert [stage.name for stage in maps.stages] == \
        [stage.name for stage in lists.stages]


def by(road, scenario):
    """@scenario, by @road."""
    return replace(scenario, append=f"{scenario.append} early={road}".strip())


@pytest.mark.parametrize("scenario", [*filter(there_is, SCENARIOS)],
                         ids=lambda s: s.name)
def test_both_roads(scenario, tmp_path):
    """Free bytes, stages and lines are the same but for the road's own."""
    maps, lists = (boot(by(road, scenario)) for road in ROADS)
    against_oracle.check(lists, tmp_path)
    compare(maps.report, lists.report)
    assert [line for line in maps.lines if not OWN_LINES.match(line)] == \
        [line for line in lists.lines if not OWN_LINES.match(line)]


@pytest.mark.parametrize("name", fixtures())
def test_drawn_tree(name):
    """A tree that is odd or broken ends alike, with the same warnings, and where it
    ends in a report, with the same books."""
    scenario = Scenario(name, dts=name, mem="1G", smp=4, append="")
    maps, lists = (run(by(road, scenario)) for road in ROADS)
    assert maps.status == lists.status
    assert maps.report.warnings == lists.report.warnings
    assert maps.report.panic == lists.report.panic
    if not maps.report.panic:
        compare(maps.report, lists.report)
