"""ccxt.pro: streams of the market and of the account, with a liquidation on them."""

import asyncio

from conftest import connect, load
from market import FallingMarket

SYMBOL = "ETH/USDT:USDT"


async def until(watch, found):
    """Watches until something is found in what the stream brings."""
    while True:
        value = await watch()
        hit = found(value)
        if hit:
            return hit


def test_market_streams(venue):
    async def watch():
        exchange = load(connect(venue, "ccxt-pro"))["exchange"]
        try:
            await exchange.load_markets()
            books = [await exchange.watch_order_book(SYMBOL) for _ in range(10)]
            assert all(book["bids"][0][0] < book["asks"][0][0] for book in books)
            trades = await exchange.watch_trades(SYMBOL)
            assert trades[-1]["amount"] > 0
            assert (await exchange.watch_ohlcv(SYMBOL, "1m"))[-1][4] > 0
            assert (await exchange.watch_mark_price(SYMBOL))["markPrice"] > 0
            best = await exchange.watch_bids_asks([SYMBOL])
            assert best[SYMBOL]["bid"] < best[SYMBOL]["ask"]
        finally:
            await exchange.close()

    asyncio.run(asyncio.wait_for(watch(), 90))


def test_the_life_of_a_trade_up_to_its_liquidation(tmp_path):
    async def live(market):
        exchange = load(connect(market.venue, "ccxt-pro"))["exchange"]
        try:
            await exchange.load_markets()
            await exchange.set_margin_mode("isolated", SYMBOL)
            await exchange.set_leverage(20, SYMBOL)
            orders = asyncio.ensure_future(
                until(
                    exchange.watch_orders,
                    lambda rows: [row for row in rows if row["status"] == "closed"],
                )
            )
            positions = asyncio.ensure_future(
                until(
                    exchange.watch_positions,
                    lambda rows: [row for row in rows if row["contracts"] == 1],
                )
            )
            await asyncio.sleep(1)
            bought = await exchange.create_order(SYMBOL, "market", "buy", 1)
            assert (await orders)[0]["id"] == bought["id"]
            assert (await positions)[0]["side"] == "long"
            forced = asyncio.ensure_future(
                until(
                    exchange.watch_orders,
                    lambda rows: [
                        row
                        for row in rows
                        if str(row["clientOrderId"]).startswith("autoclose-")
                        and row["status"] == "closed"
                    ],
                )
            )
            seen = asyncio.ensure_future(exchange.watch_liquidations(SYMBOL))
            await asyncio.sleep(1)
            await asyncio.to_thread(market.fall)
            closed = (await forced)[0]
            assert closed["side"] == "sell" and closed["filled"] == 1
            assert (await seen)[0]["symbol"] == SYMBOL
            balance = await exchange.fetch_balance()
            assert balance["USDT"]["total"] < 10_000
        finally:
            await exchange.close()

    with FallingMarket(tmp_path) as market:
        asyncio.run(asyncio.wait_for(live(market), 120))


def test_orders_go_in_over_the_socket(venue):
    async def trade():
        exchange = load(connect(venue, "ccxt-pro"))["exchange"]
        try:
            await exchange.load_markets()
            order = await exchange.create_order_ws(SYMBOL, "market", "buy", 0.05)
            assert order["status"] == "closed"
            limit = float(exchange.price_to_precision(SYMBOL, order["average"] * 0.9))
            waiting = await exchange.create_order_ws(SYMBOL, "limit", "buy", 0.05, limit)
            await exchange.cancel_order_ws(waiting["id"], SYMBOL)
            balance = await exchange.fetch_balance_ws()
            assert balance["USDT"]["total"] > 0
            await exchange.create_order_ws(SYMBOL, "market", "sell", 0.05)
        finally:
            await exchange.close()

    asyncio.run(asyncio.wait_for(trade(), 60))
