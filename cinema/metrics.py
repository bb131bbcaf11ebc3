"""What limits have refused, for /metrics: `housefull_refused_total{limit="lock"}`, one count for each web process.

The names of the limits are in docs/operations.md, beside what raises each.
"""

from prometheus_client import Counter

_refused = Counter("housefull_refused", "What was refused because a limit was reached, by the limit's name", ["limit"])


def count_refusal(limit: str) -> None:
    _refused.labels(limit).inc()
