# SPDX-License-Identifier: BSD-2-Clause
"""Symbols of an ELF file: enough to know where the image begins and ends."""

import struct

# Offsets and sizes by the System V gABI, chapter 4; [class] is EI_CLASS.
EI_CLASS = 4
SECTION_TABLE = {1: (0x20, "<I", 0x2e), 2: (0x28, "<Q", 0x3a)}
SECTION = {1: "<10I", 2: "<IIQQQQIIQQ"}
SYMBOL = {1: "<IIIBBH", 2: "<IBBHQQ"}
SYMBOL_VALUE = {1: 1, 2: 4}
SHT_SYMTAB = 2


def sections(data, bits):
    """Every section header's fields."""
    offset_at, form, size_at = SECTION_TABLE[bits]
    offset = struct.unpack_from(form, data, offset_at)[0]
    size, count = struct.unpack_from("<HH", data, size_at)
    for i in range(count):
        yield struct.unpack_from(SECTION[bits], data, offset + i * size)


def symbols(path):
    """name -> value of the file's symbol table."""
    with open(path, "rb") as file:
        data = file.read()
    bits = data[EI_CLASS]
    headers = list(sections(data, bits))
    values = {}
    for header in headers:
        if header[1] != SHT_SYMTAB:
            continue
        names = headers[header[6]][4]
        table = data[header[4]:header[4] + header[5]]
        for symbol in struct.iter_unpack(SYMBOL[bits], table):
            start = names + symbol[0]
            name = data[start:data.index(b"\0", start)].decode()
            values[name] = symbol[SYMBOL_VALUE[bits]]
    return values
