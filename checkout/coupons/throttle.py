"""Coupon codes cannot be found by trying: unknown ones are counted for each address, all others are not.

The count is raised before the code is looked up and taken back afterwards unless the code was unknown, so that many
guesses at once get no further than many in a row, on however many web processes. That is why this is not one of
`seating.rates`: those cannot take anything back, count only nearly exactly over several processes, and let everybody
pass while the cache is away, which would make codes findable.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

from checkout.errors import CouponsUnavailable, TooManyGuesses, UnknownCoupon
from cinema.addresses import address_of_request
from cinema.metrics import count_refusal

MOST_UNKNOWN = 20  # in WINDOW; people mistype a few times, and an address may stand for a whole office
WINDOW = 600  # seconds


@contextmanager
def limited_guesses(request: HttpRequest) -> Iterator[None]:
    """Around looking up a code that the request brings. Raises TooManyGuesses, CouponsUnavailable."""
    key = f"coupon-guesses:{address_of_request(request)}"
    try:
        cache.add(key, 0, WINDOW)
        count = cache.incr(key)
    except ValueError:
        count = 1  # the window ended between the two lines
    except RedisError as error:
        raise CouponsUnavailable("Coupons cannot be checked just now. Try again in a moment.") from error
    if count > MOST_UNKNOWN:
        count_refusal("coupon-guesses")
        _take_back(key)
        raise TooManyGuesses(
            f"Too many unknown coupons were tried. Wait {WINDOW // 60} minutes, or book without one.",
            retry_after=WINDOW,
        )
    try:
        yield
    except UnknownCoupon:
        raise
    except BaseException:
        _take_back(key)
        raise
    _take_back(key)


def _take_back(key: str) -> None:
    try:
        cache.decr(key)
    except (ValueError, RedisError):
        return  # the window has ended, and the count with it
