"""Runs a program under what a systemd unit forbids at the kernel's door, where no systemd runs.

    python confined.py UNIT PROGRAM ARGUMENT…

Does what systemd 252 does for SystemCallFilter=, SystemCallErrorNumber=, RestrictAddressFamilies=
and MemoryDenyWriteExecute=, with the same library. What needs mounts or other users is left out.
"""

import ctypes
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

ALLOW, ERROR = 0x7FFF0000, 0x00050000
EQUAL, MASKED_EQUAL, GREATER = 4, 7, 6
EXECUTE, WRITE, SHARED_EXECUTE = 4, 2, 0o100000
LAST_FAMILY = 46
"""The kernel knows no higher number of an address family."""


class _Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int),
                ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)]


class Filter:
    """A list of system calls with what is done about them, and about all others."""

    def __init__(self, otherwise: int):
        self._library = ctypes.CDLL("libseccomp.so.2")
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._filter = ctypes.c_void_p(self._library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action: int, call: str, *comparisons):
        """Does this when the call is made, with arguments like these."""
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return  # A call of another architecture.
        array = (_Comparison * len(comparisons))(*(_Comparison(*each) for each in comparisons))
        _succeed(self._library.seccomp_rule_add_array(
            self._filter, ctypes.c_uint32(action), number, len(comparisons), array))

    def load(self):
        """Holds from now on, for what is started, too."""
        _succeed(self._library.seccomp_load(self._filter))


def _succeed(result: int):
    if result < 0:
        raise OSError(-result, os.strerror(-result))


def settings(unit: Path, name: str) -> list[str]:
    """What a unit says for one name, line by line."""
    lines = unit.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def calls(group: str) -> set[str]:
    """The system calls of a group, those of the groups in it included."""
    if not group.startswith("@"):
        return {group}
    shown = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", group], capture_output=True, text=True,
        check=True).stdout.split("\n")[1:]
    names = [line.strip() for line in shown if line.strip() and "#" not in line]
    return set().union(*map(calls, names))


def allowed(unit: Path) -> set[str]:
    """The system calls that a unit allows."""
    found = calls("@default")  # systemd adds them to every list.
    for line in settings(unit, "SystemCallFilter"):
        named = set().union(*map(calls, line.removeprefix("~").split()))
        found = found - named if line.startswith("~") else found | named
    return found


def filters(unit: Path) -> list[Filter]:
    """What the unit forbids. All of it is read before any of it holds."""
    [number] = settings(unit, "SystemCallErrorNumber")
    listed = Filter(ERROR | getattr(errno, number))
    for call in allowed(unit):
        listed.add(ALLOW, call)
    return [_families(unit), _memory(unit), listed]


def _families(unit: Path) -> Filter:
    [line] = settings(unit, "RestrictAddressFamilies")
    named = {int(getattr(socket, name)) for name in line.split()}
    found, action = Filter(ALLOW), ERROR | errno.EAFNOSUPPORT
    for family in set(range(LAST_FAMILY + 1)) - named:
        found.add(action, "socket", (0, EQUAL, family, 0))
    found.add(action, "socket", (0, GREATER, LAST_FAMILY, 0))
    return found


def _memory(unit: Path) -> Filter:
    assert settings(unit, "MemoryDenyWriteExecute") == ["yes"]
    found, action, both = Filter(ALLOW), ERROR | errno.EPERM, EXECUTE | WRITE
    found.add(action, "mmap", (2, MASKED_EQUAL, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        found.add(action, call, (2, MASKED_EQUAL, EXECUTE, EXECUTE))
    found.add(action, "shmat", (2, MASKED_EQUAL, SHARED_EXECUTE, SHARED_EXECUTE))
    return found


if __name__ == "__main__":
    for each in filters(Path(sys.argv[1])):
        each.load()
    os.execv(sys.argv[2], sys.argv[2:])
