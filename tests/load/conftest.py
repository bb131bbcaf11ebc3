"""Shows of a running site for the load tester, as the live tests take them."""

from tests.live.conftest import live_show

__all__ = ["live_show"]
