"""`python -m trials.bench [--quick] [--only fan-out,latency] [--rounds N] [--profile]`; see docs/performance.md."""

import argparse
import asyncio
import importlib
import os
import signal
import sys
from types import FrameType

from trials.bench import machine, rows, table
from trials.bench.environment import OUTPUT, Bench, Options
from trials.bench.figures import Incomplete, Row, Skipped


def main() -> int:
    arguments = _arguments()
    if not sys.platform.startswith("linux"):
        sys.exit("bench: this needs Linux, because it reads /proc and pins processes to cores.")
    signal.signal(signal.SIGTERM, _interrupt)
    options = Options(arguments.quick, arguments.profile, arguments.rounds or (1 if arguments.quick else 3))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"bench: this machine is busy (load {load:.1f}): latencies and rates will be worse.", file=sys.stderr)
    print("bench: starting Valkey and PostgreSQL, planning the shows", file=sys.stderr, flush=True)
    try:
        with Bench(options) as bench:
            done = asyncio.run(_run(bench, arguments.only))
            report = table.report(bench, done, load)
    except KeyboardInterrupt:
        return 130
    table.write(report, OUTPUT / "latest.json", partial=len(arguments.only) < len(rows.NAMES))
    print(table.text(report))
    return 1 if any(row.failed for row in done) else 0


async def _run(bench: Bench, names: list[str]) -> list[Row]:
    done: list[Row] = []
    for name in names:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        module = importlib.import_module(f"trials.bench.rows.{name.replace('-', '_')}")
        others = machine.OtherPrograms()
        try:
            found = await module.measure(bench)
        except Incomplete as error:
            found = [Row(name, "", None, failed=f"delivery was incomplete: {error}")]
        except Skipped as reason:
            found = [Row(name, "", None, skipped=str(reason))]
        share = others.share()
        for row in found:
            row.neighbours = share
        done += found
    return done


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description="Housefull against its references.")
    parser.add_argument("--quick", action="store_true", help="fewer viewers and one round, to check that it works")
    parser.add_argument("--only", type=_names, default=list(rows.NAMES), metavar="ROWS", help=", ".join(rows.NAMES))
    parser.add_argument("--rounds", type=int, choices=range(1, 21), metavar="N", help="3 unless --quick")
    parser.add_argument("--profile", action="store_true", help="runs our server under cProfile; do not use its figures")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in rows.NAMES]:
        raise argparse.ArgumentTypeError(f"unknown row {', '.join(unknown)}; there are {', '.join(rows.NAMES)}")
    return names


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
