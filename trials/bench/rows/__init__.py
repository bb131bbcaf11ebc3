"""The rows of the table, by name, in its order. Each module has `async def measure(bench) -> list[Row]`."""

NAMES = ("fan-out", "burst", "latency", "holds", "expiry", "memory", "joining", "growth", "stalled", "confirming")
