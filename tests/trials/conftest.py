"""Fixtures of other rooms: trials are tried on a running site, and `audit` on what the tests of checkout make."""

from tests.checkout.conftest import desk, gateway, gateway_process, gateway_receiver, show
from tests.live.conftest import live_show

__all__ = ["desk", "gateway", "gateway_process", "gateway_receiver", "live_show", "show"]
