"""The reference that most Channels projects begin with: one consumer and one group.

Served by Daphne as `trials.bench.servers.plain:application`; LAYER (`core` or `pubsub`) and LAYER_URL choose the layer.
"""

import os
from typing import Any

from django.conf import settings

LAYERS = {"core": "channels_redis.core.RedisChannelLayer", "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer"}
GROUP = "show"

settings.configure(
    SECRET_KEY="only for measuring",  # noqa: S106
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": LAYERS[os.environ["LAYER"]],
            "CONFIG": {"hosts": [{"address": os.environ["LAYER_URL"], "socket_timeout": None}]},
        }
    },
)

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402 - reads the settings


class PlainConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        await self.send_json({"type": "snapshot", "seq": 0})

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def seats_changed(self, event: dict[str, Any]) -> None:
        await self.send_json(event["message"])


application = PlainConsumer.as_asgi()
