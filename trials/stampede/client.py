"""HTTP for one visitor: small JSON requests, one at a time, over one kept connection.

A POST without an answer is never sent a second time: nobody knows whether it was carried out. Only a connection that
the server had closed before the request is replaced, and nothing is reported.
"""

import json
import os
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp

from trials.stampede.address import Address

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 3600.0  # an idle connection is kept until the server closes it
LONGEST_BODY_BYTES = 16 * 1024 * 1024


class Unreachable(Exception):
    """No answer came; the text is the reason, in a few words."""


def reason_of(error: OSError) -> str:
    """A few words, the same for every address."""
    if isinstance(error, socket.gaierror):
        return "there is no such host"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'no agreement'}"
    return os.strerror(error.errno) if error.errno else "it cannot be connected"


@dataclass(frozen=True)
class Answer:
    """`body` is the parsed JSON, or None where the body is not JSON."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """The contract's code of a refusal, or `http_<status>` where there is none."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, str) else f"http_{self.status}"


class Client:
    """One visitor's connection, as an async context manager. `token` is who they are, once the site has said so."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.token: str | None = None

    async def __aenter__(self) -> "Client":
        self._session = aiohttp.ClientSession(  # no proxy from the environment: that is its default
            connector=aiohttp.TCPConnector(limit=1, keepalive_timeout=IDLE_SECONDS, ssl=self.address.tls or True),
            cookie_jar=aiohttp.DummyCookieJar(),  # the token says who is asking, and nothing else does
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Raises Unreachable."""
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            async with self._session.request(
                method,
                f"{self.address.url}{path}",
                json=body,
                headers={**own, **(headers or {})},
                allow_redirects=False,
            ) as response:
                return Answer(response.status, _parsed(await _content(response)))
        except TimeoutError:
            raise Unreachable(f"no answer within {ANSWER_SECONDS:.0f} s") from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable(f"TLS: {getattr(error.certificate_error, 'reason', None) or 'no agreement'}") from None
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(reason_of(error.os_error)) from None
        except aiohttp.ServerDisconnectedError:
            raise Unreachable("the connection was closed") from None
        except OSError as error:
            raise Unreachable(reason_of(error)) from None
        except (aiohttp.ClientError, ValueError):
            raise Unreachable("the answer breaks off or is not HTTP") from None


async def _content(response: aiohttp.ClientResponse) -> bytes:
    """Raises ValueError for a body that is too long."""
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > LONGEST_BODY_BYTES:
            raise ValueError(f"longer than {LONGEST_BODY_BYTES:,} bytes")
    return bytes(content)


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
