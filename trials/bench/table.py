"""The table on the screen, and the same as JSON."""

import json
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from subprocess import run
from typing import Any

from trials.bench import machine
from trials.bench.environment import Bench
from trials.bench.figures import Row, number

PACKAGES = ("django", "channels", "channels-redis", "daphne", "autobahn", "twisted", "redis", "psycopg", "picows")
HEADINGS = ("row", "measure", "Housefull", "reference", "ratio", "goal", "met")
STARTED = time.monotonic()


def report(bench: Bench, done: list[Row], load: float) -> dict[str, Any]:
    """Everything that a reader needs to judge the figures: machine, versions, rows."""
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "make bench" + (f' ARGS="{" ".join(sys.argv[1:])}"' if sys.argv[1:] else ""),
        "commit": machine.commit(Path(__file__).parents[2]),
        "machine": {**machine.describe(), "roles": bench.cores.describe(), "load_at_start": round(load, 2)},
        "versions": {name: version(name) for name in PACKAGES} | _servers(bench),
        "rounds": bench.options.rounds,
        "quick": bench.options.quick,
        "profiled": bench.options.profile,
        "seconds": round(time.monotonic() - STARTED),
        "rows": [row.as_json() for row in done],
        "lines": [_cells(row) for row in done],
        "notes": _notes(done),
    }


def write(report: dict[str, Any], target: Path, *, partial: bool) -> None:
    """A whole run is `latest.json`; a part of one is `latest-part.json`, so that nobody takes it for a whole run."""
    if partial or report["profiled"]:
        target = target.with_name("latest-part.json")
    kept = {name: value for name, value in report.items() if name != "lines"}
    target.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def text(report: dict[str, Any]) -> str:
    """The table in Markdown, as docs/performance.md has it."""
    lines = [list(HEADINGS), *report["lines"]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    ruled = [lines[0], ["-" * width for width in widths], *lines[1:]]
    drawn = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in ruled
    ]
    about = report["machine"]
    head = (
        f"{about['cpu']}, {about['cores']} cores, {about['memory_gib']:g} GiB, {about['system']}, kernel "
        f"{about['kernel']}, Python {about['python']}; {about['roles']}. Commit {report['commit']}, "
        f"{report['made_at']}, {report['rounds']} round(s), `{report['command']}`."
    )
    warning = ["Made under the profiler: do not use these figures."] if report["profiled"] else []
    return "\n".join(["", *warning, head, "", *drawn, "", *(f"- {note}" for note in report["notes"])])


def _cells(row: Row) -> list[str]:
    if row.ours is None:
        return [row.name, row.failed or row.skipped, "", "", "", "", "FAILED" if row.failed else "skipped"]
    reference = row.reference_name
    if row.reference:
        reference = f"{row.reference.text()}, {row.reference_name}"
    ratio = "" if row.ratio is None or row.reference is None else f"{number(row.ratio)}x"
    verdict = {True: "yes", False: "NO", None: "skipped" if row.skipped else "-"}[row.met]
    if row.failed:
        verdict = "FAILED"
    return [row.name, row.measure, row.ours.text(), reference, ratio, _goal(row), verdict]


def _goal(row: Row) -> str:
    if row.limit is None:
        return ""
    sign = "≥" if row.at_least else "≤"
    if row.absolute and row.ours is not None:
        return f"{sign} {number(row.limit)} {row.ours.unit}".strip()
    return f"{sign} {number(row.limit)}x"


def _notes(done: list[Row]) -> list[str]:
    notes = []
    for row in done:
        parts = [part for part in (row.delivered, row.failed, row.skipped) if part]
        if row.neighbours >= 0.02:
            parts.append(f"other programs used {row.neighbours:.0%} of the machine meanwhile")
        note = f"{row.name}: {'; '.join(parts)}"
        if parts and note not in notes:
            notes.append(note)
    return notes


def _servers(bench: Bench) -> dict[str, str]:
    """Versions of programs that are not Python packages."""
    programs = {
        "postgres": [str(bench.postgres.binaries / "postgres"), "--version"],
        "valkey": [bench.valkey.command()[0], "--version"],
        "node": ["node", "--version"],
    }
    found = {}
    for name, command in programs.items():
        try:
            found[name] = run(command, capture_output=True, text=True).stdout.strip()
        except FileNotFoundError:
            found[name] = "none"
    lock = Path(__file__).parent / "socketio" / "package-lock.json"
    packages = json.loads(lock.read_text())["packages"]
    found["socket.io"] = packages["node_modules/socket.io"]["version"]
    return found
