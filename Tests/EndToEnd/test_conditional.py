"""A stock ccxt places stops, take-profits and trailing stops, and one of them closes its position."""

from decimal import Decimal

import ccxt
import pytest

from venue import Venue, ccxt_client

SYMBOL = "ETH/USDT:USDT"
ID = "ETHUSDT"
AMOUNT = 0.5
TYPES = {"STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A venue whose clock the tests hold, ten seconds into its simulated market."""
    folder = tmp_path_factory.mktemp("held")
    with Venue(folder, "--in-memory", "--seed", "7", "--paused") as venue:
        venue.control("clock", {"step": 10_000})
        yield venue


@pytest.fixture(scope="module")
def trader(held):
    client = ccxt_client(held)
    client.load_markets()
    return client


def last(exchange):
    return exchange.fetch_ticker(SYMBOL)["last"]


def priced(exchange, share):
    return float(exchange.price_to_precision(SYMBOL, last(exchange) * share))


def position(venue):
    rows = venue.signed("GET", "/fapi/v3/positionRisk", symbol=ID)
    return next((Decimal(row["positionAmt"]) for row in rows), Decimal(0))


def test_the_rules_of_conditional_orders_are_published(held, trader):
    rows = held.get("/fapi/v1/exchangeInfo")["symbols"]
    row = next(row for row in rows if row["symbol"] == ID)
    assert TYPES < set(row["orderTypes"])
    assert row["triggerProtect"] == "0.0500"
    limits = {entry["filterType"]: entry for entry in row["filters"]}
    assert limits["MAX_NUM_ALGO_ORDERS"]["limit"] == 10


@pytest.mark.parametrize(
    "kind,limit,share,shown",
    [
        ("market", None, {"triggerPrice": 0.9}, "STOP_MARKET"),
        ("market", None, {"stopLossPrice": 0.9}, "STOP_MARKET"),
        ("limit", 0.89, {"stopLossPrice": 0.9}, "STOP"),
        ("market", None, {"takeProfitPrice": 1.1}, "TAKE_PROFIT_MARKET"),
        ("limit", 1.11, {"takeProfitPrice": 1.1}, "TAKE_PROFIT"),
    ],
)
def test_an_order_waits_is_found_and_cancelled(trader, kind, limit, share, shown):
    parameters = {name: priced(trader, factor) for name, factor in share.items()}
    price = priced(trader, limit) if limit else None
    order = trader.create_order(SYMBOL, kind, "sell", AMOUNT, price, parameters)
    assert order["status"] == "open" and order["clientOrderId"]
    assert order["info"]["orderType"] == shown
    assert order["triggerPrice"] == next(iter(parameters.values()))
    trigger = {"trigger": True}
    assert [row["id"] for row in trader.fetch_open_orders(SYMBOL, params=trigger)] == [order["id"]]
    assert trader.fetch_open_orders(SYMBOL) == [], "it is no order of the book"
    found = trader.fetch_order(order["id"], SYMBOL, trigger)
    assert found["status"] == "open" and found["amount"] == AMOUNT
    assert found["info"]["actualOrderId"] == ""
    trader.cancel_order(order["id"], SYMBOL, trigger)
    assert trader.fetch_order(order["id"], SYMBOL, trigger)["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        trader.cancel_order(order["id"], SYMBOL, trigger)
    assert trader.fetch_open_orders(SYMBOL, params=trigger) == []


def test_a_trailing_stop_waits_where_it_was_told(trader):
    begin = priced(trader, 1.05)
    order = trader.create_order(
        SYMBOL, "market", "sell", AMOUNT, None,
        {"trailingPercent": "1.5", "trailingTriggerPrice": begin},
    )
    assert order["info"]["orderType"] == "TRAILING_STOP_MARKET"
    assert order["info"]["callbackRate"] == "1.5"
    assert float(order["info"]["activatePrice"]) == begin
    trader.cancel_all_orders(SYMBOL, {"trigger": True})
    assert trader.fetch_open_orders(SYMBOL, params={"trigger": True}) == []
    assert trader.fetch_order(order["id"], SYMBOL, {"trigger": True})["status"] == "canceled"


def test_what_cannot_wait_is_refused_by_name(trader):
    with pytest.raises(ccxt.OrderImmediatelyFillable, match="-2021"):
        trader.create_order(
            SYMBOL, "market", "sell", AMOUNT, None, {"stopLossPrice": priced(trader, 1.1)}
        )
    with pytest.raises(ccxt.ExchangeError, match="-2007"):
        trader.create_order(SYMBOL, "market", "sell", AMOUNT, None, {"trailingPercent": "11"})
    stop = {"stopLossPrice": priced(trader, 0.9)}
    for _ in range(10):
        trader.create_order(SYMBOL, "market", "sell", AMOUNT, None, stop)
    with pytest.raises(ccxt.OperationRejected, match="-4045"):
        trader.create_order(SYMBOL, "market", "sell", AMOUNT, None, stop)
    trader.cancel_all_orders(SYMBOL, {"trigger": True})


def test_a_bracket_closes_its_position(held, trader):
    """A stop below and a take-profit above: whichever comes first closes, the other does nothing."""
    entry = trader.create_order(SYMBOL, "market", "buy", AMOUNT)
    assert entry["status"] == "closed" and position(held) == Decimal(str(AMOUNT))
    closing = {"closePosition": True, "workingType": "MARK_PRICE"}
    legs = [
        trader.create_order(
            SYMBOL, "market", "sell", AMOUNT, None, {name: priced(trader, share), **closing}
        )
        for name, share in (("stopLossPrice", 0.999), ("takeProfitPrice", 1.001))
    ]
    assert all(leg["info"]["closePosition"] for leg in legs)
    trigger = {"trigger": True}
    # By itself the price may stay within a thousandth for longer than a test can wait.
    held.control("shocks", {"symbol": ID, "factor": "0.99", "over": 60_000})
    for _ in range(240):
        held.control("clock", {"step": 5_000})
        if position(held) == 0:
            break
    else:
        pytest.fail("a fall by a hundredth reached no leg of the bracket within twenty minutes")
    rows = [trader.fetch_order(leg["id"], SYMBOL, trigger) for leg in legs]
    fired = [row for row in rows if row["status"] == "closed"]
    assert len(fired) == 1, [row["info"]["algoStatus"] for row in rows]
    info = fired[0]["info"]
    assert info["algoStatus"] == "FINISHED"
    assert Decimal(info["actualQty"]) == Decimal(str(AMOUNT))
    assert info["createTime"] < info["triggerTime"]
    child = trader.fetch_order(info["actualOrderId"], SYMBOL)
    assert child["status"] == "closed" and child["filled"] == AMOUNT
    assert child["reduceOnly"] and child["side"] == "sell"
    assert child["clientOrderId"] == fired[0]["clientOrderId"]
    assert Decimal(info["actualPrice"]) == Decimal(child["info"]["avgPrice"])
    assert child["id"] in {trade["order"] for trade in trader.fetch_my_trades(SYMBOL)}
    trader.cancel_all_orders(SYMBOL, trigger)
    history = held.signed("GET", "/fapi/v1/allAlgoOrders", symbol=ID)
    assert [row["algoId"] for row in history] == sorted(row["algoId"] for row in history)
    assert {int(row["id"]) for row in rows} <= {row["algoId"] for row in history}
