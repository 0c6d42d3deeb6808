"""Limits of the child, set by itself before it reads the first byte of a file.

Memory, CPU time and file size by rlimits; file system, network and programs by a seccomp filter (Linux, x86-64 and
ARM64) and, where allowed, a network namespace of its own. Each measure is tried; `confine` says which ones hold.
"""

import ctypes
import os
import resource
import struct

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_PR_SET_DUMPABLE = 4
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_EPERM = 0x00050001
_NOBODY = 65534

# System calls refused once the libraries are loaded: files, network, programs, other processes, kernel features.
_REFUSED = {
    "x86_64": (
        0xC000003E,
        # open creat openat openat2 name_to_handle_at open_by_handle_at memfd_create
        [2, 85, 257, 437, 303, 304, 319]
        # rename mkdir rmdir link unlink symlink chmod chown truncate mknod and their *at forms, mount family
        + [82, 83, 84, 86, 87, 88, 90, 92, 94, 76, 133, 258, 259, 260, 263, 264, 265, 266, 268, 316, 165, 166, 161, 155]
        # socket connect accept sendto sendmsg bind listen socketpair accept4 sendmmsg
        + [41, 42, 43, 44, 46, 49, 50, 53, 288, 307]
        # execve execveat fork vfork kill tkill ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd
        + [59, 322, 57, 58, 62, 200, 101, 310, 311, 434, 438]
        # io_uring bpf perf_event_open keyctl add_key request_key userfaultfd unshare setns
        + [425, 426, 427, 321, 298, 250, 248, 249, 323, 272, 308],
    ),
    "aarch64": (
        0xC00000B7,
        [56, 437, 264, 265, 279]
        + [38, 276, 34, 35, 36, 37, 53, 54, 45, 33, 40, 39, 51, 41]
        + [198, 203, 202, 206, 211, 200, 201, 199, 242, 269]
        + [221, 281, 129, 130, 117, 270, 271, 434, 438]
        + [425, 426, 427, 280, 241, 219, 217, 218, 282, 97, 268],
    ),
}


def limit(*, memory: int, seconds: int) -> None:
    """Set the resource limits, before any library is loaded.

    Args:
        memory: address space, in bytes.
        seconds: CPU time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    # Pages of other people wait for the same processors.
    os.nice(5)


def confine() -> list[str]:
    """Give up everything the parsers do not need, after the libraries are loaded.

    Returns:
        The measures that hold: `network`, `user`, `calls`.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    held = []
    is_root = os.getuid() == 0
    if libc.unshare(_CLONE_NEWNET if is_root else _CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        held.append("network")
    if is_root:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        held.append("user")
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and _refuse_calls(libc):
        held.append("calls")
    return held


def _refuse_calls(libc: ctypes.CDLL) -> bool:
    machine = os.uname().machine
    if machine not in _REFUSED:
        return False
    architecture, numbers = _REFUSED[machine]
    count = len(numbers)
    # struct sock_filter: code, jump if true, jump if false, operand. The last two lines allow and refuse.
    program = [
        (0x20, 0, 0, 4),  # load the architecture
        (0x15, 1, 0, architecture),
        (0x06, 0, 0, _KILL),
        (0x20, 0, 0, 0),  # load the number of the call
        # Calls of the x32 table (bit 30) would slip past the numbers.
        (0x35, count + 1, 0, 0x40000000),
        *((0x15, count - index, 0, number) for index, number in enumerate(numbers)),
        (0x06, 0, 0, _ALLOW),
        (0x06, 0, 0, _EPERM),
    ]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    pointer = ctypes.create_string_buffer(header, len(header))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, pointer, 0, 0) == 0)
