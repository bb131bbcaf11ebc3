"""The board's socket: staff with a session or a staff token see the figures of their theatres.

It writes through the server's own outlet, in messages of at most 16 KB: Autobahn counts the limit of what clients may
send against what we send, too. Every 20 seconds it asks again who is there, so that whoever's post, account, session or
token has ended is gone within 30.
"""

import asyncio
from typing import Any

from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError

from boxoffice.board import BOX_OFFICE_GROUP, box_office_figures, figures_frames
from boxoffice.events import first_this_minute, write_refusal
from boxoffice.sessions import user_of_good_session
from boxoffice.tokens import holder_of
from cinema.addresses import address_of_scope
from cinema.permissions import theatres_where
from seating.errors import HoldsUnavailable
from seating.identity import cookies_of_socket
from seating.outlet import Outlet, SendOutlet, servers_outlet
from seating.protocol import CloseCode
from seating.staff import staff_token_of

CHECK_SECONDS = 20.0
DRAIN_SECONDS = 0.02  # between two looks at whether the socket has taken a part


class BoxOfficeConsumer(AsyncWebsocketConsumer):
    """Sends the figures of all of today's shows at first, then the changed ones, once a second."""

    permission = "boxoffice.look"
    theatres: frozenset[int] = frozenset()
    checking: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self.outlet: Outlet = servers_outlet(self.scope) or SendOutlet(self.base_send)
        await self.accept()
        theatres = await self._standing(first=True)
        if theatres is None:
            await self.close(CloseCode.SIGNED_OUT)
            return
        self.theatres = theatres
        await self.channel_layer.group_add(BOX_OFFICE_GROUP, self.channel_name)
        self.checking = asyncio.create_task(self._keep_checking())
        await self._send_all()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(BOX_OFFICE_GROUP, self.channel_name)
        if self.checking is not None:
            self.checking.cancel()
        self.outlet.close()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Ignores messages: the dashboard only listens."""

    async def boxoffice_figures(self, event: dict[str, Any]) -> None:
        mine = [entry for entry in event["shows"] if entry["theatre"] in self.theatres]
        if mine:
            await self._send_shows(mine)

    # ---------------------------------------------------------------------------------------------- sending
    async def _send_all(self) -> None:
        try:
            shows = await sync_to_async(box_office_figures)(self.theatres)
        except HoldsUnavailable:
            shows = []  # the figures follow once Redis answers again
        await self._send_shows(shows)

    async def _send_shows(self, shows: list[dict[str, Any]]) -> None:
        """Part after part, each once the socket has taken what was before it; a socket that takes nothing is closed."""
        for frame in figures_frames(shows):
            if not await self._drained():
                await self.close(CloseCode.TOO_SLOW)
                return
            self.outlet.send(frame)

    async def _drained(self) -> bool:
        waited = 0.0
        while not self.outlet.drained():
            if waited >= settings.STUCK_VIEWER_SECONDS:
                return False
            await asyncio.sleep(DRAIN_SECONDS)
            waited += DRAIN_SECONDS
        return True

    # ------------------------------------------------------------------------------------------- who is there
    async def _keep_checking(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            theatres = await self._standing()
            if theatres is None:
                await self.close(CloseCode.SIGNED_OUT)
                return
            if theatres != self.theatres:
                self.theatres = theatres
                await self._send_all()

    async def _standing(self, first: bool = False) -> frozenset[int] | None:
        """Ids of the theatres this person may look at; None for nobody of the staff."""
        try:
            theatres: frozenset[int] | None = await database_sync_to_async(self._theatres)(first)
        except (OperationalError, InterfaceError):
            return None if first else self.theatres  # the database is away: the next look decides
        return theatres

    def _theatres(self, first: bool) -> frozenset[int] | None:
        headers = dict(self.scope["headers"])
        secret = staff_token_of(headers.get(b"authorization", b"").decode("latin-1"))
        session = cookies_of_socket(self.scope).get(settings.SESSION_COOKIE_NAME, "")
        if secret:
            user = holder_of(secret, address_of_scope(self.scope), counted=first)
        else:
            user = user_of_good_session(session) if session else None
        if user is None or not user.has_perm(self.permission):
            if first:
                self._note_refusal()
            return None
        return frozenset(theatres_where(user, self.permission))

    def _note_refusal(self) -> None:
        address = address_of_scope(self.scope)
        if first_this_minute(f"socket:{address}"):
            write_refusal("refused", address=address, permission=self.permission, path=self.scope["path"])
