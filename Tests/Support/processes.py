"""What the kernel says about a process."""

import os
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Memory that the process has in use now."""
    return _status(pid, "VmRSS")


def peak_resident_bytes(pid: int) -> int:
    """The most it has had in use since it began, or since forget_peak."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int):
    """The peak is counted anew from what is in use now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def descriptors(pid: int) -> int:
    """Files, sockets and whatever else it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"no {name} for process {pid}")
