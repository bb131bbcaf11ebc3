"""What /metrics shows of holds that nobody paid for, for each show that had holds within the last hour.

Read at every scrape from where the scripts count; a Redis that is away leaves the figures out.
"""

from collections.abc import Iterator

import redis
import structlog
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector

from seating import index, store
from seating.errors import HoldsUnavailable

log = structlog.get_logger(__name__)
LAPSED = "housefull_seats_lapsed", "Seats that were held, kept others waiting, and were not paid for"
REFUSED = "housefull_seats_refused", "Seats refused because a budget of unpaid seats was used up"


class HoldFigures(Collector):
    def describe(self) -> list[GaugeMetricFamily]:
        """Empty figures, so that registering asks Redis nothing."""
        return [GaugeMetricFamily(*name, labels=["show"]) for name in (LAPSED, REFUSED)]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        lapsed, refused = self.describe()
        try:
            shows = index.shows_to_sweep()
            for show, numbers in zip(shows, store.counts(shows), strict=True):
                if numbers is not None:
                    lapsed.add_metric([str(show)], numbers["lapsed"])
                    refused.add_metric([str(show)], numbers["refused"])
        except (HoldsUnavailable, redis.RedisError) as error:
            log.warning("figure_unavailable", figure="holds", why=str(error)[:200])
            return
        yield from (lapsed, refused)


def register() -> None:
    REGISTRY.register(HoldFigures())
