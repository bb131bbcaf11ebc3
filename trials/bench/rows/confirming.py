"""Confirming: bookings a second, from an authorised payment to the committed booking, against pgbench writing the same.

Ours is `settle_payment`, all of it but the gateway's network: two transactions with the capture between them, every
check under a lock, seats sold in Redis, tickets signed, worker woken. It runs in two processes, as many as the
Procfile's worker has, a core each where there are two. pgbench writes the same rows in one transaction of prepared
statements and reads nothing; it has the server's core. As many clients on either side.
"""

import asyncio
import json
import os
import re
import subprocess
import sys

from asgiref.sync import sync_to_async

from trials.bench.figures import Incomplete, Row, Skipped, Spread
from trials.bench.house import BenchShow, House
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


async def measure(house: House) -> list[Row]:
    bookings = 100 if house.options.quick else BOOKINGS
    program = house.postgres.binaries / "pgbench"
    if not program.exists():
        raise Skipped(f"{program} is not there: this wheel of PostgreSQL has no pgbench")
    ours: list[float] = []
    cpu: list[float] = []
    theirs: list[float] = []
    for number in range(house.options.rounds):
        for mine in (True, False) if number % 2 == 0 else (False, True):
            if mine:
                rate, spent = await confirmed_per_second(house, "settle", house.sold[number], bookings)
                ours.append(rate)
                cpu.append(spent)
            else:
                theirs.append(await pgbench_per_second(house, bookings * 10))
        house.say(f"confirming: {ours[-1]:.0f}/s ({cpu[-1]:.1f} ms of CPU each), pgbench {theirs[-1]:.0f}/s")
    whole, whole_cpu = await confirmed_per_second(house, "whole", house.sold[-1], bookings)
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


async def confirmed_per_second(house: House, part: str, show: BenchShow, count: int) -> tuple[float, float]:
    """Bookings a second, and milliseconds of CPU for each. Raises Incomplete."""
    workers = [await _worker(house, part, show, count // WORKERS, number) for number in range(WORKERS)]
    for worker in workers:
        assert worker.stdout is not None
        if (await worker.stdout.readline()).strip() != b"ready":
            for other in workers:
                if other.returncode is None:
                    other.kill()
                await other.wait()
            raise Incomplete("the bookings could not be prepared")
    answers = await asyncio.gather(*(worker.communicate(b"\n") for worker in workers))
    told = [json.loads(answer) for answer, _ in answers]
    await sync_to_async(_check)(show, sum(one["confirmed"] for one in told), count)
    return count / max(one["seconds"] for one in told), sum(one["cpu"] for one in told) / count * 1e3


async def _worker(house: House, part: str, show: BenchShow, count: int, number: int) -> asyncio.subprocess.Process:
    threads = CLIENTS // WORKERS
    first = number * (count + threads * 2)  # behind the bookings of the workers before, their warm-up included
    core = (house.cores.server, house.cores.load)[number % 2]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "trials.bench.servers.confirmer", part, str(show.id), str(first), str(count), str(threads)),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )


def _check(show: BenchShow, confirmed: int, count: int) -> None:
    """Raises Incomplete unless PostgreSQL has every booking, ticket and sold seat (the warm-up's too)."""
    from django.db import connection

    from checkout.models import Booking, Ticket
    from seating.models import Claim

    wanted = count + CLIENTS * 2
    stored = Booking.objects.filter(show=show.id, status=Booking.Status.CONFIRMED).count()
    tickets = Ticket.objects.filter(show=show.id).count()
    sold = Claim.objects.filter(show=show.id, state=Claim.State.SOLD).count()
    connection.close()
    if (confirmed, stored, tickets, sold) != (count, wanted, wanted * SEATS, wanted * SEATS):
        raise Incomplete(f"of {wanted} bookings {stored} are confirmed, with {tickets} tickets and {sold} seats sold")


async def pgbench_per_second(house: House, count: int) -> float:
    """Transactions a second in a copy of the database that has `count` bookings to confirm. Raises Incomplete."""
    await sync_to_async(_prepare)(house, count)
    process = await asyncio.create_subprocess_exec(
        str(house.postgres.binaries / "pgbench"),
        *("-h", "127.0.0.1", "-p", str(house.postgres.port), "-U", "housefull", "-n", "-M", "prepared"),
        *("-c", str(CLIENTS), "-j", "1", "-t", str(count // CLIENTS), "-D", f"show={house.viewed.id}"),
        *("-f", str(HERE / "rows" / "confirming.sql"), DATABASE),
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: os.sched_setaffinity(0, {house.cores.server}),
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


def _prepare(house: House, count: int) -> None:
    import psycopg
    from django.db import connection

    connection.close_pool()  # a database with connections cannot be copied
    with psycopg.connect(house.postgres.url_of("postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE housefull")
    with psycopg.connect(house.postgres.url_of(DATABASE), autocommit=True) as copy:
        copy.execute(PREPARE.format(show=house.viewed.id, count=count, seats=SEATS).encode())
