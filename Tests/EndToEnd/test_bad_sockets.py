"""WebSockets that ask for too much, read too little, or want what is not theirs."""

import asyncio
import json
import socket
import zlib

import pytest
import websockets

from hostile import at_once
from venue import PATIENCE, eventually

SOCKETS = ("/ws", "/ws-fapi/v1")


@pytest.fixture
def venue(still, unchanged):
    return still


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, PATIENCE))


async def closed(connection, timeout=PATIENCE):
    """Everything until the venue closes; its code and the messages before."""
    messages = []
    try:
        while True:
            messages.append(await asyncio.wait_for(connection.recv(), timeout))
    except websockets.ConnectionClosed as end:
        return (end.rcvd.code if end.rcvd else None), messages


@pytest.mark.parametrize("path", SOCKETS)
def test_compression_is_not_agreed_on(venue, path):
    async def talk():
        async with websockets.connect(venue.ws + path, compression="deflate") as connection:
            assert connection.protocol.extensions == []

    run(talk())


@pytest.mark.parametrize("path", SOCKETS)
def test_a_compression_bomb(venue, path):
    """Sixty megabytes in sixty thousand bytes are not unpacked, but refused as they come."""
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(b"0" * (60 << 20)) + packer.flush(zlib.Z_SYNC_FLUSH)
    bomb = bomb[:60_000]

    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", venue.port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 101 " in head and b"permessage" not in head
        writer.write(b"\xc1\xfe" + len(bomb).to_bytes(2) + b"\0\0\0\0" + bomb)
        answer = await reader.readexactly(4)
        assert answer[0] == 0x88 and int.from_bytes(answer[2:4]) == 1002
        writer.close()

    run(talk())


def test_a_flood_of_subscriptions(venue):
    async def talk():
        async with websockets.connect(venue.ws + "/ws") as connection:
            names = [f"s{number}usdt@trade" for number in range(1025)]
            await connection.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
            answer = json.loads(await connection.recv())
            assert answer["error"]["code"] == 2 and answer["id"] == 1
            await connection.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 2}))
            assert json.loads(await connection.recv())["result"] == []
            for number in range(500):
                message = {"method": "SUBSCRIBE", "params": [f"s{number}usdt@trade"], "id": number}
                try:
                    await connection.send(json.dumps(message))
                except websockets.ConnectionClosed:
                    break
            code, _ = await closed(connection)
            assert code == 1008

    run(talk())


