"""Stock ccxt over the whole life of a trade, over plain HTTP and over TLS."""

import asyncio
import warnings

import ccxt
import pytest
from conftest import connect, load, open_account, with_account
from market import FallingMarket

SYMBOL = "ETH/USDT:USDT"

warnings.filterwarnings("ignore", message="Unverified HTTPS request")


def client(venue, account, *options):
    block = with_account(connect(venue, "ccxt", *options), venue, account)
    exchange = load(block)["exchange"]
    exchange.load_markets()
    return exchange


@pytest.fixture(params=[[], ["--tls"]], ids=["plain", "tls"])
def exchange(request, venue):
    return client(venue, open_account(venue), *request.param)


def last(exchange):
    return exchange.fetch_ticker(SYMBOL)["last"]


def price(exchange, factor):
    return float(exchange.price_to_precision(SYMBOL, last(exchange) * factor))


def test_a_position_opened_protected_and_closed(exchange):
    exchange.set_margin_mode("isolated", SYMBOL)
    exchange.set_leverage(10, SYMBOL)
    bought = exchange.create_order(SYMBOL, "market", "buy", 0.5)
    assert bought["status"] == "closed" and bought["filled"] == 0.5 and bought["average"] > 0
    held = exchange.fetch_positions([SYMBOL])[0]
    assert (held["side"], held["contracts"], held["marginMode"]) == ("long", 0.5, "isolated")
    assert 0 < held["liquidationPrice"] < held["entryPrice"]
    stop = exchange.create_order(
        SYMBOL, "market", "sell", 0.5, None,
        {"stopLossPrice": price(exchange, 0.95), "reduceOnly": True},
    )  # fmt: skip
    target = exchange.create_order(
        SYMBOL, "market", "sell", 0.5, None,
        {"takeProfitPrice": price(exchange, 1.05), "reduceOnly": True},
    )  # fmt: skip
    trailing = exchange.create_order(
        SYMBOL, "market", "sell", 0.5, None, {"trailingPercent": 2, "reduceOnly": True}
    )
    waiting = {order["id"] for order in exchange.fetch_open_orders(SYMBOL, params={"trigger": True})}
    assert waiting == {stop["id"], target["id"], trailing["id"]}
    exchange.add_margin(SYMBOL, 20)
    assert exchange.fetch_positions([SYMBOL])[0]["liquidationPrice"] < held["liquidationPrice"]
    sold = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {"reduceOnly": True})
    assert sold["filled"] == 0.5
    assert exchange.fetch_positions([SYMBOL]) == []
    for order in (stop, target, trailing):
        exchange.cancel_order(order["id"], SYMBOL, {"trigger": True})
    trades = exchange.fetch_my_trades(SYMBOL)
    assert sum(trade["amount"] for trade in trades) == 1.0
    assert all(trade["fee"]["cost"] > 0 for trade in trades)
    assert exchange.fetch_funding_history(SYMBOL) == []
    ledger = exchange.fetch_ledger("USDT")
    assert {"fee", "trade"} & {entry["type"] for entry in ledger}


def test_limit_orders_are_placed_amended_and_cancelled(exchange):
    low = price(exchange, 0.9)
    order = exchange.create_order(SYMBOL, "limit", "buy", 0.2, low)
    assert order["status"] == "open" and order["price"] == low
    lower = price(exchange, 0.89)
    amended = exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 0.3, lower)
    assert amended["id"] == order["id"]
    fetched = exchange.fetch_order(order["id"], SYMBOL)
    assert (fetched["price"], fetched["amount"]) == (lower, 0.3)
    cancelled = exchange.cancel_order(order["id"], SYMBOL)
    assert cancelled["status"] == "canceled"
    batch = exchange.create_orders(
        [
            {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.1, "price": low},
            {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.2, "price": low},
        ]
    )
    assert {order["id"] for order in exchange.fetch_open_orders(SYMBOL)} == {
        order["id"] for order in batch
    }
    exchange.cancel_orders([batch[0]["id"]], SYMBOL)
    exchange.cancel_all_orders(SYMBOL)
    assert exchange.fetch_open_orders(SYMBOL) == []
    statuses = {order["status"] for order in exchange.fetch_orders(SYMBOL)}
    assert statuses == {"canceled"}


def test_both_sides_at_once(exchange):
    exchange.set_position_mode(True)
    assert exchange.fetch_position_mode(SYMBOL)["hedged"] is True
    exchange.create_order(SYMBOL, "market", "buy", 0.2, None, {"positionSide": "LONG"})
    exchange.create_order(SYMBOL, "market", "sell", 0.1, None, {"positionSide": "SHORT"})
    sides = {row["side"]: row["contracts"] for row in exchange.fetch_positions([SYMBOL])}
    assert sides == {"long": 0.2, "short": 0.1}
    with pytest.raises(ccxt.OperationRejected):
        exchange.set_position_mode(False)
    exchange.create_order(SYMBOL, "market", "sell", 0.2, None, {"positionSide": "LONG"})
    exchange.create_order(SYMBOL, "market", "buy", 0.1, None, {"positionSide": "SHORT"})
    exchange.set_position_mode(False)


