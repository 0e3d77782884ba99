"""A WebSocket service: it sends back what it gets, or, at /flood, more than anybody takes at once."""

import asyncio
import sys

from websockets.asyncio.server import serve

FLOOD = 64 * 1024 * 1024
PIECE = 64 * 1024


async def talk(connection):
    """One conversation, by its path."""
    if connection.request.path.startswith("/flood"):
        for _ in range(FLOOD // PIECE):
            await connection.send(b"x" * PIECE)
        return
    async for message in connection:
        await connection.send(message)


async def main(port):
    """Serves until it is ended."""
    async with serve(talk, "127.0.0.1", port, max_size=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
