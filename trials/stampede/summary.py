"""The text at the end of a run: a table of figures, and the proof."""

from typing import Any

MOST_NAMED = 10  # of each kind of failure; the JSON has all of them
MOST_OWN_LATENESS = 0.25  # of hold → frame, both p99
PROOFS = {
    "granted_twice": "no seat granted to two holders",
    "sold_twice": "no seat sold to two bookings",
    "sold_but_not_on_the_map": "every ticket's seat is sold on the map",
    "wrong_maps": "every viewer on the map of a fresh snapshot",
}


def rows_of(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and value, for the table on the screen and the one in the report."""
    viewers, buyers, outcomes = result["viewers"], result["buyers"], result["buyers"]["outcomes"]
    closes = {f"closed {code}": count for code, count in viewers["closes"].items()}
    rows = [
        ("viewers", f"{viewers['wanted']:,}, and {buyers['wanted']:,} buyers for {result['sale_seconds']:g} s"),
        ("socket to first map", durations(viewers["connect_ms"])),
        ("hold → frame", durations(result["hold_to_frame_ms"])),
        ("holds never shown", str(result["hold_to_frame_ms"]["holds_never_shown"] or "")),
        ("lock over the socket", durations(buyers["lock_by_socket_ms"])),
        ("lock over HTTP", durations(buyers["lock_by_http_ms"])),
        ("frames received", f"{viewers['frames']:,} ({viewers['frames_per_second']:,.0f}/s during the sale)"),
        ("seat changes applied", f"{viewers['seat_changes']:,}"),
        ("gaps", f"{viewers['gaps']:,}"),
        ("reconnects", counts({"in all": viewers["reconnects"], **closes, **viewers["failed_connects"]})),
        ("holds", counts({name.replace("_", " "): count for name, count in outcomes.items()})),
        ("bookings confirmed", f"{outcomes.get('confirmed', 0):,}, tickets {result['proof']['tickets']:,}"),
        ("refusals", counts(buyers["refusals"])),
        ("unavailable", counts(buyers["unavailable"])),
        ("errors", counts(buyers["errors"])),
        ("losses of Redis seen", str(len(result["losses_of_redis"]) or "")),
        ("all agreed", f"{result['proof']['agreed_after_seconds']:g} s after the last round"),
        ("this process", of_this_process(result)),
    ]
    return [row for row in rows if row[1]]


def of_this_process(result: dict[str, Any]) -> str:
    """What the load tester itself used; on a busy machine its own lateness is part of every latency."""
    own, late, latency = result["this_process"], result["this_process"]["late_ms"]["p99"], result["hold_to_frame_ms"]
    text = f"{own['cpu_share']:.0%} of a core, {own['memory_mb']:,.0f} MB, late p99 {number(late)} ms"
    if late is not None and latency["p99"] is not None and late > latency["p99"] * MOST_OWN_LATENESS:
        text += ": it was short of CPU itself, so a part of the latencies above is its own"
    return text


def proofs_of(result: dict[str, Any]) -> list[tuple[bool, str, list[str]]]:
    """For each proof: whether it holds, what it says, and a sentence for each exception."""
    return [(not result["proof"][name], text, result["proof"][name]) for name, text in PROOFS.items()]


def text_of(result: dict[str, Any]) -> str:
    rows = rows_of(result)
    width = max(len(name) for name, _ in rows)
    lines = [f"Show {result['target']['show']} at {result['target']['url']}: {result['target']['title']}", ""]
    lines += [f"  {name:<{width}}  {value}" for name, value in rows]
    lines += ["", f"Proof from outside ({scope_of(result)}):"]
    for holds, text, exceptions in proofs_of(result):
        lines.append(f"  {'yes' if holds else 'NO '}  {text}")
        lines += [f"         {sentence}" for sentence in exceptions[:MOST_NAMED]]
        if len(exceptions) > MOST_NAMED:
            lines.append(f"         and {len(exceptions) - MOST_NAMED:,} more")
    return "\n".join(lines)


def scope_of(result: dict[str, Any]) -> str:
    proof = result["proof"]
    return f"grants {proof['grants']:,}, tickets {proof['tickets']:,}, maps {proof['viewers']:,}"


def durations(figures: dict[str, Any]) -> str:
    """`p50 … p95 … p99 … max … ms`, or nothing when nothing was measured."""
    if not figures["count"]:
        return ""
    shown = ", ".join(f"{name} {number(figures[name])}" for name in ("p50", "p95", "p99", "max"))
    return f"{shown} ms ({figures['count']:,} measured)"


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def counts(counted: dict[str, int]) -> str:
    most_first = sorted(counted.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {count:,}" for name, count in most_first if count)
