"""python-binance: REST, order entry in request bodies, streams."""

import asyncio

import pytest
from binance import AsyncClient, BinanceSocketManager
from binance.exceptions import BinanceAPIException
from conftest import connect, load, open_account, with_account

SYMBOL = "ETHUSDT"


@pytest.fixture
def client(venue):
    account = open_account(venue)
    return load(with_account(connect(venue, "python-binance"), venue, account))["client"]


def test_the_life_of_a_trade(client):
    client.futures_change_margin_type(symbol=SYMBOL, marginType="ISOLATED")
    assert client.futures_change_leverage(symbol=SYMBOL, leverage=8)["leverage"] == 8
    bought = client.futures_create_order(
        symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.3", newOrderRespType="RESULT"
    )
    assert bought["status"] == "FILLED" and float(bought["avgPrice"]) > 0
    held = [row for row in client.futures_position_information(symbol=SYMBOL)]
    assert [float(row["positionAmt"]) for row in held] == [0.3]
    trigger = f"{float(bought['avgPrice']) * 0.9:.2f}"
    stop = client.futures_create_order(
        symbol=SYMBOL, side="SELL", type="STOP_MARKET", quantity="0.3", stopPrice=trigger
    )
    assert float(stop["triggerPrice"]) == float(trigger)
    client.futures_cancel_algo_order(symbol=SYMBOL, algoId=stop["algoId"])
    limit = client.futures_create_order(
        symbol=SYMBOL, side="SELL", type="LIMIT", timeInForce="GTC", quantity="0.3",
        price=f"{float(bought['avgPrice']) * 1.1:.2f}", reduceOnly="true",
    )  # fmt: skip
    assert client.futures_get_order(symbol=SYMBOL, orderId=limit["orderId"])["status"] == "NEW"
    assert client.futures_cancel_order(symbol=SYMBOL, orderId=limit["orderId"])["status"] == "CANCELED"
    sold = client.futures_create_order(
        symbol=SYMBOL, side="SELL", type="MARKET", quantity="0.3", newOrderRespType="RESULT"
    )
    assert sold["status"] == "FILLED"
    trades = client.futures_account_trades(symbol=SYMBOL)
    assert {row["side"] for row in trades} == {"BUY", "SELL"}
    assert client.futures_income_history(symbol=SYMBOL)
    assert "x-mbx-used-weight-1m" in {name.lower() for name in client.response.headers}


def test_market_data(client):
    assert client.futures_ping() == {}
    assert client.futures_exchange_info()["symbols"]
    assert client.futures_order_book(symbol=SYMBOL, limit=5)["bids"]
    assert client.futures_klines(symbol=SYMBOL, interval="1m", limit=2)
    assert float(client.futures_mark_price(symbol=SYMBOL)["markPrice"]) > 0
    assert client.futures_leverage_bracket(symbol=SYMBOL)


def test_refusals_keep_their_codes(client):
    for code, order in {
        -2019: {"side": "BUY", "type": "MARKET", "quantity": "900"},
        -2022: {"side": "SELL", "type": "MARKET", "quantity": "0.1", "reduceOnly": "true"},
        -1116: {"side": "SELL", "type": "SPECIAL", "quantity": "0.1"},
    }.items():
        with pytest.raises(BinanceAPIException) as caught:
            client.futures_create_order(symbol=SYMBOL, **order)
        assert caught.value.code == code


def test_streams(venue):
    load(connect(venue, "python-binance"))

    async def watch():
        client = await AsyncClient.create(venue.key, venue.secret)
        sockets = BinanceSocketManager(client)
        try:
            async with sockets.aggtrade_futures_socket(SYMBOL) as stream:
                message = await stream.recv()
                assert (message.get("data") or message)["e"] == "aggTrade"
            async with sockets.futures_user_socket() as stream:
                await asyncio.sleep(0.5)
                await client.futures_create_order(
                    symbol=SYMBOL, side="BUY", type="MARKET", quantity="0.01"
                )
                kinds = set()
                while not {"ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"} <= kinds:
                    kinds.add((await stream.recv())["e"])
        finally:
            await client.close_connection()

    asyncio.run(asyncio.wait_for(watch(), 60))
