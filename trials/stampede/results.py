"""Everything a run has found out, as plain data: what `--json` writes and the summary and the report show.

Durations end in `_ms` and are milliseconds; moments are seconds since the sale began.
"""

import os
import platform
import resource
import sys
from collections.abc import Sized
from dataclasses import asdict, dataclass
from typing import Any

from trials.stampede import proof
from trials.stampede.address import Address
from trials.stampede.catching_up import CaughtUp
from trials.stampede.ledger import Ledger
from trials.stampede.measures import Measures
from trials.stampede.plan import Plan
from trials.stampede.target import Hall


@dataclass(frozen=True)
class Run:
    """A run that has ended: what it was asked to do, and everything it counted."""

    hall: Hall
    sandbox: Address | None
    plan: Plan
    measures: Measures
    ledger: Ledger
    viewers: int
    sampled: int  # viewers whose frames were timed
    owed: Sized  # bookings whose payment began and whose end is not known
    sale_frames: int
    sale_seconds: float
    cpu_share: float  # of one core, during the sale


def result_of(run: Run, end: CaughtUp) -> dict[str, Any]:
    losses = [
        {"at": round(loss.first - run.measures.began, 1), "signs": sorted(loss.signs)} for loss in run.ledger.losses
    ]
    return {
        "target": {
            "url": run.hall.address.url,
            "show": run.hall.show,
            "title": run.hall.title,
            "seats": len(run.hall.seats),
            "sandbox": run.sandbox.url if run.sandbox else None,
        },
        "plan": asdict(run.plan),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "sale_seconds": round(run.sale_seconds, 1),
        "viewers": _viewers(run),
        "hold_to_frame_ms": {
            **run.measures.hold_to_frame.figures(),
            "sampled_viewers": run.sampled,
            "holds_never_shown": run.measures.unseen_holds,
        },
        "buyers": _buyers(run),
        "this_process": {
            "cpu_share": round(run.cpu_share, 3),
            "late_ms": run.measures.lateness.figures(),
            "memory_mb": _memory_mb(),
        },
        "losses_of_redis": losses,
        "timeline": [moment.figures() for moment in run.measures.moments],
        "proof": _proof(run, end),
    }


def _viewers(run: Run) -> dict[str, Any]:
    measures = run.measures
    return {
        "wanted": run.plan.viewers,
        "connect_ms": measures.connect.figures(),
        "frames": measures.frames,
        "seat_changes": measures.seat_changes,
        "frames_per_second": round(run.sale_frames / run.sale_seconds, 1),
        "gaps": measures.gaps,
        "reconnects": measures.reconnects,
        "silences": measures.silences,
        "closes": {str(code): count for code, count in measures.closes.items()},
        "failed_connects": dict(measures.failed_connects),
    }


def _buyers(run: Run) -> dict[str, Any]:
    measures = run.measures
    return {
        "wanted": run.plan.buyers,
        "lock_by_socket_ms": measures.lock_by_socket.figures(),
        "lock_by_http_ms": measures.lock_by_http.figures(),
        "outcomes": dict(measures.outcomes),
        "refusals": dict(measures.refusals),
        "unavailable": dict(measures.unavailable),
        "errors": dict(measures.errors),
        "payments_without_an_end": len(run.owed),
    }


def _proof(run: Run, end: CaughtUp) -> dict[str, Any]:
    ledger, fresh = run.ledger, end.fresh
    verdict: dict[str, list[str]] = {
        "granted_twice": proof.seats_granted_twice(ledger),
        "sold_twice": proof.seats_sold_twice(ledger),
        "sold_but_not_on_the_map": proof.sold_seats_not_sold(ledger, fresh, run.hall.index) if fresh else [],
        "wrong_maps": end.wrong_maps,
    }
    return {
        "passed": not any(verdict.values()),
        "grants": len(ledger.grants),
        "tickets": sum(len(seats) for seats in ledger.tickets.values()),
        "viewers": run.viewers,
        "agreed_after_seconds": round(end.seconds, 1),
        "epoch": fresh.epoch if fresh else None,
        "seq": fresh.seq if fresh else None,
        **verdict,
    }


def _memory_mb() -> float:
    """The most this process has had resident. Linux counts in KiB, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)
