# SPDX-License-Identifier: BSD-2-Clause
"""Ports whose data is Device memory until paging is on: nothing in the image may
need more of memory than such memory can.

Alignment is checked by the CPU itself from the first instruction on, so an access
that isn't aligned is a trap in every other test. These tests find what none of
them may execute: in the whole image, or before paging is on.
"""

import re

import pytest

from boot import Scenario, boot, built
from elf import symbols
from ports import PORT

# An instruction, and the symbol that begins what follows.
INSTRUCTION = re.compile(r"^\s+[0-9a-f]+:\t[0-9a-f ]+\t(.*)$")
SYMBOL = re.compile(r"^[0-9a-f]+ <(\w+)>:$")


def instructions():
    """(function, instruction) of the whole image."""
    function = None
    with open(built("firmware.asm"), errors="replace") as listing:
        for line in listing:
            symbol, instruction = SYMBOL.match(line), INSTRUCTION.match(line)
            if symbol:
                function = symbol[1]
            elif instruction:
                yield function, instruction[1].split("//")[0].strip()


if PORT.not_on_device_memory:
    @pytest.mark.parametrize("pattern, allowed",
                             PORT.not_on_device_memory.items())
    def test_no_such_instruction(pattern, allowed):
        """Only functions that are known to be safe have such an instruction."""
        found = {function for function, instruction in instructions()
                 if re.match(pattern, instruction)}
        assert [name for name in sorted(found)
                if not allowed or not re.fullmatch(allowed, name)] == []


# A line of QEMU's -d in_asm: address, encoding, instruction.
EXECUTED = re.compile(r"0x([0-9a-f]+):\s+[0-9a-f]+\s+(.*)")

# Boots that go different ways before paging is on: a good one, one with warnings,
# one that ends in a panic.
BEFORE_PAGING = [
    Scenario("good", append="memblock=debug"),
    Scenario("warned", append="mem=x", warnings=frozenset({"W-BOOTARG-MEM"})),
    Scenario("failed", append="failalloc=1", passes=False, says="panic"),
]


def executed_before(log, end):
    """Instructions of QEMU's @log, in the order in which blocks were first met, up
    to address @end."""
    for line in log.read_text(errors="replace").splitlines():
        match = EXECUTED.match(line)
        if match and int(match[1], 16) == end:
            return
        if match:
            yield match[2]


if PORT.not_before_paging:
    @pytest.mark.parametrize("scenario", BEFORE_PAGING, ids=lambda s: s.name)
    def test_none_before_paging(scenario, tmp_path):
        """Until the function that switches paging on runs, no instruction does
        that memory need not take without it."""
        log = tmp_path / "blocks"
        boot(scenario, [*scenario.command(built("firmware.elf")),
                        "-d", "in_asm,nochain", "-D", str(log)])
        end = symbols(built("firmware.elf"))[PORT.paging_on]
        found = list(executed_before(log, end))
        assert len(found) > 2000
        assert [text for text in found
                if re.match(PORT.not_before_paging, text)] == []
