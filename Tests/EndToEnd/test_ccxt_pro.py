"""ccxt's streaming client, unmodified, watches the market and its own account."""

import asyncio
from urllib.parse import urlparse

import ccxt.pro

from venue import PATIENCE

SYMBOL = "ETH/USDT:USDT"


def streaming_client(venue):
    client = ccxt.pro.binanceusdm(
        {"apiKey": venue.key, "secret": venue.secret, "options": {"fetchCurrencies": False}}
    )
    streams = {name: venue.ws + "/ws" for name in ("spot", "margin", "linear", "inverse")}
    streams["ws-api"] = {"linear": venue.ws + "/ws-fapi/v1"}
    client.urls["api"] = {
        name: venue.base + urlparse(address).path
        for name, address in client.urls["api"].items()
        if isinstance(address, str)
    } | {"ws": streams}
    return client


async def watch(venue):
    client = streaming_client(venue)
    try:
        await client.load_markets()
        trades = await client.watch_trades(SYMBOL)
        assert trades[-1]["price"] > 0
        books = [await client.watch_order_book(SYMBOL) for _ in range(5)]
        for book in books:
            assert book["bids"][0][0] < book["asks"][0][0]
        assert (await client.watch_ticker(SYMBOL))["last"] > 0
        assert (await client.watch_mark_price(SYMBOL))["markPrice"] > 0
        assert (await client.watch_ohlcv(SYMBOL, "1m"))[-1][1] > 0

        async def order_soon():
            await listening(client)
            return await client.create_order(SYMBOL, "market", "buy", 0.1)

        orders, balance, positions, order = await asyncio.gather(
            client.watch_orders(), client.watch_balance(), client.watch_positions(), order_soon()
        )
        assert orders[-1]["id"] == order["id"] and orders[-1]["filled"] == 0.1
        assert 9_990 < balance["USDT"]["total"] < 10_000
        assert positions[-1]["contracts"] == 0.1 and positions[-1]["side"] == "long"
        await watch_a_stop(client, trades[-1]["price"])
    finally:
        await client.close()


async def listening(client):
    """Until the account's stream is open, which tells only what happens from then on."""
    while True:
        keys = [one.get("listenKey") for one in client.options.values() if isinstance(one, dict)]
        for url, one in client.clients.items():
            if one.connectionEstablished and any(key and key in url for key in keys):
                return
        await asyncio.sleep(0.05)


async def watch_a_stop(client, price):
    """A stop is told as it is placed and as it is cancelled."""
    known = {order["id"] for order in client.orders} if client.orders else set()
    trigger = float(client.price_to_precision(SYMBOL, price * 0.8))

    async def stop_soon():
        await listening(client)
        stop = await client.create_order(
            SYMBOL, "market", "sell", 0.1, None, {"stopLossPrice": trigger}
        )
        await client.cancel_order(stop["id"], SYMBOL, {"trigger": True})
        return stop

    placing = asyncio.ensure_future(stop_soon())
    seen = []
    while not seen or seen[-1]["status"] != "canceled":
        seen += [order for order in await client.watch_orders() if order["id"] not in known]
    stop = await placing
    assert {order["id"] for order in seen} == {stop["id"]}
    assert seen[-1]["clientOrderId"] == stop["clientOrderId"]
    assert seen[-1]["info"]["o"] == "STOP_MARKET" and seen[-1]["triggerPrice"] == trigger


def test_ccxt_pro_watches_market_and_account(market):
    """Surprise: 5, its base ends in `/ws`."""
    asyncio.run(asyncio.wait_for(watch(market), PATIENCE))
