"""Messages to one person, on every socket on which they watch a show."""

import json

import redis
import structlog

from seating import connections, keys

log = structlog.get_logger(__name__)


def notify_owner(show_id: int, owner: str, code: str, detail: str) -> None:
    """Sends a `notice` to all of this person's sockets at the show. Never raises: losing one changes no seat."""
    message = {"notice": {"owner": owner, "code": code, "detail": detail}}
    try:
        connections.client().publish(keys.channel(show_id), json.dumps(message))
    except redis.RedisError:
        log.warning("notice_lost", show=show_id, code=code)
