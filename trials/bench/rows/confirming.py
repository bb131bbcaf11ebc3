"""Confirming: bookings a second, from an authorised payment to the committed booking; pgbench writes the same rows.

Ours is the whole `settle_payment` without the gateway's network: two transactions with the capture between them, every
check under a lock, seats sold in Redis, tickets signed, worker notified. It runs in two processes, as many as the
Procfile's worker has, on a core each where there are two. pgbench writes the same rows in one transaction of prepared
statements and reads nothing; it has the server's core. Both sides have the same number of clients.
"""

import asyncio
import json
import os
import re
import subprocess
import sys

from asgiref.sync import sync_to_async

from trials.bench.environment import Bench
from trials.bench.figures import Incomplete, Row, Skipped, Spread
from trials.bench.shows import BenchShow
from trials.bench.subjects import HERE, ROOT

CLIENTS = 8
WORKERS = 2
BOOKINGS = 300
SEATS = 3
DATABASE = "pgbench"
PREPARE = """
CREATE SEQUENCE bench_number;
INSERT INTO checkout_booking (id, reference, show_id, owner, hold, name, email, phone, status, currency, total, site,
    expires_at, created_at)
  SELECT 'b' || n, 'P' || n, {show}, 'guest_' || n, 'p' || n, 'Asha Rao', 'asha@example.test', '', 'pending', 'INR',
    78832, '', now() + interval '1 hour', now()
  FROM generate_series(1, {count}) n;
INSERT INTO seating_claim (show_id, seat, state, owner, hold, deadline, extended, changed_at, reason)
  SELECT {show}, 'P' || n || '-' || place, 'pending', 'guest_' || n, 'p' || n, now() + interval '1 hour', true,
    now(), ''
  FROM generate_series(1, {count}) n, generate_series(1, {seats}) place;
ANALYZE;
"""


async def measure(bench: Bench) -> list[Row]:
    bookings = 100 if bench.options.quick else BOOKINGS
    program = bench.postgres.binaries / "pgbench"
    if not program.exists():
        raise Skipped(f"{program} is not there: this wheel of PostgreSQL has no pgbench")
    ours: list[float] = []
    cpu: list[float] = []
    theirs: list[float] = []
    for number in range(bench.options.rounds):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            if mine:
                rate, spent = await confirmed_per_second(bench, "settle", bench.sold[number], bookings)
                ours.append(rate)
                cpu.append(spent)
            else:
                theirs.append(await pgbench_per_second(bench, bookings * 10))
        bench.log(f"confirming: {ours[-1]:.0f}/s ({cpu[-1]:.1f} ms of CPU each), pgbench {theirs[-1]:.0f}/s")
    whole, whole_cpu = await confirmed_per_second(bench, "whole", bench.sold[-1], bookings)
    return [
        Row(
            "confirming",
            f"bookings of three seats confirmed/s, {CLIENTS} at once in {WORKERS} processes",
            Spread(tuple(ours), "bookings/s"),
            Spread(tuple(theirs), "bookings/s"),
            "pgbench writing the same rows",
            0.3,
            at_least=True,
            delivered=f"{bookings * len(ours):,} bookings, each with its tickets and its claims sold; one takes "
            f"{Spread(tuple(cpu), 'ms').text()} of Python's CPU; from hold to ticket {whole:.0f}/s",
            facts={"clients": CLIENTS, "cpu_ms": cpu, "hold_to_ticket_per_second": whole, "whole_cpu_ms": whole_cpu},
        )
    ]


async def confirmed_per_second(bench: Bench, part: str, show: BenchShow, count: int) -> tuple[float, float]:
    """Bookings a second, and milliseconds of CPU for each. Raises Incomplete."""
    workers = [await _worker(bench, part, show, count // WORKERS, number) for number in range(WORKERS)]
    for worker in workers:
        assert worker.stdout is not None
        if (await worker.stdout.readline()).strip() != b"ready":
            for other in workers:
                if other.returncode is None:
                    other.kill()
                await other.wait()
            raise Incomplete("the bookings could not be prepared")
    answers = await asyncio.gather(*(worker.communicate(b"\n") for worker in workers))
    results = [json.loads(answer) for answer, _ in answers]
    await sync_to_async(_check)(show, sum(one["confirmed"] for one in results), count)
    return count / max(one["seconds"] for one in results), sum(one["cpu"] for one in results) / count * 1e3


async def _worker(bench: Bench, part: str, show: BenchShow, count: int, number: int) -> asyncio.subprocess.Process:
    threads = CLIENTS // WORKERS
    first = number * (count + threads * 2)  # behind the bookings of the workers before, their warm-up included
    core = (bench.cores.server, bench.cores.load)[number % 2]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "trials.bench.servers.confirmer", part, str(show.id), str(first), str(count), str(threads)),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )


def _check(show: BenchShow, confirmed: int, count: int) -> None:
    """Raises Incomplete unless PostgreSQL has every booking, ticket and sold seat, the warm-up's included."""
    from django.db import connection

    from checkout.models import Booking, Ticket
    from seating.models import Claim

    expected = count + CLIENTS * 2
    stored = Booking.objects.filter(show=show.id, status=Booking.Status.CONFIRMED).count()
    tickets = Ticket.objects.filter(show=show.id).count()
    sold = Claim.objects.filter(show=show.id, state=Claim.State.SOLD).count()
    connection.close()
    if (confirmed, stored, tickets, sold) != (count, expected, expected * SEATS, expected * SEATS):
        raise Incomplete(f"of {expected} bookings {stored} are confirmed, with {tickets} tickets and {sold} seats sold")


async def pgbench_per_second(bench: Bench, count: int) -> float:
    """Transactions a second in a copy of the database that has `count` bookings to confirm. Raises Incomplete."""
    await sync_to_async(_prepare)(bench, count)
    process = await asyncio.create_subprocess_exec(
        str(bench.postgres.binaries / "pgbench"),
        *("-h", "127.0.0.1", "-p", str(bench.postgres.port), "-U", "housefull", "-n", "-M", "prepared"),
        *("-c", str(CLIENTS), "-j", "1", "-t", str(count // CLIENTS), "-D", f"show={bench.viewed.id}"),
        *("-f", str(HERE / "rows" / "confirming.sql"), DATABASE),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: os.sched_setaffinity(0, {bench.cores.server}),
    )
    output = (await process.communicate())[0].decode()
    found = re.search(r"tps = ([0-9.]+)", output)
    failed = re.search(r"number of failed transactions: (\d+)", output)
    if process.returncode or found is None or (failed and failed[1] != "0"):
        errors = (
            [line for line in output.splitlines() if "ERROR" in line] or output.strip().splitlines() or ["no output"]
        )
        raise Incomplete(f"pgbench failed: {errors[0]}")
    return float(found[1])


def _prepare(bench: Bench, count: int) -> None:
    import psycopg

    from trials.bench.seeding import close_pool

    close_pool()  # a database with connections cannot be copied
    with psycopg.connect(bench.postgres.url_of("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE housefull")
    with psycopg.connect(bench.postgres.url_of(DATABASE), autocommit=True) as copy:
        copy.execute(PREPARE.format(show=bench.viewed.id, count=count, seats=SEATS).encode())
