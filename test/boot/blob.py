# SPDX-License-Identifier: BSD-2-Clause
"""A device tree's blob by its bytes, for tests that need one libfdt wouldn't write."""

import struct

# Bytes of the header's fields (devicetree specification, 5.2).
MAGIC, TOTALSIZE, OFF_STRUCT, OFF_STRINGS, OFF_RSVMAP = 0, 4, 8, 12, 16
VERSION, LAST_COMP, SIZE_STRUCT = 20, 24, 36

# Tokens of the structure block (5.4.1), and bytes of a property's header.
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9
LEN, NAMEOFF = 4, 8


def field(blob, offset):
    """The 32-bit field at @offset of @blob."""
    return struct.unpack_from(">I", blob, offset)[0]


def corrupted(blob, offset, value):
    """@blob with the 32-bit field at @offset set to @value."""
    changed = bytearray(blob)
    struct.pack_into(">I", changed, offset, value)
    return bytes(changed)
