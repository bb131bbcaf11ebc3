"""The report: one HTML file that loads nothing else, in light and dark, and readable without colours."""

from html import escape
from typing import Any

from trials.stampede.plots import Series, lines, stacked
from trials.stampede.summary import counts, proofs_of, rows_of, scope_of

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #22252b; --soft: #666b75; --rule: #d9d6cd;
  --p50: #1f6fb2; --p99: #b3470f; --sold: #8c2f39; --held: #d08c1d; --free: #cfe3d2; --blocked: #8a8f98;
  --frames: #1f6fb2; --viewers: #2f7d4f; --good: #22703f; --bad: #a51d2d; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --ink: #e8e6e1; --soft: #a2a7b1; --rule: #363a42;
  --p50: #6db3f2; --p99: #f2955c; --sold: #d3606c; --held: #e5b04d; --free: #2c4433; --blocked: #6d727b;
  --frames: #6db3f2; --viewers: #6cc18c; --good: #7fd39c; --bad: #ff8a94; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
p { margin: .25rem 0; } small, .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } td, th { padding: .35rem .5rem .35rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid var(--rule); font-weight: normal; }
th { white-space: nowrap; color: var(--soft); } td { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.verdict { font-size: 1.15rem; font-weight: 600; margin-top: 1rem; } .good { color: var(--good); }
.bad { color: var(--bad); }
figure { margin: 2rem 0 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 11px; } .grid { stroke: var(--rule); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.key { list-style: none; padding: 0; margin: .25rem 0; display: flex; gap: 1rem; flex-wrap: wrap; font-size: .875rem; }
.key span { display: inline-block; width: .8rem; height: .8rem; margin-right: .35rem; border-radius: 2px; }
"""


def page_of(result: dict[str, Any]) -> str:
    """The whole page for what `Stampede.run` answered."""
    target, passed = result["target"], result["proof"]["passed"]
    head = f"Stampede on show {target['show']}"
    verdict = "The proof from outside holds." if passed else "The proof from outside fails."
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(head)}</title><style>{STYLE}</style></head>
<body><main>
<h1>{escape(head)}</h1>
<p class="soft">{escape(target["title"])} · {target["seats"]:,} seats · {escape(target["url"])}</p>
<p class="verdict {"good" if passed else "bad"}">{verdict}</p>
<h2>Proof <small>{escape(scope_of(result))}</small></h2>
{_proofs(result)}
{"".join(_plots(result["timeline"]))}
<h2>Figures</h2>
{_table(rows_of(result))}
{_losses(result["losses_of_redis"])}
<p class="soft">{escape(_machine(result))}</p>
</main></body></html>
"""


def _table(rows: list[tuple[str, str]]) -> str:
    cells = [f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in rows]
    return f"<table>{''.join(cells)}</table>"


def _proofs(result: dict[str, Any]) -> str:
    cells = []
    for holds, text, exceptions in proofs_of(result):
        word = '<b class="good">yes</b>' if holds else f'<b class="bad">no, {len(exceptions):,} times</b>'
        named = "".join(f"<br>{escape(sentence)}" for sentence in exceptions[:50])
        cells.append(f'<tr><th scope="row">{escape(text)}</th><td>{word}{named}</td></tr>')
    return f"<table>{''.join(cells)}</table>"


def _plots(timeline: list[dict[str, Any]]) -> list[str]:
    if len(timeline) < 2:
        return []
    times = [moment["at"] for moment in timeline]
    latency = [moment["hold_to_frame_ms"] for moment in timeline]
    seats = [moment["seats"] for moment in timeline]

    def of_state(name: str, letter: str, color: str) -> Series:
        return Series(name, color, [float(counted.get(letter, 0)) for counted in seats])

    return [
        lines(
            "From hold to frame",
            "ms",
            times,
            [
                Series("half within", "p50", [figures["p50"] for figures in latency]),
                Series("99 of 100 within", "p99", [figures["p99"] for figures in latency]),
            ],
        ),
        stacked(
            "The house",
            "seats",
            times,
            [
                of_state("sold", "s", "sold"),
                of_state("held", "h", "held"),
                of_state("blocked", "b", "blocked"),
                of_state("free", "a", "free"),
            ],
        ),
        lines("Frames received", "per second", times, [Series("all viewers", "frames", _of(timeline, "frames"))]),
        lines("Viewers with a map", "sockets", times, [Series("connected", "viewers", _of(timeline, "viewers"))]),
    ]


def _of(timeline: list[dict[str, Any]], name: str) -> list[float | None]:
    return [float(moment[name]) for moment in timeline]


def _losses(losses: list[dict[str, Any]]) -> str:
    if not losses:
        return ""
    rows = [(f"{loss['at']:g} s", ", ".join(loss["signs"])) for loss in losses]
    why = "Holds may end with Redis, so around these moments two holds of one seat prove nothing. Bookings stay."
    return f'<h2>Losses of Redis</h2><p class="soft">{why}</p>{_table(rows)}'


def _machine(result: dict[str, Any]) -> str:
    machine, plan = result["machine"], result["plan"]
    made = counts({name: int(plan[name]) for name in ("viewers", "buyers", "seconds")})
    return f"{made} · {machine['cores']} cores, {machine['system']}, Python {machine['python']}"
