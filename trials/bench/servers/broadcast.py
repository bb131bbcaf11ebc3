"""The reference that costs little more than the system calls: picows, a websocket server in C, and a loop.

`python -m trials.bench.servers.broadcast PORT`. What comes in on `/control` is sent to everybody on `/`, unparsed.
"""

import asyncio
import sys

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

watching: set[WSTransport] = set()


class Watching(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        watching.add(transport)
        transport.send(WSMsgType.TEXT, b'{"type":"snapshot","seq":0}')

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        watching.discard(transport)


class Control(WSListener):
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            payload = frame.get_payload_as_bytes()
            for other in watching:
                other.send(WSMsgType.TEXT, payload)


def route(request: WSUpgradeRequest) -> WSListener:
    return Control() if request.path == b"/control" else Watching()


async def serve(port: int) -> None:
    server = await ws_create_server(route, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
