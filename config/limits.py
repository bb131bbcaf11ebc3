"""How much one address, one person and one connection may take. Each value comes from the environment.

In development (`DEBUG=true`) the budgets by address are off: a load tester on one machine is one address. Elsewhere the
defaults are generous to many people behind one address; docs/operations.md says how to raise them.
"""

from config import environment as env

_DEVELOPMENT = env.flag("DEBUG", False)
_MOST = 1_000_000


def _budget(name: str, default: int) -> int:
    """0 means: no limit."""
    return env.whole(name, 0 if _DEVELOPMENT else default, 0, _MOST)


# Seats of one show that guests of one address may have held or unpaid at once, whatever identities they use.
GUEST_SEATS_PER_ADDRESS = _budget("GUEST_SEATS_PER_ADDRESS", 30)
# Seats of one show that an address may let lapse unpaid within 30 minutes before it has to wait.
SEATS_UNPAID_PER_ADDRESS = _budget("SEATS_UNPAID_PER_ADDRESS", 60)
NEW_GUESTS_PER_ADDRESS = _budget("NEW_GUESTS_PER_ADDRESS", 60)  # new guest identities an hour
# Requests to one operation, from one address or by one account (seating/rates.py).
REQUESTS_PER_ADDRESS = env.rates(
    "REQUESTS_PER_ADDRESS",
    {
        "lock": "20/min",
        "create": "10/min",
        "initiate": "10/min",
        "verify": "30/min",
        "best-available": "60/min",
        "waitlist": "5/h",
    },
    on=not _DEVELOPMENT,
)
WAITLIST_ENTRIES_PER_ADDRESS = _budget("WAITLIST_ENTRIES_PER_ADDRESS", 2)  # open ones, for one show
# How much of a hall may be offered to entries of one address at once, in percent; one party always.
WAITLIST_SHARE_PER_ADDRESS = env.whole("WAITLIST_SHARE_PER_ADDRESS", 0 if _DEVELOPMENT else 4, 0, 100)
MAX_SEATS_PER_BOOKING = env.whole("MAX_SEATS_PER_BOOKING", 10, 1, 100)
MAX_SOCKETS_PER_ADDRESS = env.whole("MAX_SOCKETS_PER_ADDRESS", 20, 0, _MOST)  # 0: no limit
# At one web process; counted only where no proxy of ours stands in front, because there every peer is the proxy.
MAX_CONNECTIONS_PER_ADDRESS = _budget("MAX_CONNECTIONS_PER_ADDRESS", 200)
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0, 0, 10)  # number of our own proxies in front of the site
