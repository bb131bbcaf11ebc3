"""HTTP/1.1 on one kept connection, for asyncio: small JSON requests, one at a time.

A request whose answer does not come is never sent a second time: whether it happened is not known. Only a connection
that the server had closed before the request is replaced in silence.
"""

import asyncio
import contextlib
import json
import os
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from trials.stampede.address import Address

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 10.0
LONGEST_BODY_BYTES = 16 * 1024 * 1024
_LENGTHS = {"content-length", "transfer-encoding"}  # without one of them the body ends with the connection


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
    """`body` is what the JSON says, or None where it is none."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """The contract's code of a refusal, or `http_<status>` where there is none."""
        code = self.body.get("code") if isinstance(self.body, dict) else None
        return code if isinstance(code, str) else f"http_{self.status}"


class Client:
    """One visitor's connection; `token` is who they are, once they have been told."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.token: str | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(
        self, method: str, path: str, body: dict | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Raises Unreachable."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._exchange(self._head_and_body(method, path, body, headers or {}))
        except Unreachable:
            self.close()
            raise
        except TimeoutError:
            self.close()
            raise Unreachable(f"no answer within {ANSWER_SECONDS:.0f} s") from None
        except OSError as error:
            self.close()
            raise Unreachable(reason_of(error)) from None
        except (EOFError, ValueError):
            self.close()
            raise Unreachable("the answer breaks off or cannot be read") from None
        except BaseException:
            self.close()  # cancelled half-way: what is left of the answer must not meet the next request
            raise

    def close(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._writer.close()
        self._reader = self._writer = None

    def _head_and_body(self, method: str, path: str, body: dict | None, headers: dict[str, str]) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        default_port = 443 if self.address.secure else 80
        host = self.address.host if self.address.port == default_port else f"{self.address.host}:{self.address.port}"
        lines = [f"{method} {self.address.path}{path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + content

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None or self._reader.at_eof() or self._writer.is_closing():
            self.close()
            async with asyncio.timeout(CONNECT_SECONDS):
                self._reader, self._writer = await asyncio.open_connection(
                    self.address.host, self.address.port, ssl=self.address.tls
                )
        return self._reader, self._writer

    async def _exchange(self, request: bytes) -> Answer:
        reader, writer = await self._connected()
        writer.write(request)
        await writer.drain()
        status_line = await reader.readline()
        if not status_line.startswith(b"HTTP/1."):
            raise Unreachable("the connection was closed" if not status_line else "what answers does not speak HTTP")
        status = int(status_line.split()[1])
        headers: dict[str, str] = {}
        while (line := await reader.readline()) not in {b"\r\n", b"\n"}:
            if not line:
                raise EOFError
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        content = await _content(reader, headers, status)
        if headers.get("connection", "").lower() == "close" or not headers.keys() & _LENGTHS:
            self.close()
        try:
            return Answer(status, json.loads(content))
        except ValueError:
            return Answer(status, None)


async def _content(reader: asyncio.StreamReader, headers: dict[str, str], status: int) -> bytes:
    if status in {204, 304}:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(_checked(size)))
            await reader.readexactly(2)
        while await reader.readline() not in {b"\r\n", b"\n", b""}:
            continue  # trailers
        return b"".join(parts)
    if "content-length" in headers:
        return await reader.readexactly(_checked(int(headers["content-length"])))
    return await reader.read(LONGEST_BODY_BYTES)


def _checked(size: int) -> int:
    if not 0 <= size <= LONGEST_BODY_BYTES:
        raise ValueError("a body of this length is refused")
    return size
