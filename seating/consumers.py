"""The live map's socket: parses a viewer's message, calls one service, and sends the answer.

Everything a viewer sees of others comes from the hub, which writes through `self.outlet`. The socket uses no channel
layer of Channels: that would cost a task and a Redis command for each event and each joining viewer.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from math import ceil
from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from cinema.addresses import address_of_scope
from seating import protocol
from seating.channel import ShowChannel
from seating.errors import BadToken, HoldsUnavailable, HoldUnknown, SeatingError, TooManyRequests, UnknownShow
from seating.generations import arefresh
from seating.hub import current_hub
from seating.identity import (
    COOKIE,
    Caller,
    account_of_session,
    cookies_of_socket,
    guest_token,
    is_guest,
    new_guest,
    owner_from_token,
    token_for,
)
from seating.lifecycle import is_stopping
from seating.limits import Bucket
from seating.new_guests import GUESTS_OF_SOCKETS
from seating.outlet import SendOutlet, ServersOutlet, servers_outlet
from seating.protocol import CloseCode
from seating.rates import HOLDS_OF_SOCKETS
from seating.services.holds import ahold_seats, arelease_seats

BAD_MESSAGES_IN_A_ROW = 3
SESSION_CHECK_SECONDS = 30.0

_sockets_of: Counter[str] = Counter()


class ShowConsumer(AsyncWebsocketConsumer):
    channel_layer_alias = "none"
    groups = ()  # Channels would make a list for every socket

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """On our own server the open socket is handed over, so that no task waits here for a silent viewer."""
        direct = servers_outlet(scope)
        if direct is None:
            self.outlet: SendOutlet | ServersOutlet = SendOutlet(send)
            await super().__call__(scope, receive, send)
            return
        self.scope, self.base_send, self.outlet = scope, send, direct
        await self.dispatch(await receive())
        direct.hand_over(self._take)
        del self.scope  # the handshake's headers are not needed any more

    async def _take(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(StopConsumer):
            await self.dispatch(message)

    async def dispatch(self, message: dict[str, Any]) -> None:
        # Channels would use a thread here to close database connections; this socket opens none.
        await getattr(self, get_handler_name(message))(message)

    # -------------------------------------------------------------------------------- coming and going
    async def connect(self) -> None:
        self.channel: ShowChannel | None = None
        self.owner: str | None = None
        self.verified = False  # whether it is an account that has proved its e-mail address
        self.asked: tuple[str, frozenset[str]] | None = None
        self.stranger = False  # whether it is a guest whom nobody but this socket knows yet
        self.bad_messages = 0
        # Our own server counts messages before they are queued; on another server they are counted here.
        self.bucket = Bucket() if isinstance(self.outlet, SendOutlet) else None
        self.session_checked_at = time.monotonic()
        self.address = address_of_scope(self.scope)
        await self.accept()
        _sockets_of[self.address] += 1
        if is_stopping():
            await self.close(CloseCode.RESTARTING)
        elif 0 < settings.MAX_SOCKETS_PER_ADDRESS < _sockets_of[self.address]:
            await self.close(CloseCode.TOO_MANY)
        else:
            await self._join()

    async def _join(self) -> None:
        try:
            await self._identify()
            show_id = int(self.scope["url_route"]["kwargs"]["show_id"])
            self.channel = await current_hub().join(show_id, self, self._strangers_token())
        except UnknownShow:
            await self.close(CloseCode.NO_SUCH_SHOW)
        except HoldsUnavailable:
            await self.close(CloseCode.RESTARTING)  # the database is away: come back later

    def _strangers_token(self) -> str | None:
        return token_for(self.owner) if self.stranger and self.owner else None

    async def disconnect(self, code: int) -> None:
        if self.channel is not None:
            current_hub().leave(self.channel, self)
        self.outlet.close()
        _sockets_of[self.address] -= 1
        if not _sockets_of[self.address]:
            del _sockets_of[self.address]

    def close_soon(self, code: int) -> None:
        self._closing = asyncio.ensure_future(self.close(code))

    async def _identify(self) -> None:
        """Finds the owner that the cookies name: a signed-in user, or else a guest. Without either it is a new guest,
        whose token comes with the snapshot."""
        await arefresh()
        cookies = cookies_of_socket(self.scope)
        self.session_key = cookies.get(settings.SESSION_COOKIE_NAME)
        account = await account_of_session(self.session_key)
        if account is not None:
            self.owner, self.verified = account.owner, account.verified
        elif COOKIE in cookies:
            with contextlib.suppress(BadToken):
                self.owner = owner_from_token(cookies[COOKIE])
        if self.owner is None:
            self.owner, self.stranger = new_guest(), True

    # --------------------------------------------------------------------------------------- listening
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.bucket is not None and not self.bucket.takes():
            await self.close(CloseCode.TOO_MANY)
            return
        try:
            message = protocol.parse(text_data)
        except protocol.BadMessage as error:
            await self._complain("bad_message", str(error))
            return
        self.bad_messages = 0
        channel = self.channel
        if channel is None:
            return  # closing already
        match message:
            case protocol.Hello():
                await self._hello(channel, message)
            case protocol.HoldRequest():
                await self._hold(channel, message)
            case protocol.ReleaseRequest():
                await self._release(channel, message)
            case protocol.Ping():
                self._reply(protocol.pong())

    def _reply(self, frame: protocol.Frame) -> None:
        if not self.outlet.send(frame):
            self.close_soon(CloseCode.TOO_SLOW)

    async def _complain(self, code: str, detail: str) -> None:
        self.bad_messages += 1
        self._reply(protocol.error(code, detail))
        if self.bad_messages >= BAD_MESSAGES_IN_A_ROW:
            await self.close(CloseCode.BAD_MESSAGES)

    async def _hello(self, channel: ShowChannel, message: protocol.Hello) -> None:
        if message.token is not None:
            await arefresh()
            try:
                owner = owner_from_token(message.token)
            except BadToken as error:
                self._reply(protocol.error(error.code, error.detail))
                return
            channel.identify(self, owner)
            self.verified = self.stranger = False
        if not channel.loaded:
            return  # the snapshot is sent as soon as Redis answers
        if message.token is None and (message.epoch, message.seq) == (channel.epoch, channel.sent_seq):
            self._reply(protocol.heartbeat(channel.sent_seq, channel.viewer_count))
        else:
            self._reply(channel.snapshot_for(self.owner, self._strangers_token()))

    async def _hold(self, channel: ShowChannel, message: protocol.HoldRequest) -> None:
        owner = self.owner or ""
        token = guest_token(owner)
        try:
            if not await self._still_signed_in():
                return
            self._count_hold(owner)
            self.asked = "held", frozenset(message.seats)
            caller = Caller(self.address, self.verified)
            hold = await ahold_seats(channel.show, owner, message.seats, key=message.key or "", caller=caller)
        except SeatingError as refusal:
            self.asked = None
            known = token if isinstance(refusal, HoldUnknown) else None
            after = refusal.retry_after
            self._reply(protocol.refused(message.ref, refusal.code, refusal.seats or message.seats, after, known))
            return
        self._reply(protocol.held(message.ref, hold.seats, hold.expires_at, token))

    def _count_hold(self, owner: str) -> None:
        """Raises TooManyRequests, TooManyNewGuests."""
        wait = HOLDS_OF_SOCKETS.wait(self.address if is_guest(owner) else owner)
        if wait:
            detail = "Too many tries came from your network. Wait a moment, then try again."
            raise TooManyRequests(detail, retry_after=ceil(wait))
        GUESTS_OF_SOCKETS.admit(owner, self.address)

    async def _release(self, channel: ShowChannel, message: protocol.ReleaseRequest) -> None:
        try:
            if not await self._still_signed_in():
                return
            self.asked = "released", frozenset(message.seats)
            seats = await arelease_seats(channel.show, self.owner or "", message.seats)
        except SeatingError as refusal:
            self._reply(protocol.refused(message.ref, refusal.code, refusal.seats or message.seats))
            return
        self._reply(protocol.released(message.ref, seats))

    async def _still_signed_in(self) -> bool:
        """Checks every 30 s that the user's session still exists; if not, closes with 4401."""
        if self.owner is None or is_guest(self.owner):
            return True
        if time.monotonic() - self.session_checked_at < SESSION_CHECK_SECONDS:
            return True
        self.session_checked_at = time.monotonic()
        account = await account_of_session(self.session_key)
        if account is not None and account.owner == self.owner:
            self.verified = account.verified
            return True
        await self.close(CloseCode.SIGNED_OUT)
        return False


class NowhereConsumer(AsyncWebsocketConsumer):
    """Any other address: accepted first, because a refused handshake cannot carry a close code."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.accept()
        await self.close(CloseCode.NO_SUCH_SHOW)
