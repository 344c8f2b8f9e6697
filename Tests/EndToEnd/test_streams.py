"""The market and the account over WebSocket, as the clients subscribe to them."""

import asyncio
import json
import time
from decimal import Decimal

import pytest
import websockets

from venue import PATIENCE

ID = "ETHUSDT"
STREAM = ID.lower()


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, PATIENCE))


async def events(socket, count, timeout=PATIENCE):
    """The next events, in order."""
    return [json.loads(await asyncio.wait_for(socket.recv(), timeout)) for _ in range(count)]


async def until(socket, wanted, timeout=PATIENCE):
    """The next event that is wanted, and those before it."""
    seen = []
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        event = json.loads(await asyncio.wait_for(socket.recv(), timeout))
        seen.append(event)
        if wanted(event):
            return event, seen
    raise AssertionError(f"not among {len(seen)} events")


FIELDS = {
    "depth": ("depthUpdate", "e E T s U u pu b a"),
    "depth@100ms": ("depthUpdate", "e E T s U u pu b a"),
    "bookTicker": ("bookTicker", "e u E T s b B a A"),
    "aggTrade": ("aggTrade", "e E s a p q f l T m"),
    "trade": ("trade", "e E s t p q T m"),
    "kline_1m": ("kline", "e E s k"),
    "markPrice@1s": ("markPriceUpdate", "e E s p i P r T"),
    "ticker": ("24hrTicker", "e E s p P w c Q o h l v q O C F L n"),
    "miniTicker": ("24hrMiniTicker", "e E s c o h l v q"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_stream_of_its_own(market, name):
    kind, fields = FIELDS[name]

    async def listen():
        async with websockets.connect(f"{market.ws}/ws/{STREAM}@{name}") as socket:
            for event in await events(socket, 2):
                assert event["e"] == kind and event["s"] == ID
                assert set(fields.split()) <= set(event)
                for key in ("p", "q", "c", "o", "b", "B", "a", "A"):
                    if key in event and not isinstance(event[key], (list, int)):
                        assert isinstance(event[key], str), "numbers are strings"

    run(listen())


@pytest.mark.parametrize(
    "path",
    ["/ws", "/stream", "/public/ws", "/market/stream", "/private/ws", "/ws/0", "/public/ws/0", "/public/stream"],
)
def test_subscribing_on_every_route(market, path):
    """Surprise: 3, and a number behind the route is ignored.

    Surprise: 4.
    """
    async def listen():
        async with websockets.connect(market.ws + path) as socket:
            wanted = [f"{STREAM}@aggTrade", f"{STREAM}@bookTicker"]
            for number in (7, "a-text"):
                await socket.send(
                    json.dumps({"method": "SUBSCRIBE", "params": wanted, "id": number})
                )
                answer, _ = await until(socket, lambda event: "id" in event)
                assert answer == {"result": None, "id": number}
            await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 8}))
            answer, _ = await until(socket, lambda event: event.get("id") == 8)
            assert sorted(answer["result"]) == sorted(wanted)
            event, _ = await until(socket, lambda event: "id" not in event)
            if "stream" in path:
                assert event["stream"] in wanted and event["data"]["s"] == ID
            else:
                assert event["s"] == ID
            await socket.send(json.dumps({"method": "UNSUBSCRIBE", "params": wanted, "id": 9}))
            await until(socket, lambda event: event.get("id") == 9)
            await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 10}))
            answer, _ = await until(socket, lambda event: event.get("id") == 10)
            assert answer["result"] == []

    run(listen())


def test_combined_streams_name_their_stream(market):
    async def listen():
        names = f"{STREAM}@aggTrade/{STREAM}@markPrice@1s"
        async with websockets.connect(f"{market.ws}/stream?streams={names}") as socket:
            seen = set()
            while len(seen) < 2:
                (event,) = await events(socket, 1)
                assert set(event) == {"stream", "data"}
                seen.add(event["stream"])
            assert seen == set(names.split("/"))

    run(listen())


def test_the_book_built_from_the_stream_is_the_book(market):
    """The rule that clients implement: snapshot, then differences, no gap in `pu`."""

    async def listen():
        async with websockets.connect(f"{market.ws}/ws/{STREAM}@depth@100ms") as socket:
            buffered = await events(socket, 2)
            snapshot = await asyncio.to_thread(
                market.get, "/fapi/v1/depth", symbol=ID, limit=1000
            )
            sides = {
                side: {Decimal(price): Decimal(quantity) for price, quantity in snapshot[side]}
                for side in ("bids", "asks")
            }
            known = snapshot["lastUpdateId"]
            previous = None
            deadline = time.monotonic() + 4
            while time.monotonic() < deadline:
                event = buffered.pop(0) if buffered else (await events(socket, 1))[0]
                if event["u"] < known:
                    continue
                if previous is None:
                    assert event["U"] <= known + 1 and known <= event["u"]
                else:
                    assert event["pu"] == previous, "no gap"
                previous = event["u"]
                for side, rows in (("bids", event["b"]), ("asks", event["a"])):
                    for price, quantity in rows:
                        sides[side].pop(Decimal(price), None)
                        if Decimal(quantity):
                            sides[side][Decimal(price)] = Decimal(quantity)
                assert max(sides["bids"]) < min(sides["asks"]), "never crossed"
            assert previous is not None

            # Stand still, drain, compare.
            await asyncio.to_thread(market.control, "clock", {"paused": True})
            rest = await asyncio.to_thread(market.get, "/fapi/v1/depth", symbol=ID, limit=1000)
            while previous < rest["lastUpdateId"]:
                (event,) = await events(socket, 1)
                assert event["pu"] == previous
                previous = event["u"]
                for side, rows in (("bids", event["b"]), ("asks", event["a"])):
                    for price, quantity in rows:
                        sides[side].pop(Decimal(price), None)
                        if Decimal(quantity):
                            sides[side][Decimal(price)] = Decimal(quantity)
            for side in ("bids", "asks"):
                shown = {Decimal(price): Decimal(quantity) for price, quantity in rest[side]}
                assert sides[side] == shown
            assert rest["lastUpdateId"] == previous

    try:
        run(listen())
    finally:
        market.control("clock", {"paused": False})


