"""One conversation by WebSocket: `client.py ADDRESS WHAT [NAME=VALUE …]`, with fields for the handshake. Prints one line."""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


async def echo(socket):
    """Text and bytes come back as they were."""
    await socket.send("grüße")
    await socket.send(bytes(range(256)))
    return f"{await socket.recv()} {len(await socket.recv())}"


async def large(socket):
    """A message of 10 MB comes back, in spite of what fits into any buffer on the way."""
    message = b"y" * 10_000_000
    await socket.send(message)
    return "unchanged" if await socket.recv() == message else "changed"


async def ping(socket):
    """The service answers a ping of the protocol."""
    await (await socket.ping())
    return "pong"


async def close(socket):
    """The code of the closing handshake comes back."""
    await socket.close(4000, "enough")
    return f"{socket.close_code} {socket.close_reason}"


async def flood(socket):
    """Nothing is read for a second; then all of it is there."""
    await asyncio.sleep(1)
    total = 0
    async for message in socket:
        total += len(message)
    return f"{total // 1024 // 1024} MB"


async def silence(socket):
    """Nobody says anything until the gateway ends it."""
    try:
        await asyncio.wait_for(socket.recv(), 15)
    except ConnectionClosed:
        return "ended"
    except TimeoutError:
        return "still open"
    return "answered"


async def main(address, what, *fields):
    """Connects, and has the conversation that is called `what`."""
    headers = dict(field.split("=", 1) for field in fields)
    # No pings of the library's own: only what is asked for is sent.
    try:
        async with connect(f"ws://{address}/{what}", additional_headers=headers, max_size=None, ping_interval=None) as socket:
            print(await globals()[what](socket))
    except InvalidStatus as refused:
        print(refused.response.status_code)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