@pytest.mark.parametrize("kind", [0x9, 0xA])
def test_a_flood_of_pings(venue, kind):
    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", venue.port)
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{venue.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        writer.write(bytes([0x80 | kind, 0x80, 0, 0, 0, 0]) * 10_000)
        received = b""
        while piece := await reader.read(65536):
            received += piece
        assert b"\x88" in received and (1008).to_bytes(2) in received
        writer.close()

    run(talk())


def test_requests_that_nobody_waits_for(venue):
    """A queue that is full closes its connection, and what it held is not carried out."""
    async def talk():
        async with websockets.connect(venue.ws + "/ws-fapi/v1") as connection:
            text = json.dumps({"id": 1, "method": "depth", "params": {"symbol": "ETHUSDT"}})
            try:
                for _ in range(20_000):
                    await connection.send(text)
            except websockets.ConnectionClosed:
                pass
            code, messages = await closed(connection)
            assert code == 1008 and len(messages) < 20_000

    run(talk())


MESSAGES = [
    "", "{", "[]", "null", "7", '"x"', "{}", '{"method":7}', '{"method":"SUBSCRIBE","params":{},"id":1}',
    '{"method":"SUBSCRIBE","params":[7],"id":1}', '{"method":"SUBSCRIBE","params":[""],"id":1}',
    '{"method":"subscribe","params":[],"id":1}', '{"method":"SUBSCRIBE","params":7,"id":1}',
    '{"method":"SUBSCRIBE","params":[[]],"id":1}',
    '{"method":"SUBSCRIBE","params":["../../etc/passwd"],"id":1}',
    '{"method":"SUBSCRIBE","params":["ETHUSDT@trade"],"id":1}',
    '{"method":"SUBSCRIBE","params":["\\u202eethusdt@trade"],"id":1}',
    '{"method":"LIST_SUBSCRIPTIONS","id":{}}', '{"method":"LIST_SUBSCRIPTIONS","id":1.5}',
    '{"method":"LIST_SUBSCRIPTIONS","id":"' + "x" * 200 + '"}',
    '{"method":"SET_PROPERTY","params":["combined"],"id":1}',
    '{"method":"GET_PROPERTY","params":["secret"],"id":1}', "[" * 60_000, '{"a":' * 10_000,
]  # fmt: skip


def test_messages_that_are_none(venue):
    async def talk():
        for start in range(0, len(MESSAGES), 20):
            async with websockets.connect(venue.ws + "/ws") as connection:
                for text in MESSAGES[start : start + 20]:
                    with at_once(venue):
                        await connection.send(text)
                        answer = json.loads(await connection.recv())
                    assert set(answer) == {"error", "id"} and answer["error"]["msg"], text

    run(talk())


def test_the_stream_of_somebody_else(venue):
    """A listen key is a secret: another text opens nothing, and is not told from one that ended."""
    headers = {"X-MBX-APIKEY": venue.key}
    key = venue.call("POST", "/fapi/v1/listenKey", headers=headers)["listenKey"]
    other = venue.control("accounts", {"deposit": "1000"})

    async def talk():
        flipped = ("A" if key[0] != "A" else "B") + key[1:]
        for name in (flipped, "x" * 64, key.lower(), key[:-1]):
            async with websockets.connect(f"{venue.ws}/ws/{name}") as connection:
                mine = venue.key, venue.secret
                await asyncio.to_thread(
                    venue.signed, "POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=7
                )
                assert (venue.key, venue.secret) == mine
                with pytest.raises((asyncio.TimeoutError, websockets.ConnectionClosed)):
                    await asyncio.wait_for(connection.recv(), 0.3)
        # Keeping a stream alive takes the account's own key.
        theirs = {"X-MBX-APIKEY": other["key"]}
        status, _, _ = await asyncio.to_thread(
            venue.raw, "DELETE", "/fapi/v1/listenKey", None, theirs
        )
        assert 200 <= status < 500
        async with websockets.connect(f"{venue.ws}/ws/{key}") as connection:
            await asyncio.to_thread(
                venue.signed, "POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=8
            )
            event = json.loads(await connection.recv())
            assert event["e"] == "ACCOUNT_CONFIG_UPDATE"

    run(talk())


test_the_stream_of_somebody_else = pytest.mark.changes_state(test_the_stream_of_somebody_else)


def test_addresses_that_are_no_stream(venue):
    async def talk():
        for path in (
            "/ws/", "/ws/a/b", "/stream?streams=", "/stream?streams=nothing", "/wsx", "/",
            "/ws/ethusdt@trade?x=" + "y" * 4000, "/ws/%00", "/ws/..%2f", "/ws-fapi/v2",
            "/stream?streams=" + "/".join(f"s{number}usdt@trade" for number in range(1025)),
        ):  # fmt: skip
            try:
                async with websockets.connect(venue.ws + path, open_timeout=PATIENCE) as connection:
                    await connection.ping()
            except (websockets.InvalidStatus, websockets.ConnectionClosed, TimeoutError) as end:
                response = getattr(end, "response", None)
                assert response is None or 400 <= response.status_code < 500, path

    run(talk())


def test_a_client_that_does_not_read_is_dropped(market):
    def dropped():
        text = market.raw("GET", "/metrics")[2].decode()
        name = "plimsoll_slow_connections_dropped_total "
        return [float(line[len(name):]) for line in text.splitlines() if line.startswith(name)][0]

    before = dropped()
    stuck = socket.create_connection(("127.0.0.1", market.port))
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    names = "/".join(
        f"{symbol}@{kind}"
        for symbol in ("btcusdt", "ethusdt", "solusdt")
        for kind in ("depth@0ms", "bookTicker", "trade", "aggTrade")
    )
    stuck.sendall(
        f"GET /stream?streams={names} HTTP/1.1\r\nHost: 127.0.0.1:{market.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    market.control("clock", {"speed": "max"})
    try:
        eventually(lambda: dropped() == before + 1)
    finally:
        market.control("clock", {"speed": 1})
    stuck.close()
    assert market.get("/fapi/v1/ping") == {}
