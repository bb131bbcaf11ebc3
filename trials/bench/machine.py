"""The machine: which core does what, and what a process costs. Linux only: everything is read from /proc."""

import os
import platform
import resource
import subprocess
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROC = Path("/proc")


class Cores:
    """The server under test has a core of its own; the load has another, and Valkey and PostgreSQL a third, if any."""

    def __init__(self) -> None:
        allowed = sorted(os.sched_getaffinity(0))
        self.server = allowed[0]
        self.load = allowed[1 % len(allowed)]
        self.stores = allowed[2] if len(allowed) > 2 else self.load
        self.shared = len(allowed) < 2

    def describe(self) -> str:
        if self.shared:
            return "one core for everything: server and load disturb each other"
        return f"server on core {self.server}, load on {self.load}, Valkey and PostgreSQL on {self.stores}"


def pin(pid: int, core: int) -> None:
    """Moves every thread of a process to one core; 0 is this process."""
    for task in (PROC / str(pid or os.getpid()) / "task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


def allow_many_sockets() -> int:
    """Raises the soft limit of open files to the hard limit, for this process and its children; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


# ------------------------------------------------------------------------------------------ what it costs
def _stat(pid: int) -> list[str]:
    # The name is in brackets and may contain anything, so the fields are counted after it.
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all of its threads so far, in seconds (steps of 1/CLK_TCK)."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE


def _ours() -> float:
    """CPU seconds of this process, its descendants, and those of them that have ended."""
    parents: dict[int, tuple[int, float]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                fields = _stat(int(entry.name))
            except OSError:
                continue  # it ended while we looked
            parents[int(entry.name)] = (int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS)
    family, grew = {os.getpid()}, True
    while grew:
        children = {pid for pid, (parent, _) in parents.items() if parent in family and pid not in family}
        family |= children
        grew = bool(children)
    return sum(parents[pid][1] for pid in family if pid in parents)


def _busy() -> tuple[float, float]:
    """Busy and total CPU seconds of the whole machine so far."""
    first = (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, idle, iowait, irq, softirq, steal = (int(field) / TICKS for field in first)
    busy = user + nice + system + irq + softirq + steal
    return busy, busy + idle + iowait


class OtherPrograms:
    """How much of the machine other programs have used since this object was made."""

    def __init__(self) -> None:
        self._busy, self._total = _busy()
        self._ours = _ours()

    def share(self) -> float:
        """From 0.0 (there were none) to 1.0."""
        busy, total = _busy()
        others = (busy - self._busy) - (_ours() - self._ours)
        return max(0.0, others / max(total - self._total, 1e-9))


# ------------------------------------------------------------------------------------- what is written down
def describe() -> dict[str, Any]:
    """The machine in words, for the table and latest.json."""
    cpu = next((line for line in _lines(PROC / "cpuinfo") if line.startswith("model name")), "")
    memory = next((line for line in _lines(PROC / "meminfo") if line.startswith("MemTotal")), "MemTotal: 0 kB")
    return {
        "cpu": cpu.partition(":")[2].strip() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory.split()[1]) / 2**20, 1),
        "kernel": platform.release(),
        "system": _system_name(),
        "python": platform.python_version(),
    }


def commit(root: Path) -> str:
    """The commit that is checked out, marked where files differ from it; "unknown" outside a repository."""
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            cwd=root,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        return "unknown"
    return found.stdout.strip() or "unknown"


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _system_name() -> str:
    named = [line for line in _lines(Path("/etc/os-release")) if line.startswith("PRETTY_NAME=")]
    return named[0].partition("=")[2].strip('"') if named else platform.system()
