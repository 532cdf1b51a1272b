"""What a process that reads other people's files gives up first: the network, and the secrets of this program.

Code that a hostile file slipped into a decoder would have the rights of whoever runs tdscreen. It is given no way to
send off what it finds. On Linux the kernel sees to it (seccomp, for x86_64 and aarch64); elsewhere a process has no
such thing to give up, and the work goes on without.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import sys
from pathlib import Path
from typing import ClassVar

_SECRET = ("TDSCREEN_CLINIC_KEY", "TDSCREEN_CLINIC_DATABASE", "TDSCREEN_FHIR_", "PGPASS", "AWS_")
"""How the names begin of what opens the store, its database, a record system or a storage of clips."""

_PR_SET_NO_NEW_PRIVS = 38
"""prctl(2): a program that this process starts gains nothing by its set-user-ID bit, without which an ordinary user may
set no filter."""
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
"""seccomp(2): for the threads that libraries have begun already, too."""
_MACHINES = {"x86_64": (0xC000003E, 317, 41), "aarch64": (0xC00000B7, 277, 198)}
"""By machine: its number in linux/audit.h, and those of the system calls seccomp and socket."""
_ALLOW, _FAIL_WITH = 0x7FFF0000, 0x00050000
_CALL_AT, _ARCHITECTURE_AT, _FAMILY_AT = 0, 4, 16
"""Bytes from the beginning of ``struct seccomp_data``; of the first argument the lower half, both machines being little
endian, which is all that the kernel reads of it."""
_IO_URING_SETUP = 425
"""Of both machines: what it sets up makes sockets that no filter sees (Linux from 5.19 on)."""
_X32 = 0x40000000
"""Marks a call of x86_64's other form, which means the same."""
_LOAD, _AND, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
"""Of linux/bpf_common.h: words, and constants to compare with."""


class _Instruction(ctypes.Structure):
    """``struct sock_filter``."""

    _fields_: ClassVar = [
        ("code", ctypes.c_ushort),
        ("if_true", ctypes.c_ubyte),
        ("if_false", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    ]


class _Program(ctypes.Structure):
    """``struct sock_fprog``."""

    _fields_: ClassVar = [("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction))]


def give_up_network() -> bool:
    """Refuse this process, and whatever it starts, every socket of the internet's families from here on.

    ``socket(AF_INET)`` and ``socket(AF_INET6)`` fail with ``EACCES``; loopback is of these families. Everything else
    stays, sockets of this machine (``AF_UNIX``) and those that are open already included, but
    for io_uring. A call in the form of another machine, such as a 32-bit one, whose arguments stand elsewhere, is
    refused whatever it is.

    Returns
    -------
    bool
        False where the kernel or the machine knows no such thing: nothing has changed then.

    References
    ----------
    Linux, Documentation/userspace-api/seccomp_filter.rst; seccomp(2).
    """
    if sys.platform != "linux" or sys.maxsize < 2**32 or platform.machine() not in _MACHINES:
        return False
    architecture, seccomp, call = _MACHINES[platform.machine()]
    instructions = _instructions(architecture, call)
    program = _Program(len(instructions), instructions)
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    set_by = libc.syscall(
        ctypes.c_long(seccomp),
        ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(_SECCOMP_FILTER_FLAG_TSYNC),
        ctypes.byref(program),
    )
    return bool(set_by == 0)


def child_environment() -> dict[str, str]:
    """Give the environment for such a process: this one's without its secrets, with the same modules to import."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
    return kept | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}


def _instructions(architecture: int, call: int) -> ctypes.Array[_Instruction]:
    """Write the filter, which the kernel runs at each system call. Jumps count the lines that they skip."""
    lines = (
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 0, 7, architecture),
        (_LOAD, 0, 0, _CALL_AT),
        (_AND, 0, 0, ~_X32 & 0xFFFFFFFF),
        (_JUMP_IF_EQUAL, 4, 0, _IO_URING_SETUP),
        (_JUMP_IF_EQUAL, 0, 4, call),
        (_LOAD, 0, 0, _FAMILY_AT),
        (_JUMP_IF_EQUAL, 1, 0, socket.AF_INET),
        (_JUMP_IF_EQUAL, 0, 1, socket.AF_INET6),
        (_RETURN, 0, 0, _FAIL_WITH | errno.EACCES),
        (_RETURN, 0, 0, _ALLOW),
    )
    return (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
