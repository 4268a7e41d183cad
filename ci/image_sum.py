#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the sum of an image into its header, for the image to check itself.

    ci/image_sum.py READELF FILE        an ELF file, which is changed

What is summed are the pieces of linker.ld that a loader delivers, but for the sum
itself, by the sum's definition in firmware/arch/common/settle.c: it is a pair of
64-bit numbers, the words added up and these sums added up.
"""

import re
import struct
import subprocess
import sys

# Borders of the pieces, pairs of symbols of linker.ld and of a port's header.
PIECES = [("image_start", "image_sum"), ("image_sum_end", "image_text_end"),
          ("image_rodata", "image_rodata_end"), ("image_data", "image_data_end")]

MASK = (1 << 64) - 1


def ask(readelf, option, path, pattern):
    """The groups of @pattern in each line that matches of what readelf says."""
    text = subprocess.run([readelf, option, path], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return re.findall(pattern, text, re.M)


def piece_bytes(data, segments, start, end):
    """What the file has of addresses [@start, @end)."""
    for offset, address, size in segments:
        if address <= start and end <= address + size:
            return data[offset + start - address:offset + end - address]
    sys.exit(f"image_sum.py: [{start:#x}-{end:#x}) isn't all in the file")


def add(sums, words):
    """@sums with @words in it."""
    first, second = sums
    for word in words:
        first = (first + word) & MASK
        second = (second + first) & MASK
    return first, second


def main():
    """Sum and write."""
    readelf, path = sys.argv[1:]
    symbols = {name: int(value, 16) for value, name in ask(
        readelf, "-sW", path, r"^\s*\d+: ([0-9a-f]+) .* (image_\w+)$")}
    segments = [tuple(int(word, 16) for word in match) for match in ask(
        readelf, "-lW", path,
        r"^\s*LOAD\s+(0x[0-9a-f]+) (0x[0-9a-f]+) 0x[0-9a-f]+ (0x[0-9a-f]+) ")]
    with open(path, "r+b") as file:
        data = file.read()
        sums = 0, 0
        for start, end in PIECES:
            piece = piece_bytes(data, segments, symbols[start], symbols[end])
            sums = add(sums, struct.unpack(f"<{len(piece) // 8}Q", piece))
        offset = next(offset + symbols["image_sum"] - address
                      for offset, address, size in segments
                      if address <= symbols["image_sum"] < address + size)
        file.seek(offset)
        file.write(struct.pack("<2Q", *sums))


if __name__ == "__main__":
    main()
