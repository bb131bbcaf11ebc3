"""The board's socket."""

from typing import Any

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings

from boxoffice.board import BOX_OFFICE_GROUP, box_office_figures
from seating.errors import HoldsUnavailable
from seating.identity import cookies_of_socket, user_of_session
from seating.protocol import CloseCode


class BoxOfficeConsumer(AsyncJsonWebsocketConsumer):
    """The staff dashboard: sends the figures of all of today's shows at first, then the changed ones, once a second."""

    async def connect(self) -> None:
        await self.accept()
        user = await user_of_session(cookies_of_socket(self.scope).get(settings.SESSION_COOKIE_NAME))
        if user is None or not user.is_staff:
            await self.close(CloseCode.SIGNED_OUT)
            return
        await self.channel_layer.group_add(BOX_OFFICE_GROUP, self.channel_name)
        try:
            await self.send_json({"type": "figures", "shows": await sync_to_async(box_office_figures)()})
        except HoldsUnavailable:
            await self.send_json({"type": "figures", "shows": []})  # the figures follow once Redis answers again

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(BOX_OFFICE_GROUP, self.channel_name)

    async def receive_json(self, content: object, **kwargs: object) -> None:
        """Ignores messages: the dashboard only listens."""

    async def boxoffice_figures(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "figures", "shows": event["shows"]})
