"""Proc: what the kernel says of a process and its children: CPU time used, memory held (proc(5), Linux)."""

import os
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment in the life of a process. `cpu_s`: user and system time of all threads and children since it began."""

    at_s: float
    cpu_s: float


def sample(pid: int) -> Sample:
    """Look at a process now.

    Raises:
        FileNotFoundError: there is no such process.
    """
    return Sample(monotonic(), sum(_cpu_s(each) for each in _family(pid)))


def rss_bytes(pid: int) -> int:
    """Tell how much memory a process and its children hold."""
    return sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) * PAGE_BYTES for each in _family(pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").iterdir():
            try:
                found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:  # a thread that ended, or a kernel that does not tell
                continue
    return found


def _cpu_s(pid: int) -> float:
    # the name of the program, in parentheses, may hold anything; the rest is numbers
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    utime, stime, cutime, cstime = (int(number) for number in numbers[11:15])
    return (utime + stime + cutime + cstime) / TICKS_PER_S
