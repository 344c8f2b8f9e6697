"""An unmodified ccxt in hedge mode: both sides, the terms of orders, and the light of the queue."""

import ccxt
import pytest

from venue import Refused, Venue, ccxt_client, eventually

SYMBOL = "BTC/USDT:USDT"
MARKET_ID = "BTCUSDT"


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A venue whose clock stands still unless a test moves it."""
    arguments = ("--in-memory", "--seed", "7")
    with Venue(tmp_path_factory.mktemp("hedge"), *arguments) as venue:
        client = ccxt_client(venue)
        eventually(lambda: client.fetch_order_book(SYMBOL)["asks"])
        venue.control("clock", {"paused": True})
        yield venue


@pytest.fixture(scope="module")
def exchange(market):
    client = ccxt_client(market)
    client.load_markets()
    return client


def place(client, kind, side, amount, price=None, **params):
    return client.create_order(SYMBOL, kind, side, amount, price, params)


def far_price(client, side):
    """Within the price band and well away from the best price."""
    book = client.fetch_order_book(SYMBOL)
    best = book["bids"][0][0] if side == "buy" else book["asks"][0][0]
    return float(client.price_to_precision(SYMBOL, best * (0.98 if side == "buy" else 1.02)))


def open_positions(client):
    return {row["side"]: row for row in client.fetch_positions([SYMBOL]) if row["contracts"]}


def test_the_mode_is_read_set_and_refused(exchange):
    assert exchange.fetch_position_mode(SYMBOL)["hedged"] is False
    with pytest.raises(ccxt.OperationRejected, match="-4059"):
        exchange.set_position_mode(False)
    with pytest.raises(ccxt.OperationRejected, match="-4061"):
        place(exchange, "market", "buy", 0.01, hedged=True)
    order = place(exchange, "limit", "buy", 0.01, far_price(exchange, "buy"))
    with pytest.raises(ccxt.OperationRejected, match="-4067"):
        exchange.set_position_mode(True)
    exchange.cancel_order(order["id"], SYMBOL)
    exchange.set_position_mode(True)
    assert exchange.fetch_position_mode(SYMBOL)["hedged"] is True


def test_long_and_short_open_and_close_side_by_side(exchange):
    bought = place(exchange, "market", "buy", 0.02, hedged=True)
    assert (bought["status"], bought["info"]["positionSide"]) == ("closed", "LONG")
    sold = place(exchange, "market", "sell", 0.01, hedged=True)
    assert (sold["status"], sold["info"]["positionSide"]) == ("closed", "SHORT")
    held = open_positions(exchange)
    assert {side: row["contracts"] for side, row in held.items()} == {"long": 0.02, "short": 0.01}
    assert all(row["hedged"] for row in held.values())
    with pytest.raises(ccxt.OperationRejected, match="-4068"):
        exchange.set_position_mode(False)
    with pytest.raises(ccxt.OperationRejected, match="-4061"):
        place(exchange, "market", "buy", 0.01)
    with pytest.raises(ccxt.BadRequest, match="-1106"):
        place(exchange, "market", "buy", 0.01, positionSide="LONG", reduceOnly=True)

    # ccxt turns reduceOnly into the side that is closed.
    place(exchange, "market", "sell", 0.02, hedged=True, reduceOnly=True)
    assert set(open_positions(exchange)) == {"short"}
    with pytest.raises(ccxt.InvalidOrder, match="-2022"):
        place(exchange, "market", "sell", 0.02, hedged=True, reduceOnly=True)
    place(exchange, "market", "buy", 0.01, hedged=True, reduceOnly=True)
    assert open_positions(exchange) == {}
    trades = exchange.fetch_my_trades(SYMBOL)
    assert {trade["info"]["positionSide"] for trade in trades} == {"LONG", "SHORT"}


def test_the_light_of_the_queue(exchange):
    place(exchange, "market", "buy", 0.01, hedged=True)
    (row,) = [row for row in exchange.fetch_positions_adl_rank([SYMBOL])]
    assert row["rank"] in range(5)
    quantile = row["info"]["adlQuantile"]
    assert set(quantile) == {"LONG", "SHORT", "HEDGE"}
    assert quantile["LONG"] == quantile["SHORT"]
    place(exchange, "market", "sell", 0.01, hedged=True, reduceOnly=True)
    assert exchange.fapiPrivateGetAdlQuantile() == []


def test_own_orders_do_not_trade_with_each_other(exchange):
    exchange.set_position_mode(False)
    # Inside the spread nobody else stands; a tick above the best bid is enough.
    book = exchange.fetch_order_book(SYMBOL)
    tick = exchange.market(SYMBOL)["precision"]["price"]
    price = book["bids"][0][0] + tick
    assert price < book["asks"][0][0], "the spread has room"
    maker = place(exchange, "limit", "sell", 0.01, price, postOnly=False)
    taker = place(
        exchange, "limit", "buy", 0.01, price, selfTradePrevention="EXPIRE_TAKER"
    )
    assert taker["info"]["status"] == "EXPIRED_IN_MATCH"
    assert exchange.fetch_order(maker["id"], SYMBOL)["status"] == "open"
    # The rule of the instrument where nothing is said: the one that waited goes.
    again = place(exchange, "limit", "buy", 0.01, price)
    assert again["info"]["selfTradePreventionMode"] == "EXPIRE_MAKER"
    found = exchange.fapiPrivateGetOrder({"symbol": MARKET_ID, "orderId": maker["id"]})
    assert found["status"] == "EXPIRED_IN_MATCH"
    exchange.cancel_all_orders(SYMBOL)


def test_a_date_ends_an_order(exchange, market):
    now = market.control("clock")["venueTime"]
    price = far_price(exchange, "buy")
    with pytest.raises(ccxt.BadRequest, match="-5040"):
        place(
            exchange, "limit", "buy", 0.01, price, timeInForce="GTD", goodTillDate=now + 60_000
        )
    date = now // 1000 * 1000 + 700_000
    order = place(
        exchange, "limit", "buy", 0.01, price, timeInForce="GTD", goodTillDate=date
    )
    assert int(order["info"]["goodTillDate"]) == date
    market.run_until(date - 1)
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "open"
    market.run_until(date)
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "expired"


def test_a_price_is_taken_from_the_book(exchange):
    best = exchange.fetch_order_book(SYMBOL)["bids"][0][0]
    order = place(exchange, "limit", "buy", 0.01, None, priceMatch="QUEUE")
    assert order["price"] == best
    assert order["info"]["priceMatch"] == "QUEUE"
    filled = place(exchange, "limit", "sell", 0.01, None, priceMatch="OPPONENT")
    assert filled["info"]["priceMatch"] == "OPPONENT"
    with pytest.raises(ccxt.BadRequest, match="-5037"):
        place(exchange, "limit", "buy", 0.01, None, priceMatch="BEST")
    exchange.cancel_all_orders(SYMBOL)


def test_a_countdown_cancels_what_a_silent_client_left(exchange, market):
    order = place(exchange, "limit", "buy", 0.01, far_price(exchange, "buy"))
    answer = exchange.fapiPrivatePostCountdownCancelAll(
        {"symbol": MARKET_ID, "countdownTime": 5000}
    )
    assert answer == {"symbol": MARKET_ID, "countdownTime": "5000"}
    market.control("clock", {"step": 4000})
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "open"
    market.control("clock", {"step": 1000})
    assert exchange.fetch_order(order["id"], SYMBOL)["status"] == "canceled"


def test_money_moves_between_accounts(market):
    other = market.control("accounts", {"deposit": "100"})
    moved = market.control(
        "transfers", {"fromKey": market.key, "to": other["account"], "amount": "25"}
    )
    assert moved["amount"] == "25.00000000"
    with pytest.raises(Refused) as refused:
        market.control("transfers", {"from": other["account"], "to": 16, "amount": "126"})
    assert refused.value.code == -4050


def test_the_fund_and_the_index_are_told(market):
    (fund,) = market.control("insurance-fund")["funds"]
    assert fund["asset"] == "USDT" and fund["deficit"] == "0.00000000"
    index = market.get("/fapi/v1/constituents", symbol=MARKET_ID)
    weights = sum(float(row["weight"]) for row in index["constituents"])
    assert abs(weights - 1) < 1e-6
    assert market.control("deleveragings") == []
