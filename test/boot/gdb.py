# SPDX-License-Identifier: BSD-2-Clause
"""A debugger's hands inside QEMU: stop where the image begins, change memory.

QEMU speaks the GDB remote serial protocol (GDB's manual, appendix E) on a
socket. That is the way to have the image see something that whatever runs
before it would never have passed on.
"""

import contextlib
import socket
import subprocess
import time

import qemu

# Seconds to wait for QEMU to listen, and for an answer.
PATIENCE = 20

# Bytes that are read at a time.
READ_BYTES = 1024

# Two words that no CPU of any port executes, for a function's first instructions.
ILLEGAL = bytes(8)


class Gdb:
    """One connection to a QEMU that was started stopped."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self.stream = self.socket.makefile("rb")

    def ask(self, text):
        """Send a packet; the answer's text."""
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))
        while self.stream.read(1) != b"$":
            pass
        answer = b""
        while not answer.endswith(b"#"):
            answer += self.stream.read(1)
        self.stream.read(2)
        # The machine may have come to its end before this arrives.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(b"+")
        return answer[:-1].decode()

    def run_to(self, address):
        """Let it run until a CPU is about to execute @address."""
        assert self.ask(f"Z1,{address:x},4") == "OK"
        assert self.ask("c")[0] in "TS"
        assert self.ask(f"z1,{address:x},4") == "OK"

    def write(self, address, data):
        """Change memory, as the CPU that stopped addresses it."""
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def read(self, address, size):
        """Memory, as the CPU that stopped addresses it."""
        data = b""
        while len(data) < size:
            part = min(size - len(data), READ_BYTES)
            answer = self.ask(f"m{address + len(data):x},{part:x}")
            assert not answer.startswith("E"), f"no memory at {address:#x}"
            data += bytes.fromhex(answer)
        return data

    def register(self, number):
        """A register of the CPU that stopped, by GDB's number; those before it have 8
        bytes each."""
        data = bytes.fromhex(self.ask("g"))[8 * number:8 * number + 8]
        return int.from_bytes(data, "little")

    def leave(self):
        """Let it run on by itself."""
        assert self.ask("D") == "OK"
        self.stream.close()
        self.socket.close()


@contextlib.contextmanager
def stopped(command, folder, address):
    """QEMU, run by @command up to @address: a Gdb, while the machine stands."""
    path = folder / "gdb"
    command = command + ["-S", "-chardev",
                         f"socket,id=gdb,path={path},server=on,wait=off",
                         "-gdb", "chardev:gdb"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.STDOUT) as process:
        try:
            gdb = Gdb(path)
            gdb.run_to(address)
            yield gdb
        finally:
            process.kill()


def run_changed(command, folder, start, address, data):
    """Run QEMU by @command, and when it gets to @start put @data at @address;
    (status, text) as qemu.run() gives them."""
    path = folder / "gdb"
    command = command + ["-S", "-chardev",
                         f"socket,id=gdb,path={path},server=on,wait=off",
                         "-gdb", "chardev:gdb"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        try:
            gdb = Gdb(path)
            gdb.run_to(start)
            gdb.write(address, data)
            gdb.leave()
            text, _ = process.communicate(timeout=qemu.TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            text, _ = process.communicate()
            return qemu.TIMEOUT_STATUS, text.decode(errors="replace")
        except BaseException:
            process.kill()
            raise
    return process.returncode, text.decode(errors="replace")