def test_an_order_is_told_to_its_owner(market):
    """Surprise: 13, no row of another side than `BOTH`."""
    async def listen():
        key = await asyncio.to_thread(
            market.call, "POST", "/fapi/v1/listenKey", None, {"X-MBX-APIKEY": market.key}
        )
        key = key["listenKey"]
        again = await asyncio.to_thread(
            market.call, "POST", "/fapi/v1/listenKey", None, {"X-MBX-APIKEY": market.key}
        )
        assert again["listenKey"] == key, "one key while it is valid"
        async with websockets.connect(f"{market.ws}/ws/{key}") as socket:
            order = await asyncio.to_thread(
                market.signed, "POST", "/fapi/v1/order", symbol=ID, side="BUY", type="MARKET",
                quantity="0.1", newOrderRespType="RESULT", newClientOrderId="told",
            )
            balance, seen = await until(
                socket,
                lambda event: event["e"] == "ACCOUNT_UPDATE",
            )
            trades = [event for event in seen if event["e"] == "ORDER_TRADE_UPDATE"]
            while not trades or trades[-1]["o"]["X"] != "FILLED":
                event, _ = await until(socket, lambda event: event["e"] == "ORDER_TRADE_UPDATE")
                trades.append(event)
            assert trades[0]["o"]["x"] == "NEW" and trades[0]["o"]["c"] == "told"
            assert trades[-1]["o"]["x"] == "TRADE" and trades[-1]["o"]["X"] == "FILLED"
            assert all(event["o"]["i"] == order["orderId"] for event in trades)
            assert balance["a"]["m"] == "ORDER"
            assert all(row["ps"] == "BOTH" for row in balance["a"]["P"])
            assert any(row["a"] == "USDT" for row in balance["a"]["B"])

            await asyncio.to_thread(
                market.signed, "POST", "/fapi/v1/order", symbol=ID, side="SELL", type="MARKET",
                quantity="0.1", reduceOnly="true",
            )
            done, _ = await until(
                socket,
                lambda event: event["e"] == "ORDER_TRADE_UPDATE" and event["o"]["X"] == "FILLED",
            )
            assert done["o"]["R"] is True and Decimal(done["o"]["n"]) > 0

    run(listen())


def test_an_upgrade_after_ordinary_requests(market):
    """aiohttp, and so ccxt.pro, turns a kept-alive connection into a stream."""
    connection = market.connection()
    for _ in range(3):
        connection.request("GET", "/fapi/v1/time")
        assert connection.getresponse().read()
    connection.request(
        "GET",
        "/public/ws/0",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "MTExMTExMTExMTExMTExMQ==",
        },
    )
    answer = connection.getresponse()
    assert answer.status == 101
    connection.close()


def test_nonsense_is_answered_and_not_fatal(market):
    async def listen():
        async with websockets.connect(market.ws + "/ws") as socket:
            for text in ("{", "[]", "null", '{"method":"FLY","id":1}', '{"method":"SUBSCRIBE"}'):
                await socket.send(text)
            await socket.send(
                json.dumps({"method": "SUBSCRIBE", "params": ["nope@nope"], "id": 2})
            )
            await socket.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 3}))
            answer, seen = await until(socket, lambda event: event.get("id") == 3)
            assert isinstance(answer["result"], list)
            assert any("error" in event for event in seen)

    run(listen())
    assert market.is_alive


def test_a_foreign_origin_gets_no_socket(market):
    async def listen():
        for origin in ("http://evil.example", "null"):
            with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
                async with websockets.connect(market.ws + "/ws", origin=origin):
                    pass
            assert refused.value.response.status_code == 403

    run(listen())


def test_many_listeners_see_the_same(market):
    async def one(count):
        async with websockets.connect(f"{market.ws}/ws/{STREAM}@trade") as socket:
            return await events(socket, count)

    async def listen():
        rows = await asyncio.gather(*(one(6) for _ in range(20)))
        texts = {event["t"]: event for row in rows for event in row}
        for row in rows:
            numbers = [event["t"] for event in row]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no gap"
            assert all(texts[event["t"]]["p"] == event["p"] for event in row)

    run(listen())