REFUSALS = {
    "too little margin": (
        ccxt.InsufficientFunds,
        lambda ex: ex.create_order(SYMBOL, "market", "buy", 900),
    ),
    "too small": (
        ccxt.InvalidOrder,
        lambda ex: ex.create_order(SYMBOL, "limit", "buy", 0.001, price(ex, 0.9)),
    ),
    "nothing to reduce": (
        ccxt.InvalidOrder,
        lambda ex: ex.create_order(SYMBOL, "market", "sell", 0.1, None, {"reduceOnly": True}),
    ),
    "a maker that would take": (
        ccxt.OrderNotFillable,
        lambda ex: ex.create_order(SYMBOL, "limit", "buy", 0.1, price(ex, 1.02), {"postOnly": True}),
    ),
    "a stop already reached": (
        ccxt.OrderImmediatelyFillable,
        lambda ex: ex.create_order(
            SYMBOL, "market", "sell", 0.1, None, {"stopLossPrice": price(ex, 1.02)}
        ),
    ),
    "an unknown order": (ccxt.OrderNotFound, lambda ex: ex.cancel_order("99999999", SYMBOL)),
    "an unknown order asked for": (
        ccxt.OrderNotFound,
        lambda ex: ex.fetch_order("99999999", SYMBOL),
    ),
    "a leverage that is not offered": (
        ccxt.BadRequest,
        lambda ex: ex.fapiPrivatePostLeverage({"symbol": "ETHUSDT", "leverage": 999}),
    ),
    "a margin type already set": (
        ccxt.MarginModeAlreadySet,
        lambda ex: ex.fapiPrivatePostMarginType({"symbol": "ETHUSDT", "marginType": "CROSSED"}),
    ),
    "a symbol that is not there": (
        ccxt.BadSymbol,
        lambda ex: ex.fapiPublicGetDepth({"symbol": "NOSUCHUSDT"}),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_have_their_own_classes(exchange, case):
    kind, act = REFUSALS[case]
    with pytest.raises(ccxt.BaseError) as caught:
        act(exchange)
    assert isinstance(caught.value, kind), repr(caught.value)


def test_wrong_keys_and_clocks(venue):
    exchange = client(venue, open_account(venue))
    exchange.secret = "x" * 64
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        exchange.fetch_balance()
    exchange.apiKey = "short"
    with pytest.raises(ccxt.AuthenticationError, match="-2014"):
        exchange.fetch_balance()
    exchange.apiKey = "k" * 64
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        exchange.fetch_balance()
    exchange = client(venue, open_account(venue))
    exchange.nonce = lambda: exchange.milliseconds() - 20_000
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        exchange.fetch_balance()
    exchange.options["adjustForTimeDifference"] = True
    exchange.load_time_difference()


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_key_pair_signs_as_a_secret_does(venue, kind):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    private = (
        ed25519.Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    account = open_account(venue)
    granted = venue.control("keys", {"account": account["account"], "publicKey": public.decode()})
    exchange = client(venue, account)
    exchange.apiKey, exchange.secret = granted["key"], secret
    assert exchange.fetch_balance()["USDT"]["total"] == 10_000
    order = exchange.create_order(SYMBOL, "limit", "buy", 0.1, price(exchange, 0.9))
    exchange.cancel_order(order["id"], SYMBOL)


def test_a_liquidation_is_seen(tmp_path):
    with FallingMarket(tmp_path) as market:
        exchange = client(market.venue, {"key": market.venue.key, "secret": market.venue.secret})
        exchange.set_margin_mode("isolated", SYMBOL)
        exchange.set_leverage(20, SYMBOL)
        exchange.create_order(SYMBOL, "market", "buy", 1)
        market.fall()
        assert exchange.fetch_positions([SYMBOL]) == []
        forced = exchange.fetch_orders(SYMBOL)[-1]
        assert forced["clientOrderId"].startswith("autoclose-") and forced["filled"] == 1
        assert exchange.fetch_my_liquidations(SYMBOL)
        assert exchange.fetch_balance()["USDT"]["total"] < 10_000


def test_the_asynchronous_client_trades_too(venue):
    account = open_account(venue)
    block = with_account(connect(venue, "ccxt-async"), venue, account)

    async def trade():
        exchange = load(block)["exchange"]
        try:
            await exchange.load_markets()
            orders = await asyncio.gather(
                *(exchange.create_order(SYMBOL, "market", "buy", 0.01) for _ in range(10))
            )
            assert all(order["status"] == "closed" for order in orders)
            held = await exchange.fetch_positions([SYMBOL])
            assert held[0]["contracts"] == pytest.approx(0.1)
            candles = await exchange.fetch_ohlcv(SYMBOL, "1m")
            assert candles[-1][1] > 0
        finally:
            await exchange.close()

    asyncio.run(asyncio.wait_for(trade(), 60))
