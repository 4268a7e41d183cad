# SPDX-License-Identifier: BSD-2-Clause
"""Ports whose data is Device memory until paging is on: nothing in the image may
need more of memory than such memory can.

Alignment is checked by the CPU itself from the first instruction on, so an access
that isn't aligned is a trap in every other test. These tests find what none of
them may execute.
"""

import re

import pytest

from boot import built
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
