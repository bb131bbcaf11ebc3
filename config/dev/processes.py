"""Finds the processes of a running `make run` in /proc, so it works on Linux only."""

import contextlib
from pathlib import Path


def descendants(pid: int) -> set[int]:
    """Every process below `pid`, including those that have ended and wait for their parent to collect them."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may have ended since it was listed
            parents[int(place.name)] = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
    found, level = set(), {pid}
    while level:
        level = {child for child, parent in parents.items() if parent in level}
        found |= level
    return found


def command_of(pid: int) -> str:
    """The process's command line; empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def running(below: int, part: str) -> list[int]:
    """Processes below `below` whose command line contains `part`, oldest first; not the shells that started them."""
    commands = {pid: command_of(pid) for pid in sorted(descendants(below))}
    return [pid for pid, command in commands.items() if part in command and "sh -c" not in command]
