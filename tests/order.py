"""Which tests stay together on one worker, and which come first.

Tests that share the running site are one group, so that it runs once; every other file is a group of its own. What
takes long begins early, so that no worker is left alone with it at the end.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).parent.parent
SITE_FIXTURES = ("site", "hasty_site", "fragile_site", "impatient_site")
SHARED, PRODUCTION = "the shared site", "the site as in production"
SITES_OF_THEIR_OWN = (
    "tests/trials/test_drill.py",
    "tests/live/test_up.py",
    "tests/live/test_servers_are_killed.py",
    "tests/live/test_slow_viewers.py",
    "tests/live/test_nothing_is_left.py",
    "tests/live/test_nobody_takes_the_house.py",
    "tests/live/test_a_crowd_behind_one_address.py",
    "tests/live/test_silent_mail_server.py",
)
SHARING = (
    "tests/live/",
    "tests/browser/",
    "tests/production/",
    "tests/trials/test_contend.py",
    "tests/trials/stampede/test_a_run.py",
)
FIRST = (  # by what they took when this was measured
    SITES_OF_THEIR_OWN[0],
    SHARED,
    PRODUCTION,
    *SITES_OF_THEIR_OWN[1:],
    "tests/checkout/test_every_crash_point.py",
    "tests/config/server/test_limits_of_the_server.py",
    "tests/checkout/sandbox/test_process.py",
    "tests/trials/stampede/test_false_sites.py",
    "tests/checkout/test_a_walk_through_checkout.py",
    "tests/checkout/payments/test_any_order_of_events.py",
    "tests/checkout/sandbox/test_webhooks.py",
)
LAST_USERS = pytest.StashKey[dict[str, pytest.Item]]()


def group_of(path: str) -> str:
    """`path` as in a node id: from the project's root, with slashes."""
    if path.startswith("tests/production/"):
        return PRODUCTION
    return SHARED if path.startswith(SHARING) and path not in SITES_OF_THEIR_OWN else path


def needs_site(path: str) -> bool:
    return path.startswith(SHARING) or path in SITES_OF_THEIR_OWN


def arrange(items: list[pytest.Item]) -> None:
    """Marks what needs a whole site, and sorts; tests of one file stay in their order."""
    for item in items:
        path = _path(item)
        if needs_site(path):
            item.add_marker(pytest.mark.site)
        elif used := sites_of(item):
            raise pytest.UsageError(f"{item.nodeid} uses {', '.join(used)}: name its file in tests/order.py")
    items.sort(key=_rank)


def sites_of(item: pytest.Item) -> list[str]:
    return [name for name in SITE_FIXTURES if name in getattr(item, "fixturenames", ())]


def sites_that_end_with(item: pytest.Item) -> list[str]:
    """Those that no later test of the run uses: a group's tests are run in their order, all by one worker."""
    if LAST_USERS not in item.session.stash:
        item.session.stash[LAST_USERS] = {name: later for later in item.session.items for name in sites_of(later)}
    return [name for name, last in item.session.stash[LAST_USERS].items() if last is item]


def _path(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT).as_posix()


def _rank(item: pytest.Item) -> tuple[int, Iterable[str]]:
    group = group_of(_path(item))
    return FIRST.index(group) if group in FIRST else len(FIRST), sites_of(item) if group == SHARED else []


class Groups(LoadFileScheduling):
    """pytest-xdist's `loadfile`, with groups for files."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.split("::", 1)[0])
